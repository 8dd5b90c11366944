/** An agent that wants its user to sign in: said where the person reads, with the way forward, and kept with the provider. */
import { DESK } from "../../domain/event.ts";
import { LOGIN_NOTICE } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import type { SignedOut } from "../../drivers/acp/faults.ts";
import { messageOf } from "../../lib/errors.ts";
import { storable } from "../../lib/storable.ts";
import { setSignedOut } from "../../store/providers.ts";
import { type Core, transact } from "../core.ts";
import { findSpec } from "../providers/registry.ts";
import type { PartWriter } from "../turn/parts.ts";

/** Never throws: the run fails with its own reason. */
export async function tellSignedOut(core: Core, run: Run, writer: PartWriter, error: SignedOut): Promise<void> {
  try {
    const spec = await findSpec(core, run.provider);
    if (!spec) return;
    const how = spec.login ? `Run ${spec.login} in a terminal` : "Sign in by its own means";
    await writer.notice(1, `${how}, then send the message again.`, { notice: LOGIN_NOTICE, provider: spec.id });
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
