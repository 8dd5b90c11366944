/**
 * The parser's process: reads and parses files for us, so that neither a grammar that hangs or eats memory nor the work of
 * ten thousand files holds up anybody. It runs when nothing else wants the processor, and ends with the process that started it.
 */
import { setPriority } from "node:os";
import type { Language } from "../../domain/code.ts";
import { languageOf, languageOfName, mayBeScript } from "../../domain/code-language.ts";
import { decodeText } from "../../lib/encoding.ts";
import { messageOf } from "../../lib/errors.ts";
import { openFile } from "../files/guard.ts";
import { errnoOf, Refusal } from "../refusal.ts";
import { extract, ParseRefused } from "./extract.ts";
import { mentionsIn } from "./mentions.ts";
import type { Answer, Ask, FromParser, ParsedFile, ReadFile, ToParser } from "./protocol.ts";
import { PARSE_LIMIT_BYTES } from "./read.ts";
import { remember, scan } from "./scan.ts";

const NICENESS = 10;
/** Bytes of the head that say whether a name without extension is a script. */
const HEAD_BYTES = 128;

interface Held {
  sha: string;
  language: Language;
  text: string | null;
  bytes: number;
}
/** Of the last `read` of each tree. */
const held = new Map<string, Map<string, Held>>();
const HELD_TREES = 4;

const answers: {
  [K in Ask["kind"]]: (ask: Extract<Ask, { kind: K }>, at: (path: string) => Promise<void>) => Promise<Answer[K]>;
} = {
  async remember({ root, label, paths, stamps }) {
    remember(root, label, paths, stamps);
    return null;
  },
  scan: ({ root, before, after }) => scan(root, before, after),
  async read({ root, paths }) {
    const texts = new Map<string, Held>();
    const files: ReadFile[] = [];
    for (const path of paths) files.push(await readOne(root, path, texts));
    held.delete(root);
    held.set(root, texts);
    for (const old of held.keys()) if (held.size > HELD_TREES) held.delete(old);
    return files;
  },
  async parse({ root, paths }, at) {
    const parsed: ParsedFile[] = [];
    for (const path of paths) {
      const file = held.get(root)?.get(path);
      if (!file) continue;
      await at(path);
      parsed.push({ path, sha: file.sha, facts: await factsOf(file) });
    }
    return parsed;
  },
  async analyse({ path, bytes }, at) {
    const text = bytes.length > PARSE_LIMIT_BYTES ? null : textOf(bytes);
    const language = text === null ? languageOfName(path) : languageOf(path, text);
    if (text === null && bytes.length <= PARSE_LIMIT_BYTES) return { facts: null, note: "not text" };
    if (!language) return { facts: null, note: "" };
    await at(path);
    return { facts: await factsOf({ sha: "", language, text, bytes: bytes.length }), note: "" };
  },
  async mentions({ root, name, paths, member, at_home }, at) {
    const found: Answer["mentions"] = [];
    for (const path of paths) {
      await at(path);
      found.push({ path, mentions: await mentionsOf(root, path, name, member && !at_home.includes(path)) });
    }
    return found;
  },
};

async function readOne(root: string, path: string, texts: Map<string, Held>): Promise<ReadFile> {
  try {
    const named = languageOfName(path);
    if (!named && !mayBeScript(path)) return { path, sha: null, language: null, note: "" };
    const bytes = await bytesOf(root, path, named ? null : HEAD_BYTES);
    if (!named && !isScript(bytes)) return { path, sha: null, language: null, note: "" };
    const whole = named ? bytes : await bytesOf(root, path, null);
    const sha = new Bun.CryptoHasher("sha256").update(whole).digest("hex");
    const text = whole.length > PARSE_LIMIT_BYTES ? null : textOf(whole);
    const language = languageOf(path, text ?? "") ?? named;
    if (!language) return { path, sha: null, language: null, note: "" };
    if (text === null && whole.length <= PARSE_LIMIT_BYTES)
      return { path, sha: null, language: null, note: "not text" };
    texts.set(path, { sha, language, text, bytes: whole.length });
    return { path, sha, language, note: "" };
  } catch (error) {
    if (!(error instanceof Refusal) && errnoOf(error) === null) throw error;
    return { path, sha: null, language: null, note: error instanceof Refusal ? error.note : "could not be read" };
  }
}

async function bytesOf(root: string, path: string, head: number | null): Promise<Uint8Array> {
  const { place, handle } = await openFile({ root, grants: [], suggest: false }, path);
  try {
    // Beyond the limit the beginning stands for the whole: it is not parsed anyway.
    const size = Math.min(head ?? PARSE_LIMIT_BYTES + 1, place.stats.size + 1);
    const buffer = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(buffer, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

const isScript = (head: Uint8Array) => head[0] === 0x23 && head[1] === 0x21;
const textOf = (bytes: Uint8Array): string | null => decodeText(bytes)?.text ?? null;
const factsOf = ({ language, text, bytes }: Omit<Held, "sha"> & { sha?: string }) =>
  extract(language, text ?? "", bytes);

async function mentionsOf(root: string, path: string, name: string, member: boolean) {
  try {
    const text = textOf(await bytesOf(root, path, null));
    const language = text === null || text.length > PARSE_LIMIT_BYTES ? null : languageOf(path, text);
    return language ? await mentionsIn(language, text!, name, member) : [];
  } catch (error) {
    if (error instanceof Refusal || error instanceof ParseRefused || errnoOf(error) !== null) return [];
    throw error;
  }
}

const tell = (message: FromParser) => process.send?.(message);
/** Resolves once it has left us: what comes next may hold this process for ever. */
const tellNow = (message: FromParser) =>
  new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

async function answer(message: ToParser): Promise<void> {
  const { id } = message;
  try {
    const handler = answers[message.kind] as (ask: Ask, at: (path: string) => Promise<void>) => Promise<unknown>;
    const given = await handler(message, (path) => tellNow({ id, at: path }));
    tell({ id, answer: given, rss: process.memoryUsage.rss() });
  } catch (error) {
    tell({ id, error: messageOf(error), code: error instanceof Refusal ? error.code : null });
  }
}

if (process.send) {
  try {
    setPriority(NICENESS);
  } catch {
    // Not allowed here: it works as quickly as others do.
  }
  let last: Promise<void> = Promise.resolve();
  process.on("message", (message: ToParser) => {
    last = last.then(() => answer(message));
  });
  process.on("disconnect", () => process.exit(0));
}
