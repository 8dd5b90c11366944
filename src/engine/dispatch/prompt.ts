/** What an agent is told: the message, and before it whatever was said in the chat that it does not know. */
import { type Part, REVIEW_NOTICE, SKILL_NOTICE } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import type { PromptBlock } from "../../drivers/acp/session.ts";
import { ellipsis } from "../../lib/text.ts";
import { readHistory, readParts } from "../../store/messages.ts";
import { runsOfMessages } from "../../store/runs.ts";
import type { Core } from "../core.ts";
import { steady } from "../steady.ts";
import { attachedBlocks, attachedNames, type Taker } from "./attached.ts";

/** Of what was said before: the newest stays. */
const BEFORE_CHARS = 24_000;
/** Of one message in it. */
const ONE_CHARS = 4_000;

export interface Prompt {
  blocks: PromptBlock[];
  /** Messages that it was told of beside the new one. */
  told: number;
  /** Pictures of the message that it does not take: it is told where they lie. */
  unseen: number;
}

/** `after` is the position up to which the agent knows the chat. */
export async function promptFor(core: Core, run: Run, after: number, taker: Taker): Promise<Prompt> {
  const parts = await steady(core, () => readParts(core.sql, [run.question_id]));
  const goes = await goesOn(core, run, after);
  const attached = goes ? [] : await attachedBlocks(core, parts, taker);
  const pictures = goes || taker.features.images ? [] : parts.filter(isPicture);
  const unseen = pictures.length;
  const skills = parts.filter((part) => part.kind === "notice" && part.meta.notice === SKILL_NOTICE);
  const said = [...skills.map((part) => part.text), textOf(parts) || NOTHING_WRITTEN].join("\n\n");
  const text = goes ? GO_ON : said;
  // An agent takes a command of its own only from the very front.
  const isCommand = text.startsWith("/");
  const before = await unknownBefore(core, run, after);
  if (before.length === 0)
    return { blocks: isCommand ? [asBlock(text), ...attached] : [...attached, asBlock(text)], told: 0, unseen };
  const told = within(before.map((m) => `## ${m.role === "user" ? "User" : "Assistant"}\n${m.text}`));
  const intro = `What was said in this conversation before, which you do not know (shortened):\n\n${told}\n\n---\n`;
  const blocks = isCommand
    ? [asBlock(text), ...attached, asBlock(intro)]
    : [...attached, asBlock(`${intro}The new message:\n\n${text}`)];
  return { blocks, told: before.length, unseen };
}

const isPicture = (part: Part) => part.kind === "attachment" && part.meta.kind === "image";

const asBlock = (text: string): PromptBlock => ({ type: "text", text });

const NOTHING_WRITTEN = "(Nothing but what is attached.)";

const GO_ON = "Go on where you were stopped.";

/** A run that continues another one of the same question, which the agent has heard. */
async function goesOn(core: Core, run: Run, after: number): Promise<boolean> {
  if (after === 0) return false;
  const runs = await steady(core, () => runsOfMessages(core.sql, [run.question_id]));
  return runs.some((other) => other.id !== run.id && other.provider === run.provider && other.started_at !== null);
}

async function unknownBefore(core: Core, run: Run, after: number) {
  const history = await steady(core, () => readHistory(core.sql, run.chat_id, Number.MAX_SAFE_INTEGER));
  const question = history.find((m) => m.id === run.question_id);
  // A run that goes on has its question far up; what came between is known to whoever wrote it.
  const upto = question && question.position > after ? question.position : (history.at(-1)?.position ?? 0);
  const missed = history.filter(
    (m) => m.position > after && m.position < upto && m.id !== run.question_id && m.id !== run.answer_id,
  );
  if (missed.length === 0) return [];
  const parts = await steady(core, () =>
    readParts(
      core.sql,
      missed.map((m) => m.id),
      0,
    ),
  );
  return missed.flatMap(({ id, role }) => {
    const own = parts.filter((part) => part.message_id === id);
    const text = [attachedNames(own), textOf(own)].filter(Boolean).join("\n");
    return text === "" ? [] : [{ role, text: ellipsis(text, ONE_CHARS) }];
  });
}

/** A summary stands for what is too long ago to be told; a command was for BooCode. */
const isTold = (part: Part): boolean =>
  (part.kind === "text" && !part.meta.command) ||
  (part.kind === "compaction" && part.state === "closed") ||
  (part.kind === "notice" && part.meta.notice === REVIEW_NOTICE);

const textOf = (parts: readonly Part[]): string =>
  parts
    .filter(isTold)
    .map((part) => part.text)
    .join("\n\n")
    .trim();

function within(pieces: string[]): string {
  const kept: string[] = [];
  let size = 0;
  for (const piece of pieces.reverse()) {
    size += piece.length;
    if (size > BEFORE_CHARS) break;
    kept.unshift(piece);
  }
  return kept.join("\n\n");
}
