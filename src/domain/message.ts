/** A message is an ordered list of parts. Rows keep their database names: one spelling in SQL, JSON and code. */

import type { AgentToolKind } from "./agent-event.ts";
import type { AttachmentFacts } from "./attachment.ts";
import type { CompactionMeta } from "./compaction.ts";
import type { ChatImage } from "./llm.ts";
import type { RunRequest } from "./request.ts";
import type { Run } from "./run.ts";

export type Role = "user" | "assistant";

export interface Message {
  id: string;
  chat_id: string;
  role: Role;
  /** Order in the chat, from 1; grows, with gaps where messages were taken back or moved behind others. */
  position: number;
  client_id: string | null;
  created_at: Date;
  superseded_at: Date | null;
}

export type PartKind = "text" | "reasoning" | "tool" | "notice" | "compaction" | "artifact" | "attachment";
export type PartState = "open" | "closed" | "failed" | "cancelled";

/** Facts of a tool part. `text` of the part is the result as the model saw it. */
export interface ToolMeta {
  call_id: string;
  name: string;
  /** What `arguments_text` says; the text itself where that is no JSON. */
  arguments: unknown;
  /** Byte for byte what the model wrote: it is told so again, or the endpoint's cache of the prompt is lost. */
  arguments_text: string;
  /** The one argument worth a line: a path, a pattern. */
  shown: string;
  /** The result in a few words: "96 lines", "no such file". */
  note: string | null;
  duration_ms: number | null;
  /** First tool part of the unbroken run of tool calls this one belongs to; rows are grouped by it. */
  group_id: string;
  /** Whole result, when `text` was cut. */
  output_id: string | null;
  /** Images in the result, in order. */
  images?: { mime: string; size: number }[];
  /** Of a call of an outside agent. */
  agent?: AgentCallMeta;
}
/** What an outside agent tells of a call, beside what every call has. */
export interface AgentCallMeta {
  kind: AgentToolKind;
  /** Paths as in the project where they are inside it, else as the agent said them. */
  locations: { path: string; line: number | null }[];
  /** The end of what it wrote so far, while it goes on. */
  tail: string | null;
  exit_code: number | null;
  /** Lines added and removed by the differences it showed; null when it showed none. */
  lines: { added: number; removed: number } | null;
  /** The last sentence before it; absent in calls of before this was kept. */
  said?: string;
}
/** What is shown of an attachment; `text` of the part names it. */
export interface AttachmentMeta extends AttachmentFacts {
  attachment_id: string;
}
export interface ReasoningMeta {
  duration_ms: number | null;
}
export interface NoticeMeta {
  /** e.g. "repaired", "retried", "review", "applied", "notes" */
  notice: string;
  /** Of "applied": what was written at the end of the run; null when nothing could be. */
  apply_id?: string | null;
  /** Of "skill": its name. */
  skill?: string;
  /** Of "terminal": where an agent runs that has no protocol, and in whose session. */
  terminal_id?: string;
  session_id?: string;
  /** Of "login": whose user has to sign in; of "fallback": whose page has the other way, and the way that is offered; null is its usual command. */
  provider?: string;
  method?: string | null;
  /** Of "notes": the file they are from; null when there are none any more. */
  file?: string | null;
}
export interface ArtifactMeta {
  session_id: string;
  title: string;
  bytes: number;
}
export interface TextMeta {
  /** A user's text that is for BooCode and not for the model. */
  command?: "compact";
  /** Never stored: an attachment as a model is told of it; of one that is shown, the picture. */
  attached?: true;
  image?: ChatImage;
}

interface PartBase {
  id: string;
  message_id: string;
  chat_id: string;
  position: number;
  /** Model call of the run that made this part, from 1; 0 for a user's part. */
  turn: number;
  state: PartState;
  text: string;
  opened_at: Date;
  closed_at: Date | null;
}
export type TextPart = PartBase & { kind: "text"; meta: TextMeta };
export type ReasoningPart = PartBase & { kind: "reasoning"; meta: ReasoningMeta };
export type ToolPart = PartBase & { kind: "tool"; meta: ToolMeta };
export type NoticePart = PartBase & { kind: "notice"; meta: NoticeMeta };
/** The answer holds one whole HTML document, which opens by itself. */
export type ArtifactPart = PartBase & { kind: "artifact"; meta: ArtifactMeta };
/** A boundary; `text` is the summary. */
export type CompactionPart = PartBase & { kind: "compaction"; meta: CompactionMeta };
export type AttachmentPart = PartBase & { kind: "attachment"; meta: AttachmentMeta };
export type Part = TextPart | ReasoningPart | ToolPart | NoticePart | ArtifactPart | CompactionPart | AttachmentPart;

/** Notices: what became of a coder's proposals, a skill, and the project's notes, all told with a message; and what a run applied by itself. */
export const REVIEW_NOTICE = "review";
export const SKILL_NOTICE = "skill";
export const NOTES_NOTICE = "notes";
export const APPLIED_NOTICE = "applied";
/** An agent wants its user to sign in. */
/** An agent that does not come up by the protocol and has another way. */
export const FALLBACK_NOTICE = "fallback";
export const LOGIN_NOTICE = "login";

/** One message as the transcript shows it; `run` is the run that asked (user) or wrote (assistant) it. */
export interface Entry {
  message: Message;
  parts: Part[];
  /** What its run asked a human, in order. */
  requests: RunRequest[];
  run: Run | null;
  /** Messages that were put aside for this one; none when it is missing. */
  earlier?: number;
  /** A message that a coder answered: files, proposals and chat can go back to before it. */
  restorable?: true;
}

/** A message longer than this is refused; 64,000 characters as JavaScript counts them. */
export const MESSAGE_LIMIT_CHARS = 64_000;
