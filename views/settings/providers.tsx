/** Who can execute a run beside the native loop: each agent's state, and how to add one. */

import type { Status } from "../../src/domain/nav.ts";
import type { Provider, ProviderState } from "../../src/domain/provider.ts";
import { counted, duration } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import { AddProvider, type RefusedProvider } from "./add-provider.tsx";
import { RowButtons } from "./row-buttons.tsx";

interface SectionProps {
  providers: readonly Provider[];
  /** What is wrong with providers.json. */
  problem: string | null;
  now: number;
  refused?: RefusedProvider | undefined;
}

export function Providers({ providers, problem, now, refused }: SectionProps) {
  return (
    <section class="band" id="providers" aria-labelledby="providers-h">
      <header>
        <Icon name="coder" />
        <h2 id="providers-h">Agents</h2>
        <span class="note d">coding agents that run in a worktree of their own</span>
        <form method="post" action={`${urls.providerProbes}#providers`}>
          <button type="submit" class="btn btn-sm">
            <Icon name="refresh" />
            Probe all
          </button>
        </form>
      </header>
      {problem ? (
        <p class="note-bad" role="alert" safe>
          {problem}
        </p>
      ) : (
        ""
      )}
      <ProviderList providers={providers} now={now} />
      <AddProvider refused={refused} />
    </section>
  );
}

/** The list alone (#provider-list), which the stream sends when one changed. */
export function ProviderList({ providers, now }: { providers: readonly Provider[]; now: number }) {
  return (
    <ul class="prov-list" id={ids.providers}>
      {providers
        .filter((provider) => provider.source !== "native")
        .map((provider) => (
          <Line provider={provider} now={now} />
        ))}
    </ul>
  );
}

export const PROVIDER_STATES: Record<ProviderState, { status: Status; word: string }> = {
  unknown: { status: "idle", word: "Not probed" },
  probing: { status: "running", word: "Probing" },
  ready: { status: "done", word: "Ready" },
  unavailable: { status: "idle", word: "Not installed" },
  error: { status: "failed", word: "Failed" },
};

export function stateOf(provider: Provider): { status: Status; word: string } {
  return provider.enabled ? PROVIDER_STATES[provider.state] : { status: "stopped", word: "Off" };
}

function Line({ provider, now }: { provider: Provider; now: number }) {
  const { status, word } = stateOf(provider);
  const absent = provider.state === "unavailable";
  return (
    <li>
      <div>
        <b safe>{provider.label}</b>
        {provider.source === "file" ? <span class="badge">yours</span> : ""}
        {absent ? (
          <span class="mid cut" title={attr(provider.hint ?? "")} safe>
            {provider.error ?? ""}
          </span>
        ) : (
          <span class="mid cut">
            <code safe>{provider.command}</code> <span safe>{facts(provider)}</span>
          </span>
        )}
      </div>
      <span class="state">
        <StatusWord status={status} word={word} />
        {provider.probed_at && provider.enabled ? (
          <small>
            <Age since={provider.probed_at} now={now} short /> ago
            <span safe>{provider.probe_ms === null ? "" : `, ${duration(provider.probe_ms)}`}</span>
          </small>
        ) : (
          ""
        )}
      </span>
      <RowButtons
        label={provider.label}
        enabled={provider.enabled}
        test={
          absent ? null : { word: "Probe", url: `${urls.providerProbes}#providers`, field: "id", value: provider.id }
        }
        switch_url={`${urls.providerChange(provider.id)}#providers`}
        look={{ word: "Details", url: urls.providerDiagnostic(provider.id) }}
      />
      {provider.state === "error" && provider.enabled ? <Why provider={provider} /> : ""}
    </li>
  );
}

function facts({ version, way, modes, models, state }: Provider): string {
  const spoken = way === "acp" ? "ACP" : way === "json" ? "JSON stream, no permissions" : "in a terminal";
  const offers =
    state === "ready" && way === "acp" ? [counted(modes.length, "mode"), counted(models.length, "model")] : [];
  return [version ?? "", spoken, ...offers]
    .filter(Boolean)
    .map((fact) => `· ${fact}`)
    .join(" ");
}

function Why({ provider }: { provider: Provider }) {
  return (
    <div class="why">
      <span safe>{provider.error ?? "It failed."}</span>
      {provider.hint ? (
        <span>
          {" "}
          Try <code safe>{provider.hint}</code> in a terminal, then probe again.
        </span>
      ) : (
        ""
      )}
      <Logins provider={provider} />
    </div>
  );
}

/** What it can do by itself when it is asked; what needs a terminal is begun in a chat. */
export function Logins({ provider }: { provider: Provider }) {
  const own = provider.logins.filter((login) => login.by === "agent");
  if (own.length === 0 || provider.state !== "error") return "";
  return (
    <>
      {own.map((login) => (
        <form
          class="btns"
          method="post"
          action={urls.providerLogins(provider.id)}
          title={attr(login.description ?? "")}
        >
          <input type="hidden" name="method" value={attr(login.id)} />
          <button type="submit" class="btn btn-sm" safe>
            {login.name}
          </button>
        </form>
      ))}
    </>
  );
}
