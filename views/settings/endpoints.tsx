import {
  DEMO_ENDPOINT_ID,
  type Endpoint,
  type EndpointSource,
  type EndpointState,
  type Model,
} from "../../src/domain/endpoint.ts";
import type { Status } from "../../src/domain/nav.ts";
import { counted, kilo } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import type { FormError } from "../ui/fields.tsx";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import { EndpointForm, type EndpointValues } from "./endpoint-form.tsx";

interface SectionProps {
  endpoints: Endpoint[];
  now: number;
  refused?: { values: EndpointValues; error: FormError } | undefined;
}

export function Endpoints({ endpoints, now, refused }: SectionProps) {
  return (
    <section class="band" id="models" aria-labelledby="models-h">
      <header>
        <Icon name="plug" />
        <h2 id="models-h">Models</h2>
        <span class="note d">endpoints that speak the OpenAI API</span>
        <form method="post" action={`${urls.endpointChecks}#models`}>
          <input type="hidden" name="from" value="settings" />
          <button type="submit" class="btn btn-sm">
            <Icon name="refresh" />
            Test all
          </button>
        </form>
      </header>
      <EndpointList endpoints={endpoints} now={now} />
      <div class="add-endpoint">
        <h3>Add an endpoint</h3>
        <EndpointForm from="settings" values={refused?.values} error={refused?.error} />
      </div>
    </section>
  );
}

/** The list alone (#endpoints), which the stream sends when an endpoint changed. */
export function EndpointList({ endpoints, now }: { endpoints: Endpoint[]; now: number }) {
  return (
    <ul class="prov-list" id={ids.endpoints}>
      {endpoints.map((endpoint) => (
        <Line endpoint={endpoint} now={now} />
      ))}
    </ul>
  );
}

const STATES: Record<EndpointState, { status: Status; word: string }> = {
  ready: { status: "done", word: "Ready" },
  unavailable: { status: "failed", word: "No answer" },
  error: { status: "failed", word: "Refused" },
  unknown: { status: "idle", word: "Not tested" },
};
const SOURCES: Record<EndpointSource, string> = {
  environment: "from the environment",
  setting: "added here",
  found: "found on this machine",
  builtin: "built in",
};

function Line({ endpoint, now }: { endpoint: Endpoint; now: number }) {
  const demo = endpoint.id === DEMO_ENDPOINT_ID;
  const state = endpoint.enabled ? STATES[endpoint.state] : { status: "stopped" as const, word: "Off" };
  return (
    <li>
      <div>
        <b safe>{endpoint.label}</b>
        <span class="badge" safe>
          {SOURCES[endpoint.source]}
        </span>
        {demo ? (
          <span class="mid cut">a few rules that call the real tools; no language model</span>
        ) : (
          <span class="mid cut">
            <code safe>{endpoint.url}</code> <span safe>{kindWords(endpoint)}</span>
          </span>
        )}
      </div>
      <span class="state">
        <StatusWord status={state.status} word={state.word} />
        {endpoint.checked_at ? (
          <small>
            tested <Age since={endpoint.checked_at} now={now} short /> ago
          </small>
        ) : (
          ""
        )}
      </span>
      {demo ? <span></span> : <Buttons endpoint={endpoint} />}
      {endpoint.error ? (
        <p class="why" safe>
          {endpoint.error}
        </p>
      ) : (
        ""
      )}
      {endpoint.models.length > 0 && !demo ? <Models endpoint={endpoint} /> : ""}
    </li>
  );
}

function kindWords({ kind, has_key }: Endpoint): string {
  return [kind === "unknown" ? "" : `· ${kind}`, has_key ? "· has a key" : ""].filter(Boolean).join(" ");
}

function Buttons({ endpoint }: { endpoint: Endpoint }) {
  return (
    <span class="btns">
      <form method="post" action={`${urls.endpointChecks}#models`}>
        <input type="hidden" name="from" value="settings" />
        <input type="hidden" name="endpoint_id" value={endpoint.id} />
        <button type="submit" class="btn btn-sm btn-quiet" aria-label={attr(`Test ${endpoint.label}`)}>
          Test
        </button>
      </form>
      {endpoint.source === "setting" ? (
        <form method="post" action={`${urls.endpointRemoval(endpoint.id)}#models`}>
          <button type="submit" class="btn btn-sm btn-quiet" aria-label={attr(`Remove ${endpoint.label}`)}>
            Remove
          </button>
        </form>
      ) : (
        ""
      )}
    </span>
  );
}

function Models({ endpoint }: { endpoint: Endpoint }) {
  const { models } = endpoint;
  return (
    <details class="diag">
      <summary>
        <Icon name="caret" />
        <span safe>{counted(models.length, "model")}</span>
      </summary>
      <div class="tblwrap">
        <table class="tbl">
          <thead>
            <tr>
              <th>Model</th>
              <th class="num">Window</th>
              <th class="num">Images</th>
              <th class="num">Loaded</th>
              <th>Window, prices and pictures, as you know them</th>
            </tr>
          </thead>
          <tbody>
            {models.map((model) => (
              <tr>
                <td>
                  <code safe>{model.id}</code>
                </td>
                <td class="num" safe>
                  {model.context_window === null ? "not told" : kilo(model.context_window)}
                </td>
                <td class="num" safe>
                  {yesNo(model.vision)}
                </td>
                <td class="num" safe>
                  {yesNo(model.loaded)}
                </td>
                <td>
                  <ModelFacts endpoint_id={endpoint.id} model={model} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

const SEES = [
  ["", "pictures: as told"],
  ["1", "takes pictures"],
  ["0", "no pictures"],
] as const;

/** Tokens, and US dollars for a million tokens in and out; an empty field leaves what the endpoint says. */
function ModelFacts({ endpoint_id, model }: { endpoint_id: string; model: Model }) {
  const field = (name: string, label: string, value: number | null | undefined, step: string) => (
    <input
      class="input short"
      type="number"
      name={name}
      min="0"
      step={step}
      value={value == null ? "" : String(value)}
      placeholder={label}
      aria-label={attr(`${label} of ${model.id}`)}
      title={label}
    />
  );
  return (
    <form class="inline" method="post" action={`${urls.endpointModels(endpoint_id)}#models`}>
      <input type="hidden" name="model" value={attr(model.id)} />
      {field("context_window", "window", model.context_window, "1")}
      {field("price_in", "$ in", model.price_in, "any")}
      {field("price_out", "$ out", model.price_out, "any")}
      <select class="input" name="vision" aria-label={attr(`Whether ${model.id} takes pictures`)} title="Pictures">
        {SEES.map(([value, label]) => (
          <option value={value} selected={model.vision === (value === "" ? null : value === "1")}>
            {label}
          </option>
        ))}
      </select>
      <button type="submit" class="btn btn-sm" aria-label={attr(`Save what you know of ${model.id}`)}>
        Save
      </button>
    </form>
  );
}

const yesNo = (value: boolean | null): string => (value === null ? "not told" : value ? "yes" : "no");
