/** What every page needs around its content; built by http, read by views. */

import type { PlanEntry } from "./agent-event.ts";
import type { AgentSession } from "./agent-session.ts";
import type { Attachment } from "./attachment.ts";
import type { ChangeTotals } from "./change.ts";
import type { Chat } from "./chat.ts";
import type { Endpoint } from "./endpoint.ts";
import type { AttachmentPart, Entry, Message, Part } from "./message.ts";
import type { Nav, Status } from "./nav.ts";
import type { Layout, TabContent } from "./pane.ts";
import type { PersonaPicks } from "./persona.ts";
import type { Project } from "./project.ts";
import type { Provider } from "./provider.ts";
import type { Progress, Run } from "./run.ts";
import type { Session } from "./session.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const DENSITIES = ["dense", "roomy"] as const;
export type Density = (typeof DENSITIES)[number];
export const FONT_SIZES = ["small", "normal", "large"] as const;
export type FontSize = (typeof FONT_SIZES)[number];
export interface Look {
  theme: Theme;
  density: Density;
  font_size: FontSize;
}

export interface Frame {
  nav: Nav;
  /** URL of the event stream that continues exactly where this page was rendered; null on pages without one. */
  stream: string | null;
  /** URL of an asset with its content hash: asset("app.css"). */
  asset: (name: string) => string;
  /** Name of the caller, and whether signing out makes sense. */
  who: string | null;
  can_sign_out: boolean;
  /** Epoch milliseconds when the page was rendered; ages are counted from it. */
  now: number;
  /** Path of the request, for aria-current. */
  path: string;
  /** Follows the system until the user chose. */
  look?: Look;
  csp_nonce?: never;
}

/** One message that the reader was led to, and the part of it that is shown opened, with one line of a tool's result. */
export interface Marked {
  message_id: string;
  part: Part | null;
  line: number | null;
}

/** A queued message waiting above the composer. */
export interface QueueItem {
  run: Run;
  text: string;
  attachments: AttachmentPart[];
}

/** Everything the chat pane shows, read in one snapshot. */
export interface ChatView {
  project: Project;
  session: Session;
  chats: Chat[];
  chat: Chat;
  entries: Entry[];
  /** Position below which older messages exist; null when all are shown. */
  older: number | null;
  /** Position above which newer messages exist; null in the newest window. */
  newer?: number | null;
  /** What the reader was led to. */
  marked?: Marked | null;
  queue: QueueItem[];
  /** The running or waiting run, if any, and what it does. */
  live: Run | null;
  progress: Progress | null;
  /** The newest settled run: the meter's source while nothing runs. */
  last: Run | null;
  endpoints: Endpoint[];
  /** What the next message will use. */
  pick: { endpoint: Endpoint | null; model: string | null };
  /** Of a coder's chat: outside agents to choose from, the one that answers, what was picked for it and what it plans. */
  agent?: { providers: Provider[]; provider: Provider | null; picks: AgentSession | null; plan: PlanEntry[] | null };
  /** Whom the model can be told to be. */
  personas?: PersonaPicks;
  branch: string | null;
  /** Branch of the session's worktree; null while it has none. */
  worktree_branch?: string | null;
  /** Status of the session's chats for their tabs, by chat id; a chat that is missing here is idle. */
  statuses?: Record<string, Status>;
  /** What a coder proposes and nobody has applied; none for a chat that only reads. */
  to_review?: ChangeTotals;
}

/** One tab as its pane's bar shows it. */
export interface TabLabel {
  number: number;
  kind: TabContent["kind"];
  title: string;
  /** Of a chat; null for what does not run. */
  status: Status | null;
}

export interface UnopenedTerminal {
  id: string;
  number: number;
  title: string;
}

/** The workspace of a session: its layout, the label of every tab, and the chats that are on the screen. */
export interface WorkspaceView {
  project: Project;
  session: Session;
  branch: string | null;
  /** Branch of the session's worktree; null while it has none. */
  worktree_branch?: string | null;
  layout: Layout;
  layout_version: number;
  /** What was stored could not be read. */
  repaired: boolean;
  labels: TabLabel[];
  /** By tab number, for every chat tab that is shown. */
  chats: Map<number, ChatView>;
  /** The chat of the focused pane; null when that pane shows none. */
  focused: ChatView | null;
  /** Chats of the session that have no tab now. */
  unopened: Chat[];
  /** Terminals that have none: their shells go on. */
  terminals: UnopenedTerminal[];
}

/** A composer that comes back with an error keeps what was typed. */
export interface ComposerState {
  draft: string;
  attachments: Attachment[];
  client_id: string;
  error: string | null;
}

export interface TextOf {
  message: Message;
  text: string;
}
