/** Some files of an update: read, parsed as far as nobody parsed the same content before, and stored. */
import type { FileFacts, Language } from "../../domain/code.ts";
import type { ParserProcess } from "../../drivers/code/parser.ts";
import { ParserDied } from "../../drivers/code/parser.ts";
import type { ReadFile } from "../../drivers/code/protocol.ts";
import type { Changed } from "../../drivers/code/scan.ts";
import { type FileRow, insertBlobs, knownBlobs, putFiles } from "../../store/code-index.ts";
import type { Core } from "../core.ts";

/** So many files travel, and are stored, together. */
export const BATCH_FILES = 32;
/** A batch over which the parser's process ends more often than this is not gone on with. */
const DEATHS_MAX = 8;

export interface BatchContext {
  core: Pick<Core, "sql" | "log">;
  parser: ParserProcess;
  tree: number;
  root: string;
  /** Null while the tree is read for the first time. */
  revision: number | null;
  when: "now" | "background";
}

export interface ReadBatch {
  files: readonly Changed[];
  read: Map<string, ReadFile>;
  parsed: { sha: string; facts: FileFacts }[];
  known: Map<string, number>;
}

/** Reads files and parses what is new. Rejects when the parser's process ends again and again. */
export async function readBatch(context: BatchContext, files: readonly Changed[]): Promise<ReadBatch> {
  const batch: ReadBatch = { files, read: new Map(), parsed: [], known: new Map() };
  let left = files.map(({ path }) => path);
  for (let deaths = 0; left.length > 0; ) {
    try {
      left = await attempt(context, batch, left);
    } catch (error) {
      if (!(error instanceof ParserDied) || ++deaths > DEATHS_MAX) throw error;
      context.core.log.warn("code.parser_died", { path: error.path ?? "" });
      const culprit = error.path === null ? undefined : batch.read.get(error.path);
      if (culprit?.sha && culprit.language) batch.parsed.push(deadly(culprit.sha, culprit.language as Language, files));
      left = left.filter((path) => path !== error.path);
    }
  }
  return batch;
}

/** Gives back what must be tried again: a process that was replaced between two questions has forgotten what it read. */
async function attempt(context: BatchContext, batch: ReadBatch, paths: string[]): Promise<string[]> {
  const { parser, root, when, core } = context;
  const read = await parser.ask({ kind: "read", root, paths }, when);
  for (const file of read) batch.read.set(file.path, file);
  for (const [key, id] of await knownBlobs(
    core.sql,
    read.flatMap(({ sha }) => sha ?? []),
  ))
    batch.known.set(key, id);
  const done = new Set([...batch.known.keys(), ...batch.parsed.map(({ sha, facts }) => `${sha} ${facts.language}`)]);
  const fresh = new Map<string, string>();
  for (const { path, sha, language } of read) {
    if (sha !== null && !done.has(`${sha} ${language}`)) fresh.set(`${sha} ${language}`, path);
  }
  if (fresh.size === 0) return [];
  const parsed = await parser.ask({ kind: "parse", root, paths: [...fresh.values()] }, when);
  batch.parsed.push(...parsed);
  return parsed.length === fresh.size ? [] : paths.filter((path) => !parsed.some((one) => one.path === path));
}

function deadly(sha: string, language: Language, files: readonly Changed[]) {
  const bytes = Math.min(...files.map((file) => file.bytes), 0);
  const note = "brought the parser down";
  return { sha, facts: { language, lines: 0, bytes, state: "skipped" as const, note, symbols: [], imports: [] } };
}

/** Stores a batch in one transaction. */
export async function storeBatch({ core, tree, revision }: BatchContext, batch: ReadBatch): Promise<void> {
  await core.sql.begin(async (tx) => {
    const made = await insertBlobs(tx as never, batch.parsed);
    const rows = batch.files.map(({ path, bytes, stamp }): FileRow => {
      const read = batch.read.get(path);
      const key = `${read?.sha} ${read?.language}`;
      return { path, bytes, stamp, note: read?.note ?? "", blob_id: made.get(key) ?? batch.known.get(key) ?? null };
    });
    await putFiles(tx as never, tree, rows, revision);
  });
}
