/** What was tried with one agent and what came of it, with all that it offers. */
import type { AgentChoice, OwnWay, ProbeStep, Provider } from "../../src/domain/provider.ts";
import { duration } from "../../src/lib/format.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { Logins, stateOf } from "./providers.tsx";

export interface DiagnosticProps {
  found: {
    provider: Provider;
    steps: ProbeStep[];
    stderr: string;
    command: string;
    looked_for: string[];
    file_error: string | null;
    other_way: OwnWay | null;
  };
  now: number;
}

export function DiagnosticContent({ found }: DiagnosticProps) {
  const { provider } = found;
  return (
    <>
      <PageHeader title={provider.label}>
        <span class="grow"></span>
        <Back href={`${urls.settings}#providers`} to="all agents" />
      </PageHeader>
      <div class="page">
        <div class="sheet">
          <State provider={provider} />
          <Facts found={found} />
          <Steps found={found} />
          <How provider={provider} />
        </div>
      </div>
    </>
  );
}

function State({ provider }: { provider: Provider }) {
  const { status, word } = stateOf(provider);
  return (
    <section class="band" aria-labelledby="state-h">
      <header>
        <h2 id="state-h">State</h2>
        <StatusWord status={status} word={word} />
        <form method="post" action={urls.providerProbes}>
          <input type="hidden" name="id" value={attr(provider.id)} />
          <button type="submit" class="btn btn-sm">
            <Icon name="refresh" />
            Probe
          </button>
        </form>
      </header>
      {provider.error ? <p safe>{provider.error}</p> : ""}
      {provider.hint ? (
        <p>
          <code class="cmd" safe>
            {provider.hint}
          </code>
        </p>
      ) : (
        ""
      )}
      <Logins provider={provider} />
    </section>
  );
}

/** How it is spoken to is a choice where more than one way is installed; back again from the same place. */
function OtherWay({ provider, way }: { provider: Provider; way: OwnWay | null }) {
  if (way === null) return "";
  const words =
    way === "acp"
      ? "Speak the agent client protocol with it"
      : `Run it ${way === "terminal" ? "in a terminal" : "by its JSON stream"} instead`;
  const hint =
    way === "acp"
      ? "It asks before it acts then."
      : "Without permissions: what it writes waits for review all the same.";
  return (
    <form method="post" action={urls.providerChange(provider.id)} class="btns">
      <input type="hidden" name="way" value={way} />
      <button type="submit" class="btn btn-sm" safe>
        {words}
      </button>
      <span class="dim">{hint as "safe"}</span>
    </form>
  );
}

function Facts({ found: { provider, command, looked_for, file_error, other_way } }: Pick<DiagnosticProps, "found">) {
  const rows: [string, string][] = [
    ["Started as", command],
    ["Looked for", looked_for.join(", ")],
    ["Found", provider.binary ?? "nothing of it"],
    ["Version", provider.version ?? "not told"],
    [
      "Spoken to by",
      { native: "our own loop", acp: "ACP", json: "its JSON stream", terminal: "a terminal" }[provider.way ?? "acp"],
    ],
    ["Environment", provider.env.join(", ") || "nothing beside the usual"],
    ["Modes", names(provider.modes, provider.default_mode)],
    ["Models", names(provider.models, provider.default_model)],
    ["Thinking", names(provider.thinking, provider.default_thinking)],
    ["Commands", provider.commands.map((c) => `/${c.name}`).join(" ") || "none told"],
    ["Conversations", conversations(provider)],
    ["Signing in", provider.logins.map((login) => login.name).join(", ") || "no way was told"],
  ];
  return (
    <section class="band" aria-labelledby="facts-h">
      <header>
        <h2 id="facts-h">What is known</h2>
      </header>
      {file_error ? (
        <p class="note-bad" safe>
          {file_error}
        </p>
      ) : (
        ""
      )}
      <OtherWay provider={provider} way={other_way} />
      <dl class="facts">
        {rows.map(([name, value]) => (
          <>
            <dt safe>{name}</dt>
            <dd safe>{value}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

/** Kilo lists some hundred models. */
const NAMES_MAX = 40;
function names(choices: readonly AgentChoice[], current: string | null): string {
  if (choices.length === 0) return "none told";
  const shown = choices.slice(0, NAMES_MAX).map((c) => (c.id === current ? `${c.name} (by default)` : c.name));
  return choices.length > NAMES_MAX ? `${shown.join(", ")} and ${choices.length - NAMES_MAX} more` : shown.join(", ");
}

function conversations({ features }: Provider): string {
  const can = [
    features.resume || features.load ? "taken up again after a restart" : "",
    features.list ? "listed from disk" : "",
    features.images ? "images" : "",
  ].filter(Boolean);
  return can.join(", ") || "not kept: after a restart it begins anew and is told so";
}

const RESULTS = { ok: "ok", failed: "failed", skipped: "not tried" } as const;

function Steps({ found: { command, steps, stderr, provider } }: Pick<DiagnosticProps, "found">) {
  const lines = steps.map((s) =>
    [s.name.padEnd(18), RESULTS[s.result].padEnd(10), s.ms === null ? "" : duration(s.ms).padEnd(8), s.detail]
      .join(" ")
      .trimEnd(),
  );
  return (
    <section class="band" aria-labelledby="steps-h">
      <header>
        <h2 id="steps-h">Last probe</h2>
      </header>
      {provider.probed_at === null ? (
        <p>It was not probed yet.</p>
      ) : (
        <pre tabindex="0" safe>{`$ ${command}\n${lines.join("\n")}`}</pre>
      )}
      {stderr.trim() ? (
        <details class="diag">
          <summary>
            <Icon name="caret" />
            What it complained about
          </summary>
          <pre tabindex="0" safe>
            {stderr.trim()}
          </pre>
        </details>
      ) : (
        ""
      )}
    </section>
  );
}

function How({ provider }: { provider: Provider }) {
  return (
    <section class="band" aria-labelledby="how-h">
      <header>
        <h2 id="how-h">How it is started</h2>
      </header>
      <form class="form" method="post" action={urls.providerChange(provider.id)}>
        <label class="field">
          <span>Command</span>
          <input class="input input-code" name="command" value={attr(provider.command)} autocomplete="off" />
          <small>
            Without a shell. It is kept in <code>providers.json</code>; empty takes what is built in.
          </small>
        </label>
        <div class="btns">
          <button type="submit" class="btn">
            Save
          </button>
        </div>
      </form>
      <form method="post" action={urls.providerRemoval(provider.id)}>
        <button type="submit" class="btn btn-quiet">
          {provider.source === "file" ? "Remove it" : "As it came"}
        </button>
      </form>
    </section>
  );
}
