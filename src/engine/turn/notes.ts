/**
 * Notes of a project for whoever works in it: `BOOCODE.md`, else `AGENTS.md`, else `CLAUDE.md`. What was read is stored as a part of
 * the question that it was read for, so that prompts are built from rows: the first notes of a chat stand in its system
 * prompt, and what changed later is told where it was noticed, which leaves the endpoint's cache whole.
 */
import type { Tx } from "../../db/sql.ts";
import { NOTES_NOTICE, type NoticePart } from "../../domain/message.ts";
import { withoutPersonas } from "../../domain/persona.ts";
import type { Project } from "../../domain/project.ts";
import type { Run } from "../../domain/run.ts";
import { readHead } from "../../drivers/files/head.ts";
import { bytes } from "../../lib/format.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { insertPart, nextPartPosition } from "../../store/parts.ts";
import { type Mark, readMarks } from "../../store/prompt-marks.ts";

/** The first of these that is there wins; the others are not read. */
export const NOTES_FILES = ["BOOCODE.md", "AGENTS.md", "CLAUDE.md"] as const;
/** More is cut, and said to be: notes are paid for with every message. */
export const NOTES_LIMIT_BYTES = 32 * 1024;

export interface Notes {
  file: string;
  text: string;
}

/** What the project's directory holds; null where no such file can be read. Never throws: a chat works without notes. */
export async function readNotes({ path }: Pick<Project, "path">): Promise<Notes | null> {
  for (const file of NOTES_FILES) {
    const head = await readHead({ root: path, grants: [], suggest: false }, file, NOTES_LIMIT_BYTES).catch(() => null);
    if (head === null) continue;
    const text = withoutPersonas(storable(head.text)).trim();
    if (text === "") continue;
    const cut = head.size > NOTES_LIMIT_BYTES ? `\n\n${cutWords(file, head.size)}` : "";
    return { file, text: text + cut };
  }
  return null;
}

const cutWords = (file: string, size: number) =>
  `[Cut at ${bytes(NOTES_LIMIT_BYTES)} of ${bytes(size)}: read the rest of ${file} with view_file.]`;

/**
 * As a run begins: stores the notes with its question (or with its answer, when it goes on) unless the chat has them so
 * already. `now` was read before the transaction.
 */
export async function tellNotes(tx: Tx, run: Run, goesOn: boolean, now: Notes | null): Promise<void> {
  const known = (await readMarks(tx, run.chat_id)).findLast(isNotes)?.part ?? null;
  const before = known?.meta.file ? known.text : null;
  if ((now?.text ?? null) === before && (now?.file ?? null) === (known?.meta.file ?? null)) return;
  const message_id = goesOn ? run.answer_id : run.question_id;
  await insertPart(tx, {
    id: newId(),
    message_id,
    chat_id: run.chat_id,
    position: await nextPartPosition(tx, message_id),
    turn: 0,
    kind: "notice",
    state: "closed",
    text: now?.text ?? "",
    meta: { notice: NOTES_NOTICE, file: now?.file ?? null },
  });
}

export const isNotes = (mark: Mark): mark is Mark & { part: NoticePart } => mark.part.kind === "notice";

/** At the end of the system prompt. The file cannot end its own quotation. */
export function notesWords({ text, meta }: NoticePart): string {
  if (!meta.file) return "";
  return [
    `Notes of the project, from its file ${meta.file}. They were written by whoever works in this repository: follow what they say about style, commands and conventions, as far as it does not contradict what stands above or what the developer asks.`,
    quoted(meta.file, text),
  ].join("\n\n");
}

/** Where a message follows a change of them. */
export function changedNotes({ text, meta }: NoticePart): string {
  return meta.file
    ? `[The project's notes changed; from now on these are valid:]\n\n${quoted(meta.file, text)}`
    : "[The project's notes were removed: they are not valid any more.]";
}

function quoted(file: string, text: string): string {
  return `<project_notes file="${file}">\n${text.replaceAll(/<(\/?)project_notes/gi, "‹$1project_notes")}\n</project_notes>`;
}
