/** The model picker: what the next message will use, and everything it could use instead. */

import type { Endpoint, Model } from "../../src/domain/endpoint.ts";
import type { Status } from "../../src/domain/nav.ts";
import type { ChatView } from "../../src/domain/page.ts";
import { kilo } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { action } from "./action.ts";
import { isDemo, shortModel } from "./model-name.ts";

type Pick = ChatView["pick"];

/** The button in the composer; the stream sends it again when the pick changes. */
export function ModelPick({ chat_id, pick, hidden = false }: { chat_id: string; pick: Pick; hidden?: boolean }) {
  const label = isDemo(pick.endpoint) ? "Demo model" : pick.model ? shortModel(pick.model) : "Choose a model";
  return (
    <button
      type="button"
      class="pick"
      id={ids.modelPick(chat_id)}
      hidden={hidden}
      data-vision={seesWord(pick)}
      popovertarget={ids.modelList(chat_id)}
      aria-label={`Model: ${attr(label)}`}
      title={pick.endpoint && pick.model ? attr(`${pick.model} at ${pick.endpoint.label}`) : undefined}
    >
      <b class="cut" safe>
        {label}
      </b>
      <Icon name="down" />
    </button>
  );
}

/** Whether what is picked takes pictures: a warning above the field goes by it. */
function seesWord({ endpoint, model }: Pick): "yes" | "no" | "unknown" {
  if (isDemo(endpoint)) return "no";
  const vision = endpoint?.models.find((m) => m.id === model)?.vision ?? null;
  return vision === null ? "unknown" : vision ? "yes" : "no";
}

/** The list that the button opens. Every choice is a form, so it works without script. */
export function ModelList({
  chat_id,
  endpoints,
  pick,
}: {
  chat_id: string;
  endpoints: readonly Endpoint[];
  pick: Pick;
}) {
  const usable = endpoints.filter((endpoint) => endpoint.enabled);
  return (
    <div class="pop models" id={ids.modelList(chat_id)} popover="auto" role="group" aria-label="Model">
      {usable.map((endpoint) => (
        <EndpointModels chat_id={chat_id} endpoint={endpoint} pick={pick} />
      ))}
      <a class="more" href={urls.settings}>
        <Icon name="plug" />
        {usable.some((endpoint) => !isDemo(endpoint)) ? "Endpoints…" : "Connect a model…"}
      </a>
    </div>
  );
}

function EndpointModels({ chat_id, endpoint, pick }: { chat_id: string; endpoint: Endpoint; pick: Pick }) {
  const { status, note } = stateOf(endpoint);
  return (
    <form {...action(urls.chatModel(chat_id), chat_id)} aria-label={attr(endpoint.label)}>
      <p>
        {/* That it answers needs no mark: a check is what is chosen. */}
        {status === "done" ? <span class="g"></span> : <Glyph status={status} />}
        <b class="cut" safe>
          {endpoint.label}
        </b>
        <small class="dim cut" safe>
          {note}
        </small>
      </p>
      <input type="hidden" name="endpoint_id" value={attr(endpoint.id)} />
      {endpoint.models.map((model) => (
        <ModelChoice
          model={model}
          demo={isDemo(endpoint)}
          chosen={endpoint.id === pick.endpoint?.id && model.id === pick.model}
        />
      ))}
    </form>
  );
}

function ModelChoice({ model, demo, chosen }: { model: Model; demo: boolean; chosen: boolean }) {
  return (
    <button type="submit" name="model" value={attr(model.id)} aria-pressed={chosen ? "true" : "false"}>
      {chosen ? <Glyph status="done" /> : <span class="g"></span>}
      <span class="grow cut" title={attr(model.id)} safe>
        {demo ? "Demo model" : shortModel(model.id)}
      </span>
      <small class="dim" safe>
        {demo ? "answers by rules" : modelFacts(model)}
      </small>
    </button>
  );
}

function modelFacts(model: Model): string {
  const window = model.context_window ? kilo(model.context_window) : "";
  return [model.loaded ? "loaded" : "", window, model.vision ? "sees images" : ""].filter(Boolean).join(" · ");
}

function stateOf(endpoint: Endpoint): { status: Status; note: string } {
  if (isDemo(endpoint)) return { status: "idle", note: "built in, not a language model" };
  const what = endpoint.error ?? (endpoint.models.length === 0 ? "no models listed" : "");
  if (endpoint.state === "ready") return { status: "done", note: what };
  if (endpoint.state === "unknown") return { status: "idle", note: what || "not asked yet" };
  return { status: "failed", note: what || "does not answer" };
}
