/** A conversation as plain text: for a model that summarises it piece by piece, and as an outline where none can. */
import type { ToolCall } from "../../domain/llm.ts";
import { cutEnd, cutMiddle, oneLine } from "../../lib/text.ts";
import type { Told } from "./history.ts";

/** Of one result, of one call's arguments and of one message: both ends stay. */
const RESULT_CHARS = 2_000;
const ARGUMENTS_CHARS = 600;
const MESSAGE_CHARS = 16_000;
/** More pieces than these would keep a model busy for an hour: the results are cut harder, and then the middle is left out. */
const MOST_PIECES = 40;
const FEW_RESULT_CHARS = 200;

/** Texts of at most `chars` each, in order; the system prompt is not among them. */
export function piecesOf(head: readonly Told[], chars: number): string[] {
  const whole = inPieces(head, chars, RESULT_CHARS);
  if (whole.length <= MOST_PIECES) return whole;
  const short = inPieces(head, chars, FEW_RESULT_CHARS);
  if (short.length <= MOST_PIECES) return short;
  const [first, last] = [Math.floor(MOST_PIECES / 4), MOST_PIECES - Math.floor(MOST_PIECES / 4)];
  const rest = short.slice(-last);
  rest[0] = cutEnd(`[${short.length - MOST_PIECES} parts of the conversation are left out here]\n\n${rest[0]}`, chars);
  return [...short.slice(0, first), ...rest];
}

function inPieces(head: readonly Told[], chars: number, resultChars: number): string[] {
  const pieces: string[] = [];
  for (const told of head) {
    const text = lineOf(told, Math.min(resultChars, chars), Math.min(MESSAGE_CHARS, chars));
    if (text === "") continue;
    const last = pieces.at(-1);
    if (last !== undefined && last.length + text.length + 2 <= chars) pieces[pieces.length - 1] = `${last}\n\n${text}`;
    else pieces.push(cutEnd(text, chars));
  }
  return pieces;
}

function lineOf({ message }: Told, resultChars: number, messageChars: number): string {
  const content = cutMiddle(message.content.trim(), message.role === "tool" ? resultChars : messageChars);
  if (message.role === "system") return "";
  if (message.role === "user") return `Developer:\n${content}`;
  if (message.role === "tool") return `Result:\n${content}`;
  const calls = (message.tool_calls ?? []).map((call) => `Called ${callWords(call, ARGUMENTS_CHARS)}`);
  return [content ? `Assistant:\n${content}` : "", ...calls].filter(Boolean).join("\n");
}

const callWords = ({ name, arguments: args }: ToolCall, chars: number) => `${name} ${oneLine(args, chars)}`;

const OUTLINE_QUESTION_CHARS = 1_200;
const OUTLINE_ANSWER_CHARS = 600;
const OUTLINE_CALL_CHARS = 160;
const OUTLINE_CALLS = 60;

/** What was asked, the ends of what was answered, and what was called: the newest first to survive the cut at `chars`. */
export function outlineOf(head: readonly Told[], chars: number): string {
  const of = (role: string) => head.filter(({ message }) => message.role === role).map(({ message }) => message);
  const asked = of("user").map(({ content }) => `- ${cutMiddle(content.trim(), OUTLINE_QUESTION_CHARS)}`);
  const answered = of("assistant")
    .filter(({ content }) => content.trim() !== "")
    .map(({ content }) => `- ${cutMiddle(content.trim(), OUTLINE_ANSWER_CHARS)}`);
  const called = of("assistant").flatMap((message) =>
    message.role === "assistant"
      ? (message.tool_calls ?? []).map((call) => `- ${callWords(call, OUTLINE_CALL_CHARS)}`)
      : [],
  );
  const third = Math.floor(chars / 3);
  return [
    section("What the developer asked", asked, third),
    section("What was answered", answered, third),
    section("Calls that were made", [...new Set(called)].slice(-OUTLINE_CALLS), third),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** The newest lines that fit, in their order. */
function section(title: string, lines: readonly string[], chars: number): string {
  const kept: string[] = [];
  let size = 0;
  for (const line of lines.toReversed()) {
    if (kept.length > 0 && size + line.length > chars) break;
    kept.unshift(cutEnd(line, chars));
    size += line.length;
  }
  if (kept.length === 0) return "";
  const left = lines.length - kept.length;
  return `## ${title}\n${left > 0 ? `(${left} earlier ones are left out)\n` : ""}${kept.join("\n")}`;
}
