/**
 * The only way a body or query gets in: bounded, JSON and forms into the same plain object, text made storable, and
 * checked by a schema. Elysia's own parser is off (server.ts), so a handler cannot go round this.
 */
import type { z } from "zod";
import { AppError, invalid, limited } from "../lib/errors.ts";
import { bytes as shownBytes } from "../lib/format.ts";
import { storable } from "../lib/text.ts";
import { explainIssue } from "../lib/zod-message.ts";

export const MAX_BODY_BYTES = 1024 * 1024;
export const MAX_JSON_DEPTH = 32;
export const MAX_FORM_FIELDS = 1000;
/** A body that trickles in slower than this is given up, milliseconds. */
const BODY_TIMEOUT_MS = 20_000;
/** The same for files, that may come over a slow line. */
const UPLOAD_TIMEOUT_MS = 300_000;

/** The checked body. `invalid` names the first wrong field; `limit` for one that is too large. No body is `{}`. */
export async function parseBody<T extends z.ZodType>(
  request: Request,
  schema: T,
  maxBytes = MAX_BODY_BYTES,
): Promise<z.output<T>> {
  return check(schema, await readFields(request, maxBytes));
}

/** A file that came with a form, as it was claimed. */
export interface PostedFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** As parseBody, and takes multipart/form-data: what is a file in it, whatever its field is called, comes apart from the fields. */
export async function parseUpload<T extends z.ZodType>(
  request: Request,
  schema: T,
  maxBytes: number,
  /** Of a body that brings no files. */
  maxPlainBytes = MAX_BODY_BYTES,
): Promise<{ input: z.output<T>; files: PostedFile[] }> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.toLowerCase().startsWith("multipart/form-data"))
    return { input: await parseBody(request, schema, maxPlainBytes), files: [] };
  const bytes = await readBody(request, maxBytes, UPLOAD_TIMEOUT_MS);
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData().catch((cause: unknown) => {
    throw new AppError("invalid", "The body is no multipart/form-data.", { cause });
  });
  const texts: [string, string][] = [];
  const files: PostedFile[] = [];
  for (const [name, value] of form as unknown as Iterable<[string, string | File]>) {
    if (typeof value === "string") texts.push([name, value]);
    // A file field in which nothing was chosen is an empty file without a name.
    else if (value.name || value.size > 0) files.push({ name: nameOf(value), bytes: await value.bytes() });
  }
  return { input: check(schema, clean(fieldsOf(texts))), files };
}

/** Browsers escape what would end the name on the wire; Bun leaves it escaped, and a missing name undefined. */
const nameOf = ({ name }: { name?: string }): string =>
  (name ?? "").replaceAll("%22", '"').replaceAll(/%0D|%0A/gi, " ");

/** The checked query; repeated names are lists. */
export function parseQuery<T extends z.ZodType>(request: Request, schema: T): z.output<T> {
  return check(schema, clean(fieldsOf(new URL(request.url).searchParams)));
}

/** Checks a value made elsewhere (a path parameter) by the same rules and words. */
export function check<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const { message, field } = explainIssue(result.error);
  throw invalid(message, field);
}

async function readFields(request: Request, maxBytes: number): Promise<unknown> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  const bytes = await readBody(request, maxBytes);
  if (bytes.length === 0) return {};
  const text = new TextDecoder().decode(bytes);
  if (type === "application/json") return clean(parseJson(text));
  if (type === "application/x-www-form-urlencoded") return clean(fieldsOf(new URLSearchParams(text)));
  throw new AppError("invalid", "Send the body as application/json or application/x-www-form-urlencoded.", {
    status: 415,
  });
}

/** At most `maxBytes` bytes, whatever Content-Length claims; `limit` beyond, `invalid` (408) when it trickles for too long. */
export async function readBody(
  request: Request,
  maxBytes: number,
  timeoutMs = BODY_TIMEOUT_MS,
): Promise<Uint8Array<ArrayBuffer>> {
  const claimed = Number(request.headers.get("content-length") ?? 0);
  if (claimed > maxBytes) throw tooLarge(maxBytes);
  if (!request.body) return new Uint8Array();
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  const giveUp = () => void reader.cancel().catch(() => {});
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    giveUp();
  }, timeoutMs);
  try {
    return await readAll(reader, maxBytes, () => late);
  } catch (error) {
    giveUp();
    if (error instanceof AppError) throw error;
    throw new AppError("invalid", "The body did not arrive whole.", { status: 400, cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(
  reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> },
  maxBytes: number,
  isLate: () => boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    // A cancelled body looks like one that ended.
    if (isLate()) throw new AppError("invalid", "The body took too long to arrive.", { status: 408 });
    if (done || !value) return new Uint8Array(Buffer.concat(chunks, size));
    size += value.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(value);
  }
}

const tooLarge = (maxBytes: number) => limited(`The body is larger than ${shownBytes(maxBytes)}.`);

function parseJson(text: string): unknown {
  checkDepth(text);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("The body is not valid JSON.");
  }
}

/** Counts brackets outside strings before parsing, so that a deep body costs one pass and no stack. */
function checkDepth(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 0x5c) i++;
      else if (c === 0x22) quoted = false;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) throw invalid(`The body is nested more than ${MAX_JSON_DEPTH} levels deep.`);
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
}

/** Without a prototype, so that a field called `__proto__` is a field. */
function fieldsOf(params: Iterable<[string, string]>): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  let count = 0;
  for (const [name, posted] of params) {
    // Browsers post the line ends of a textarea as CRLF.
    const value = posted.replaceAll("\r\n", "\n");
    if (++count > MAX_FORM_FIELDS) throw limited(`A form has at most ${MAX_FORM_FIELDS} fields.`);
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  return fields;
}

/** Text that Postgres takes, all the way down; the depth is bounded before this runs. */
function clean(value: unknown): unknown {
  if (typeof value === "string") return storable(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(clean);
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, entry] of Object.entries(value)) fields[storable(name)] = clean(entry);
  return fields;
}
