/** What every verb of the engine gets: built once in app.ts, passed as the first argument, never a module variable. */
import type { Config } from "../config.ts";
import type { Sql, Tx } from "../db/sql.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Tool } from "../domain/tool.ts";
import type { Lanes } from "../lib/lanes.ts";
import type { Log } from "../lib/log.ts";
import type { SidesCache } from "./changes/sides-cache.ts";
import type { CodeIndex } from "./code/trees.ts";
import type { DeltaWriter } from "./deltas.ts";
import type { AgentPool } from "./dispatch/pool.ts";
import type { StatusCache } from "./git-status.ts";
import type { Journal } from "./journal.ts";
import type { LiveRuns } from "./live-runs.ts";
import type { McpServers } from "./mcp/servers.ts";
import type { ToolTokens } from "./personas/tool-tokens.ts";
import type { Probes } from "./providers/probes.ts";
import type { RequestClock } from "./request-clock.ts";
import type { KnownSettings } from "./settings.ts";
import type { LiveTerminals } from "./terminals/live.ts";
import type { Waiters } from "./waiters.ts";
import type { WebReader } from "./web.ts";

export interface Core {
  config: Config;
  /** Of this database: it marks the environment of every agent, and only what bears it is ever ended. */
  instance: string;
  sql: Sql;
  /** One connection for the small reads of what is drawn: those that are asked for together travel together. */
  reads: Sql;
  log: Log;
  journal: Journal;
  deltas: DeltaWriter;
  /** Those that are made in the page. */
  settings: KnownSettings;
  /** Runs that this process executes right now. */
  live: LiveRuns;
  /** Who waits for the end of which request. */
  waiters: Waiters;
  /** Ends requests in time; `look` tells it of a new one. */
  clock: RequestClock;
  /** One lane a chat: its runs, one after another. */
  lanes: Lanes;
  /** What tmux says about terminals, and who looks at them. */
  terminals: LiveTerminals;
  /** What git says about projects, for the file tree and the git panel. */
  statuses: StatusCache;
  /** Live outside agents. */
  agents: AgentPool;
  /** Asks agents what they offer. */
  probes: Probes;
  /** MCP servers and their tools. */
  mcp: McpServers;
  /** What web tools reach. */
  web: WebReader;
  /** Compared contents of changes, for whoever reads their lines. */
  sides: SidesCache;
  /** What is known of the code of projects. */
  code: CodeIndex;
  /** Our own tools, sorted by name; a run gets those of its chat and mode (tools/offered.ts). */
  tools: readonly Tool[];
  /** What a call of each tool costs, for the list of personas. */
  toolTokens: ToolTokens;
  /** Set when the server is shutting down: nothing new is started. */
  stopping: boolean;
  /** Aborted then, for what can be left undone. */
  closing: AbortSignal;
}

export type Emit = (event: NewEvent) => void;

/** Business SQL and its events in one transaction; subscribers hear after the commit. */
export function transact<T>(core: Pick<Core, "journal">, fn: (tx: Tx, emit: Emit) => Promise<T>): Promise<T> {
  return core.journal.transact(fn);
}
