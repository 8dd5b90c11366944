/** What the frame around every page shows: sidebar, rail, bottom bar, the desk's bands. */
import type { RunRequest } from "./request.ts";
import type { Progress, Run, RunState } from "./run.ts";

/** Glyph + word of design notes §4. */
export type Status = "needs" | "running" | "silent" | "queued" | "idle" | "done" | "failed" | "stopped";

export interface NavSession {
  id: string;
  project_id: string;
  title: string;
  status: Status;
  active_at: Date;
}
export interface NavProject {
  id: string;
  name: string;
  path: string;
  /** Newest first, at most NAV_SESSIONS unless all were asked for. */
  sessions: NavSession[];
  total: number;
}
export interface RunRow {
  run: Run;
  session_title: string;
  chat_title: string;
  project_name: string;
  progress: Progress | null;
}
/** One line of the desk's "Recent". */
export interface RecentRow {
  session: NavSession;
  project_name: string;
  /** "12 messages, 3,180 tokens", or how the last run ended. */
  note: string;
}
export const NEED_KINDS = ["approve", "question", "read access", "review", "continue", "failed"] as const;
/** One line of "Needs you": what runs ask, what is to be reviewed, and runs that stopped at a limit or failed. */
export interface NeedRow {
  kind: (typeof NEED_KINDS)[number];
  run: Run;
  /** What is asked; null for a review, and when the run only stopped. */
  request: RunRequest | null;
  title: string;
  who: string;
  since: Date;
}
export interface Nav {
  projects: NavProject[];
  running: RunRow[];
  needs: number;
}
export interface Desk {
  needs: NeedRow[];
  running: RunRow[];
  recent: RecentRow[];
  total_sessions: number;
}
export const NAV_SESSIONS = 5;

/** Status of a session from its newest run. */
export function statusOfRun(state: RunState | null): Status {
  switch (state) {
    case "queued":
      return "queued";
    case "running":
      return "running";
    case "waiting":
    case "limited":
      return "needs";
    case "failed":
    case "interrupted":
      return "failed";
    case "cancelled":
      return "stopped";
    case "completed":
      return "done";
    default:
      return "idle";
  }
}
