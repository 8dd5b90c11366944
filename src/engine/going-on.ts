/** What stands in the way of deleting: runs in flight here, and those that wait for a human with nobody to execute them. */
import { countBegun, type RunsOf } from "../store/runs.ts";
import type { Core } from "./core.ts";

/** How many runs of a chat, session or project have begun and not ended. */
export async function goingOn(core: Pick<Core, "sql" | "live">, of: RunsOf): Promise<number> {
  const [[key, id]] = Object.entries(of) as [[keyof LiveKeys, string]];
  return Math.max(core.live[LIVE[key]](id), await countBegun(core.sql, of));
}

type LiveKeys = typeof LIVE;
const LIVE = { chat_id: "ofChat", session_id: "ofSession", project_id: "ofProject" } as const;
