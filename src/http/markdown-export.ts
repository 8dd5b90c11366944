/** A chat as Markdown, for `.md`, "This chat as Markdown" and people who keep notes. */
import { labelOf } from "../domain/attachment.ts";
import type { CompactionPart, Entry, Part } from "../domain/message.ts";
import {
  answerWords,
  type QuestionRequest,
  type RequestState,
  type RunRequest,
  replyWords,
} from "../domain/request.ts";
import type { Core } from "../engine/core.ts";
import { snapshot } from "../engine/journal.ts";
import { notFound } from "../lib/errors.ts";
import { bytes } from "../lib/format.ts";
import { oneLine } from "../lib/text.ts";
import { findChat } from "../store/chats.ts";
import { readHistory } from "../store/messages.ts";
import { readEntries } from "../store/transcript.ts";

export async function transcriptMarkdown(core: Core, chatId: string): Promise<string> {
  return snapshot(core.sql, async (tx) => {
    const chat = await findChat(tx, chatId);
    if (!chat) throw notFound("chat");
    const entries = await readEntries(tx, await readHistory(tx, chatId, Number.MAX_SAFE_INTEGER), 0);
    return `# ${chat.title}\n\n${entries.map(asMarkdown).filter(Boolean).join("\n\n")}\n`;
  });
}

function asMarkdown({ message, parts, requests, run }: Entry): string {
  const askedBy = Map.groupBy(requests, (request) => request.part_id);
  const body = parts
    .flatMap((part) => [partAsMarkdown(part), ...(askedBy.get(part.id) ?? []).map(requestAsMarkdown)])
    .concat((askedBy.get(null) ?? []).map(requestAsMarkdown))
    .filter(Boolean)
    .join("\n\n");
  const who = message.role === "user" ? "You" : (run?.model ?? "Answer");
  return body ? `## ${who}, ${message.created_at.toISOString().slice(0, 16).replace("T", " ")}\n\n${body}` : "";
}

function partAsMarkdown(part: Part): string {
  if (part.kind === "text") return part.text.trim();
  if (part.kind === "compaction") return boundaryAsMarkdown(part);
  if (part.kind === "attachment")
    return `> Attached: ${oneLine(labelOf(part.meta), LINE_CHARS)} (${bytes(part.meta.size)})`;
  if (part.kind === "tool")
    return `> \`${part.meta.name}\` ${part.meta.shown}${part.meta.note ? ` (${part.meta.note})` : ""}`;
  return "";
}

/** A line across the transcript, and the summary as a quotation. */
function boundaryAsMarkdown({ state, text, meta }: CompactionPart): string {
  if (state !== "closed") return "";
  const what =
    meta.tier === "summary" ? `${meta.stands_for} messages compacted` : `${meta.stands_for} old results hidden`;
  const head = `> **${what}**, ${meta.tokens_before} → ${meta.tokens_after ?? "?"} tokens`;
  return text ? `${head}\n>\n${text.trim().replace(/^/gm, "> ")}` : head;
}

/** A reply in somebody's own words is a line all the same. */
const LINE_CHARS = 4_000;

/** What was asked, each line with what was answered. */
function requestAsMarkdown(request: RunRequest): string {
  if (request.kind === "question")
    return request.detail.questions
      .map(({ question }, at) => line("Asked", question, repliedTo(request, at)))
      .join("\n");
  const asked = request.kind === "permission" ? "Permission asked" : "Read access asked";
  const comment = request.kind === "permission" && request.answer?.comment ? `, “${request.answer.comment}”` : "";
  return line(asked, request.title, `${answerWords(request) ?? UNANSWERED[request.state]}${comment}`);
}

function repliedTo(request: QuestionRequest, at: number): string {
  const reply = request.answer?.replies[at];
  return reply ? replyWords(reply) : UNANSWERED[request.state];
}

const line = (what: string, asked: string, answer: string) =>
  `> ${what}: ${oneLine(asked, LINE_CHARS)} → **${oneLine(answer, LINE_CHARS)}**`;

const UNANSWERED: Record<RequestState, string> = {
  open: "waits for an answer",
  answered: "answered",
  denied: "denied",
  cancelled: "not answered before the run ended",
  expired: "nobody answered in time",
};
