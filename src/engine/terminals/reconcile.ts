/** tmux and our rows made to say the same: at boot, and when sessions were deleted. */
import { Tmux } from "../../drivers/tmux/server.ts";
import { conflict } from "../../lib/errors.ts";
import { findTerminal, listTerminals, trimTerminals } from "../../store/terminals.ts";
import { type Core, transact } from "../core.ts";

/** Rows of terminals that were ended are kept for so long. */
const KEEP_CLOSED_DAYS = 30;

/** Boot: what ended while we were away has exited, what still runs is watched again, by today's configuration. */
export async function recoverTerminals(core: Core): Promise<void> {
  await transact(core, (tx) => trimTerminals(tx, KEEP_CLOSED_DAYS));
  if (Tmux.wasUsed(core.config.home)) await core.terminals.tmux.reload();
  await reconcileTerminals(core);
}

/** What tmux has and no row speaks of is ended: its session was deleted, or it was ended while we died. */
export async function reconcileTerminals(core: Core): Promise<void> {
  const { terminals } = core;
  const there = Tmux.wasUsed(core.config.home) ? await terminals.tmux.ids() : [];
  for (const id of there) {
    const row = await findTerminal(core.sql, id);
    if (row && row.state !== "closed") continue;
    await terminals.tmux.kill(id);
    terminals.gone(id);
  }
  if (there.length > 0) terminals.started();
  await terminals.refresh();
}

/** Throws `conflict` with the first terminal of the session in which something runs. */
export async function demandIdleTerminals(core: Core, sessionId: string): Promise<void> {
  const rows = await listTerminals(core.sql, sessionId);
  if (rows.length === 0) return;
  await core.terminals.refresh();
  for (const row of rows) {
    const running = core.terminals.factsOf(row.id)?.running;
    if (running)
      throw conflict(`“${running}” is running in terminal ${row.number}. End it first, or delete with force.`, {
        running,
      });
  }
}
