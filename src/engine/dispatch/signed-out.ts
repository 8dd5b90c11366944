/** An agent that wants its user to sign in: said where the person reads, with the way forward, and kept with the provider. */
import { DESK } from "../../domain/event.ts";
import { LOGIN_NOTICE } from "../../domain/message.ts";
import type { AgentLogin } from "../../domain/provider.ts";
import type { Run } from "../../domain/run.ts";
import type { SignedOut } from "../../drivers/acp/faults.ts";
import { messageOf } from "../../lib/errors.ts";
import { storable } from "../../lib/storable.ts";
import { findProviderRow, setSignedOut } from "../../store/providers.ts";
import { type Core, transact } from "../core.ts";
import { findSpec, type KnownSpec } from "../providers/registry.ts";
import type { PartWriter } from "../turn/parts.ts";

/** Never throws: the run fails with its own reason. */
export async function tellSignedOut(core: Core, run: Run, writer: PartWriter, error: SignedOut): Promise<void> {
  try {
    const spec = await findSpec(core, run.provider);
    if (!spec) return;
    const { words, way } = wayFor(spec, (await findProviderRow(core.sql, spec.id))?.facts.logins ?? []);
    await writer.notice(1, `${words}, then send the message again.`, { notice: LOGIN_NOTICE, ...way });
    await transact(core, async (tx, emit) => {
      await setSignedOut(tx, spec.id, { error: storable(error.message), hint: spec.login });
      emit({ topic: DESK, kind: "provider.changed", payload: { provider_id: spec.id } });
    });
    // What ways it names is asked behind this.
    await core.probes.ask([spec.id]);
  } catch (failed) {
    core.log.warn("agent.login_not_told", { run_id: run.id, reason: messageOf(failed) });
  }
}

/** The command that people know, else what the agent itself names; without either there is no button that could help. */
function wayFor(spec: KnownSpec, logins: readonly AgentLogin[]) {
  const provider = spec.id;
  if (spec.login) return { words: `Run ${spec.login} in a terminal`, way: { provider, method: null } };
  const named = logins.find((login) => login.by === "terminal") ?? logins[0];
  if (named) return { words: `Sign in (${storable(named.name)})`, way: { provider, method: named.id } };
  return { words: `Sign in to ${spec.label} by its own means`, way: {} };
}
