/** A request: something a run asks a human. The run waits, and whatever comes of the request it ends exactly once. */
import type { Via } from "./run.ts";

export const REQUEST_STATES = ["open", "answered", "denied", "cancelled", "expired"] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

const MOVES: Record<RequestState, readonly RequestState[]> = {
  open: ["answered", "denied", "cancelled", "expired"],
  answered: [],
  denied: [],
  cancelled: [],
  expired: [],
};

/** The states a request may be in to move to `to`; the store's compare-and-set takes exactly these. */
export function requestStatesBefore(to: RequestState): RequestState[] {
  return REQUEST_STATES.filter((from) => MOVES[from].includes(to));
}

export const REQUEST_KINDS = ["permission", "question", "read_access"] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** What an option means, in the words of the agent client protocol. */
export const OPTION_KINDS = ["allow_once", "allow_always", "reject_once", "reject_always"] as const;
export type OptionKind = (typeof OPTION_KINDS)[number];

/** One way to answer a permission, as the provider offers it. */
export interface RequestOption {
  id: string;
  kind: OptionKind;
  name: string;
}

export interface PermissionDetail {
  /** What kind of tool asks: "execute", "edit", …; a rule fits one kind. */
  tool_kind: string;
  /** What is to be allowed, word by word: a command, a path; null when the title says it all. */
  text: string | null;
  /** Further facts for the card: where it runs, what it touches. */
  facts: { label: string; value: string }[];
  /** What "always" fits exactly: the normalised command or path; null when it cannot be remembered. */
  subject: string | null;
}

export interface Question {
  question: string;
  /** Whether several options may be chosen. */
  select: "one" | "many";
  options: string[];
}
export interface QuestionDetail {
  questions: Question[];
}

export interface ReadAccessDetail {
  /** Real path of the directory that would be readable. */
  path: string;
  /** The path that was asked for. */
  asked: string;
  reason: string;
  /** Set when that directory is a registered project. */
  project_id: string | null;
}

export interface PermissionAnswer {
  option_id: string;
  kind: OptionKind;
  /** Why, in the human's words; null when nothing was said. */
  comment: string | null;
}
export interface QuestionReply {
  selected: string[];
  /** In the human's own words; "" when nothing was typed. */
  text: string;
}
export interface QuestionAnswer {
  /** One a question, in their order; empty when the human would not answer. */
  replies: QuestionReply[];
}
export interface ReadAccessAnswer {
  allow: boolean;
}

interface Base {
  id: string;
  run_id: string;
  chat_id: string;
  session_id: string;
  project_id: string;
  /** The answer in which its card stands, and the tool call that asks. */
  message_id: string;
  part_id: string | null;
  /** Who asks: `boocode` or an external agent. */
  provider: string;
  state: RequestState;
  /** One line: the command, the first question, the path. */
  title: string;
  options: RequestOption[];
  /** How the answer came in; `rule` when an earlier "always" answered. */
  via: Via | "rule" | null;
  created_at: Date;
  expires_at: Date | null;
  snoozed_until: Date | null;
  ended_at: Date | null;
}
export type PermissionRequest = Base & {
  kind: "permission";
  detail: PermissionDetail;
  answer: PermissionAnswer | null;
};
export type QuestionRequest = Base & { kind: "question"; detail: QuestionDetail; answer: QuestionAnswer | null };
export type ReadAccessRequest = Base & {
  kind: "read_access";
  detail: ReadAccessDetail;
  answer: ReadAccessAnswer | null;
};
/** Not called `Request`: that name is the web's. */
export type RunRequest = PermissionRequest | QuestionRequest | ReadAccessRequest;
export type RequestAnswer = PermissionAnswer | QuestionAnswer | ReadAccessAnswer;

/** What is asked, before it is a row. */
export type Asking = { title: string } & (
  | { kind: "permission"; detail: PermissionDetail; options: RequestOption[] }
  | { kind: "question"; detail: QuestionDetail }
  | { kind: "read_access"; detail: ReadAccessDetail }
);

/** Limits of what is asked and answered, characters. */
export const QUESTIONS_MAX = 3;
export const QUESTION_LIMIT_CHARS = 200;
export const OPTIONS_MIN = 2;
export const OPTIONS_MAX = 6;
export const OPTION_LIMIT_CHARS = 80;
export const REPLY_LIMIT_CHARS = 4_000;
export const COMMENT_LIMIT_CHARS = 2_000;
/** Of a request's line, and of what a provider says about one option or fact. */
export const REQUEST_TITLE_CHARS = 300;
export const DETAIL_LIMIT_CHARS = 20_000;
export const PERMISSION_OPTIONS_MAX = 12;

export const isAllowing = (kind: OptionKind): boolean => kind === "allow_once" || kind === "allow_always";

/** True when the human said yes, or answered what was asked. */
export const isGranted = (request: RunRequest): boolean => request.state === "answered";

/** What was answered, in one line: "Server only", "Allow once". Null while it is open, and when nobody answered. */
export function answerWords(request: RunRequest): string | null {
  if (request.answer === null) return null;
  if (request.kind === "permission") {
    const { option_id } = request.answer;
    return request.options.find((option) => option.id === option_id)?.name ?? option_id;
  }
  if (request.kind === "read_access") return request.answer.allow ? "Allowed" : "Denied";
  return request.answer.replies.map(replyWords).join("; ");
}

/** `Server only`, `a, b: but not c`. */
export function replyWords({ selected, text }: QuestionReply): string {
  return [selected.join(", "), text].filter(Boolean).join(": ");
}

/** The tool calls that wait for a human. */
export const askingParts = (requests: readonly RunRequest[]): ReadonlySet<string> =>
  new Set(requests.flatMap(({ state, part_id }) => (state === "open" && part_id !== null ? part_id : [])));
