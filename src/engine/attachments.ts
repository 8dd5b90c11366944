/** Attachments: taken in, looked at, held together with messages. Bytes say what a file is, never its name or its sender. */
import { basename } from "node:path";
import type { Db, Tx } from "../db/sql.ts";
import {
  ATTACHMENT_LIMIT_BYTES,
  ATTACHMENTS_LIMIT,
  ATTACHMENTS_LIMIT_BYTES,
  type Attachment,
  IMAGE_LIMIT_PIXELS,
  IMAGE_LIMIT_SIDE,
  labelOf,
  NAME_LIMIT_CHARS,
} from "../domain/attachment.ts";
import type { AttachmentMeta, Message } from "../domain/message.ts";
import { readFileView, readWholeFile } from "../drivers/files/view.ts";
import { type Window, windowOfBytes } from "../drivers/files/window.ts";
import { Refusal } from "../drivers/refusal.ts";
import { decodeText } from "../lib/encoding.ts";
import { AppError, conflict, invalid, limited, notFound } from "../lib/errors.ts";
import { count, bytes as sized } from "../lib/format.ts";
import { newId } from "../lib/ids.ts";
import { imageFacts } from "../lib/image-facts.ts";
import { isSecretPath } from "../lib/path-guard.ts";
import { safeName } from "../lib/safe-name.ts";
import { linesOf } from "../lib/text.ts";
import * as store from "../store/attachments.ts";
import { putBlob, readBlob } from "../store/blobs.ts";
import { readParts } from "../store/messages.ts";
import { insertPart, nextPartPosition } from "../store/parts.ts";
import { type Core, transact } from "./core.ts";
import { projectOf } from "./projects.ts";

export interface GivenFile {
  /** As it was claimed. */
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Stores one file. Errors name `field`: limit, invalid (empty), forbidden (a file of secrets by its name). */
export async function addFile(core: Core, given: GivenFile, field = "files"): Promise<Attachment> {
  const name = safeName(given.name, NAME_LIMIT_CHARS, "file");
  if (isSecretPath(name))
    throw new AppError("forbidden", `${name} is a file of secrets by its name. Paste what is needed of it.`, { field });
  return save(core, { name, bytes: given.bytes }, field);
}

/** Text that was pasted, or selected where there is no file. */
export async function addText(core: Core, { name, text }: { name?: string | undefined; text: string }) {
  const bytes = new TextEncoder().encode(text);
  return addFile(core, { name: name ?? "pasted.txt", bytes }, "text");
}

export interface ProjectLines {
  project_id: string;
  path: string;
  from_line?: number | undefined;
  to_line?: number | undefined;
}

/** A file of a project as it is now, or some of its lines, through the guard that tools read through. */
export async function addProjectFile(core: Core, input: ProjectLines): Promise<Attachment> {
  const project = await projectOf(core, input.project_id);
  const from = { project_id: project.id, path: "" };
  if (input.from_line === undefined) {
    const whole = await readWholeFile(project.path, [], input.path, ATTACHMENT_LIMIT_BYTES).catch(withHint);
    const { path } = await readFileView(project.path, [], input.path, { count: 1 });
    return save(core, { name: nameOf(path), bytes: whole, from: { ...from, path } }, "path");
  }
  const { from_line, to_line = from_line } = input;
  if (to_line < from_line) throw invalid("The last line is before the first one.", "to_line");
  const view = await readFileView(project.path, [], input.path, {
    from: from_line,
    count: to_line - from_line + 1,
    line_chars: ATTACHMENT_LIMIT_BYTES,
    total_chars: ATTACHMENT_LIMIT_BYTES,
  });
  if (view.binary) throw invalid(`${view.path} is no text: it has no lines. Attach it whole.`, "from_line");
  if (view.lines.length === 0) throw invalid(`${view.path} has no line ${count(from_line)}.`, "from_line");
  const lines = { from_line, to_line: from_line + view.lines.length - 1 };
  const bytes = new TextEncoder().encode(`${view.lines.join("\n")}\n`);
  return save(core, { name: nameOf(view.path), bytes, from: { ...from, path: view.path, ...lines } }, "path");
}

const nameOf = (path: string) => safeName(basename(path), NAME_LIMIT_CHARS, "file");

function withHint(error: unknown): never {
  if (error instanceof Refusal && error.note === "too large")
    throw limited(`Attach at most ${sized(ATTACHMENT_LIMIT_BYTES)} of a file: select the lines that matter.`, "path");
  throw error;
}

interface Given extends GivenFile {
  from?: { project_id: string; path: string; from_line?: number; to_line?: number };
}

async function save(core: Core, { name, bytes, from }: Given, field: string): Promise<Attachment> {
  if (bytes.length === 0) throw invalid(`${name} is empty.`, field);
  if (bytes.length > ATTACHMENT_LIMIT_BYTES)
    throw limited(
      `${name} has ${sized(bytes.length)}; an attachment has at most ${sized(ATTACHMENT_LIMIT_BYTES)}.`,
      field,
    );
  const facts = factsOf(name, bytes, field);
  return transact(core, async (tx) =>
    store.insertAttachment(tx, {
      id: newId(),
      sha256: (await putBlob(tx, bytes))!,
      name,
      size: bytes.length,
      ...facts,
      project_id: from?.project_id ?? null,
      path: from?.path ?? null,
      from_line: from?.from_line ?? null,
      to_line: from?.to_line ?? null,
    }),
  );
}

type Facts = Pick<Attachment, "kind" | "type" | "lines" | "width" | "height">;

/** What the bytes are. Nothing is unpacked, and only the heads of pictures are read. */
function factsOf(name: string, bytes: Uint8Array, field: string): Facts {
  const image = imageFacts(bytes);
  if (image) {
    const { type, width, height } = image;
    if (width > IMAGE_LIMIT_SIDE || height > IMAGE_LIMIT_SIDE || width * height > IMAGE_LIMIT_PIXELS)
      throw limited(
        `${name} is ${count(width)} × ${count(height)} pixels; a picture has at most ${count(IMAGE_LIMIT_PIXELS / 1e6)} million, and ${count(IMAGE_LIMIT_SIDE)} a side.`,
        field,
      );
    return { kind: "image", type, lines: null, width, height };
  }
  const text = textOf(bytes);
  if (text === null) return { kind: "file", type: typeOf(bytes), lines: null, width: null, height: null };
  return { kind: "text", type: "text/plain", lines: linesOf(text).length, width: null, height: null };
}

/** Beginnings of files that are no text, though nearly all of their first bytes may be. */
const MAGIC: readonly [head: string, type: string][] = [
  ["%PDF-", "application/pdf"],
  ["PK\x03\x04", "application/zip"],
  ["\x1f\x8b", "application/gzip"],
  ["\x7fELF", "application/octet-stream"],
];

const magicOf = (bytes: Uint8Array) => {
  const head = String.fromCharCode(...bytes.subarray(0, 8));
  return MAGIC.find(([begins]) => head.startsWith(begins))?.[1] ?? null;
};
const typeOf = (bytes: Uint8Array): string => magicOf(bytes) ?? "application/octet-stream";

/** Null for what is no text, wherever in it that shows. */
function textOf(bytes: Uint8Array): string | null {
  if (magicOf(bytes)) return null;
  const decoded = decodeText(bytes);
  return decoded === null || decoded.text.includes("\0") ? null : decoded.text;
}

/** Errors: not_found. */
export async function findAttachment(core: Pick<Core, "sql">, id: string): Promise<Attachment> {
  const [found] = await store.findAttachments(core.sql, [id]);
  if (!found) throw notFound("attachment");
  return found;
}

export async function contentOf(db: Db, a: Pick<Attachment, "sha256">): Promise<Uint8Array<ArrayBuffer>> {
  return (await readBlob(db, a.sha256))!;
}

/** A text attachment as text, line ends of one kind; "" for what is none. */
export function toldText(bytes: Uint8Array): string {
  return (decodeText(bytes)?.text ?? "").replace(/\r\n?/g, "\n");
}

/** Lines of a text attachment for its viewer, numbered as in the file that they are of. */
export async function attachmentWindow(core: Core, a: Attachment, from: number, lines: number): Promise<Window> {
  const request = { from, count: lines, line_chars: 2_000, total_chars: 1_000_000 };
  return windowOfBytes(await contentOf(core.sql, a), true, request);
}

/** Lets go of one that was taken out of a draft. Errors: not_found; conflict when a message has it. */
export async function removeAttachment(core: Core, id: string): Promise<void> {
  const gone = await transact(core, (tx) => store.deleteUnnamed(tx, id));
  if (!gone) throw conflict("A message has this attachment: it goes with the chat.", await findAttachment(core, id));
}

/** What a message takes with it, in order, once each. Errors name `attachments`. */
export async function takeAttachments(tx: Tx, ids: readonly string[]): Promise<Attachment[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length > ATTACHMENTS_LIMIT)
    throw limited(
      `A message takes at most ${ATTACHMENTS_LIMIT} attachments; these are ${wanted.length}.`,
      "attachments",
      422,
    );
  const found = await store.lockAttachments(tx, wanted);
  if (found.length < wanted.length)
    throw invalid("An attachment is gone: it waited for too long, or was removed. Add it again.", "attachments");
  const size = found.reduce((sum, a) => sum + a.size, 0);
  if (size > ATTACHMENTS_LIMIT_BYTES)
    throw limited(
      `The attachments of a message have at most ${sized(ATTACHMENTS_LIMIT_BYTES)} together; these have ${sized(size)}.`,
      "attachments",
      422,
    );
  return found;
}

/** The parts of a message that hold its attachments, behind those that it has. */
export async function attachTo(
  tx: Tx,
  message: Pick<Message, "id" | "chat_id">,
  attachments: readonly Attachment[],
): Promise<void> {
  const position = await nextPartPosition(tx, message.id);
  for (const [at, { id, created_at: _, ...facts }] of attachments.entries()) {
    const meta: AttachmentMeta = { attachment_id: id, ...facts };
    await insertPart(tx, {
      id: newId(),
      message_id: message.id,
      chat_id: message.chat_id,
      position: position + at,
      turn: 0,
      kind: "attachment",
      state: "closed",
      text: labelOf(facts),
      meta: { ...meta },
      attachment_id: id,
    });
  }
}

/** Ids of what goes with a message. */
export async function attachedTo(db: Db, messageId: string): Promise<string[]> {
  const parts = await readParts(db, [messageId], 0);
  return parts.flatMap((part) => (part.kind === "attachment" ? part.meta.attachment_id : []));
}
