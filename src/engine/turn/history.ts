/**
 * The transcript as the model is told of it. Built from rows alone and deterministic, so that the prefix of two turns is
 * equal byte for byte and the endpoint's cache holds. Only a boundary (compaction) changes what stands before it.
 */
import type { ChatImage, ChatMessage, ToolCall } from "../../domain/llm.ts";
import {
  type CompactionPart,
  type Message,
  NOTES_NOTICE,
  type Part,
  REVIEW_NOTICE,
  SKILL_NOTICE,
  type ToolMeta,
  type ToolPart,
} from "../../domain/message.ts";
import type { Place } from "../../store/prompt-marks.ts";
import { hiddenResult, summaryWords } from "./boundary-words.ts";
import { changedNotes } from "./notes.ts";

/** Said where an answer goes on after the assistant's own words: at a Continue, then and in every later prompt. */
const CONTINUE = "Continue where you stopped.";

const isBefore = (a: Place, b: Place) => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** What changes how the transcript is told. */
export interface Boundaries {
  /** The newest summary, and the position of the first message that is told as it was said. */
  summary: { part: CompactionPart; from: number } | null;
  /** Results of calls before this place are hidden. */
  results: Place | null;
  /** Notes of the project that stand before this place are told in the system prompt, not where they stand. */
  notes: Place | null;
}
export const NO_BOUNDARIES: Boundaries = { summary: null, results: null, notes: null };

/** One message of a prompt and what it tells; the system prompt and the summary are of none. */
export interface Told {
  message: ChatMessage;
  of: string | null;
  /** Of an answer: the turn. */
  turn: number;
  /** Of a result that is told: its call. */
  call: ToolPart | null;
  /** Of a question: its text alone. Of a summary: the question that is being worked on. */
  asks?: string;
}

export function buildHistory(
  system: string,
  messages: readonly Message[],
  parts: readonly Part[],
  boundaries: Boundaries = NO_BOUNDARIES,
): ChatMessage[] {
  return tell(system, messages, parts, boundaries).map(({ message }) => message);
}

/** The prompt, each message with where it comes from. */
export function tell(
  system: string,
  messages: readonly Message[],
  parts: readonly Part[],
  boundaries: Boundaries = NO_BOUNDARIES,
): Told[] {
  const byMessage = Map.groupBy(parts, (part) => part.message_id);
  const told: Told[] = [ofNone({ role: "system", content: system })];
  const { summary } = boundaries;
  if (summary) {
    const { request } = summary.part.meta;
    const content = summaryWords(summary.part);
    told.push({ ...ofNone({ role: "user", content }), ...(request !== null && { asks: request }) });
  }
  let command = false;
  for (const message of messages) {
    if (summary && message.position < summary.from) continue;
    const own = byMessage.get(message.id) ?? [];
    if (message.role === "user") command = isCommand(own);
    // A command is for BooCode, not for the model, and so is its answer.
    if (command) continue;
    if (message.role === "user") tellQuestion(told, message, own, boundaries);
    else tellAnswer(told, message, own, boundaries, message === messages.at(-1));
  }
  return told;
}

const isCommand = (parts: readonly Part[]) => parts.some((part) => part.kind === "text" && part.meta.command);

const ofNone = (message: ChatMessage): Told => ({ message, of: null, turn: 0, call: null });

function tellQuestion(told: Told[], message: Message, own: readonly Part[], boundaries: Boundaries): void {
  const asks = textOf(own.filter((part) => part.kind !== "text" || !part.meta.attached));
  const content = [...noticesOf(message, own, boundaries), textOf(own)].join("\n\n");
  const images = imagesOf(own);
  const before = told.at(-1)!;
  const question = { of: message.id, turn: 0, call: null, asks };
  // Many chat templates refuse two messages of one role in a row: the summary and the first message after it are one.
  if (told.length === 2 && before.of === null && before.message.role === "user")
    told[1] = { ...question, message: { ...joined(before.message, content), ...images } };
  else told.push({ ...question, message: { role: "user", content, ...images } });
}

function tellAnswer(told: Told[], message: Message, own: readonly Part[], boundaries: Boundaries, last: boolean): void {
  const { summary } = boundaries;
  const from = summary?.part.meta.from_message === message.id ? summary.part.meta.from_turn : 0;
  const turns = assistantTurns(message, own, from, boundaries);
  // The last message is the answer that is being written.
  const asked = turns.length > 0 || last;
  // What was told before the boundary is in the summary.
  const notices = from > 0 ? [] : noticesOf(message, own, boundaries);
  const before = told.at(-1)!;
  if (asked && before.message.role === "assistant") {
    const content = [...notices, CONTINUE].join("\n\n");
    told.push({ message: { role: "user", content }, of: message.id, turn: 0, call: null });
  }
  // An answer of which nothing came before leaves the question last: what is told goes on it.
  else if (asked && before.message.role === "user" && notices.length > 0)
    told[told.length - 1] = { ...before, message: joined(before.message, notices.join("\n\n")) };
  told.push(...turns);
}

/** Pictures of it stay with it. */
const joined = (message: ChatMessage, more: string): ChatMessage => ({
  ...(message as ChatMessage & { role: "user" }),
  content: `${message.content}\n\n${more}`,
});

/** What became of the proposals, notes that changed, a skill that was named: stored with the message that it is told with. */
function noticesOf(message: Message, parts: readonly Part[], { notes }: Boundaries): string[] {
  return parts.flatMap((part) => {
    if (part.kind !== "notice") return [];
    if (part.meta.notice === REVIEW_NOTICE || part.meta.notice === SKILL_NOTICE) return [part.text];
    if (part.meta.notice !== NOTES_NOTICE) return [];
    return notes && isBefore([message.position, part.position], notes) ? [] : [changedNotes(part)];
  });
}

/** Pictures that go with a message to a model that sees (attached.ts). */
function imagesOf(parts: readonly Part[]): { images?: ChatImage[] } {
  const images = parts.flatMap((part) => (part.kind === "text" && part.meta.image ? [part.meta.image] : []));
  return images.length > 0 ? { images } : {};
}

function textOf(parts: readonly Part[]): string {
  return parts
    .filter((p) => p.kind === "text")
    .map((p) => p.text)
    .join("\n\n");
}

/** One assistant message per model call from turn `from` on, followed by the results of its tool calls. */
function assistantTurns(message: Message, parts: readonly Part[], from: number, boundaries: Boundaries): Told[] {
  const turns = Map.groupBy(
    parts.filter((part) => part.turn >= from),
    (part) => part.turn,
  );
  return [...turns].flatMap(([turn, own]) => oneTurn(message, turn, own, boundaries));
}

function oneTurn(message: Message, turn: number, parts: readonly Part[], { results }: Boundaries): Told[] {
  const reasoning = parts
    .filter((p) => p.kind === "reasoning")
    .map((p) => p.text)
    .join("");
  // A call without a result is dropped: most endpoints refuse a history in which one is missing.
  const made = parts.filter((p): p is ToolPart => p.kind === "tool" && (p.state === "closed" || p.state === "failed"));
  const done = made.filter((p) => p.meta.agent === undefined);
  const calls: ToolCall[] = done.map(({ meta }) => callOf(meta));
  const content = made.length > done.length ? toldOfAgent(parts) : textOf(parts);
  if (content === "" && calls.length === 0) return [];
  const said: ChatMessage = { role: "assistant", content };
  if (reasoning) said.reasoning = reasoning;
  if (calls.length > 0) said.tool_calls = calls;
  const of = message.id;
  return [
    { message: said, of, turn, call: null },
    ...done.map((part): Told => {
      const hidden = results && isBefore([message.position, part.position], results) ? hiddenResult(part) : null;
      const result = { role: "tool" as const, tool_call_id: part.meta.call_id, content: hidden ?? part.text };
      return { message: result, of, turn, call: hidden === null ? part : null };
    }),
  ];
}

/** Calls of an outside agent told of at most; the newest. */
const AGENT_CALLS_MAX = 40;

/**
 * What an outside agent did, as words in their place: its calls have names and arguments that no tool of ours has, and a
 * model that is told of them as calls would make such ones.
 */
function toldOfAgent(parts: readonly Part[]): string {
  const calls = parts.filter((p): p is ToolPart => p.kind === "tool" && p.meta.agent !== undefined);
  const told = new Set(calls.slice(-AGENT_CALLS_MAX).map((part) => part.id));
  const skipped = calls.length - told.size;
  const words = parts.flatMap((part) => {
    if (part.kind === "text") return [part.text];
    return part.kind === "tool" && told.has(part.id) ? [didWords(part.meta)] : [];
  });
  return [...(skipped > 0 ? [`[${skipped} earlier steps of the agent]`] : []), ...words].filter(Boolean).join("\n\n");
}

const didWords = ({ name, shown, note }: ToolMeta): string => `[${[name, shown, note].filter(Boolean).join(" · ")}]`;

const callOf = (meta: ToolMeta): ToolCall => ({ id: meta.call_id, name: meta.name, arguments: meta.arguments_text });
