/**
 * Keeps the index of a tree current, when somebody asks for it: what looks otherwise on disk than when it was read is read
 * again, a batch at a time, in a process of low priority. What is stored survives a restart and is gone on with.
 */
import type { IndexState } from "../../domain/code.ts";
import type { ImportSettings } from "../../domain/code-imports.ts";
import { ParserProcess } from "../../drivers/code/parser.ts";
import type { Scan } from "../../drivers/code/scan.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import {
  analyseTables,
  type CodeTree,
  openTree,
  readStamps,
  removeFiles,
  settleTree,
  trimCode,
} from "../../store/code-index.ts";
import type { Core } from "../core.ts";
import { BATCH_FILES, type BatchContext, readBatch, storeBatch } from "./batch.ts";
import { importSettings } from "./import-settings.ts";

/** How long a question waits for an update; then it is answered with what there is. */
const WAIT_MS = 8_000;
/** Questions that come together need one look at the disk; what we wrote ourselves is looked at in any case. */
const FRESH_MS = 2_000;
/** Between two batches of a first index: runs and pages go first. */
const REST_MS = 2;
/** After so many files, and after an update of many, the database is told anew what is in its tables: else it reads all of them to answer. */
const ANALYSE_AT_FILES: ReadonlySet<number> = new Set([10, 40, 120].map((batches) => batches * BATCH_FILES));
const MANY_FILES = 20 * BATCH_FILES;
const TREES_KEPT = 8;
const TRIM_EVERY_MS = 3_600_000;
const TRIM_FIRST_MS = 60_000;
const KEEP_HOURS = 24;

type Needs = Pick<Core, "sql" | "log" | "journal" | "instance">;

interface Kept {
  tree: CodeTree;
  updating: Promise<void> | null;
  updated_at: number;
  /** Something was written since the update under way began. */
  touched: boolean;
  done: number;
  total: number;
  error: string | null;
}

/** One a server. */
export class CodeIndex {
  readonly parser: ParserProcess;
  private readonly kept = new Map<string, Promise<Kept>>();
  private readonly settings = new Map<number, { revision: number; value: Promise<ImportSettings> }>();
  private readonly timers: ReturnType<typeof setTimeout>[] = [];
  private readonly unsubscribe: () => void;
  private readonly working = new Set<Promise<void>>();
  private closed = false;

  constructor(
    private readonly core: Needs,
    options: { worker?: string; hang_ms?: number } = {},
  ) {
    this.parser = new ParserProcess({ marker: `${core.instance}:${PARSER_MARK}`, ...options });
    this.unsubscribe = core.journal.subscribe((events) => {
      if (events.some(({ kind }) => kind === "apply.changed")) this.touch();
      const gone = events.flatMap((event) => (event.kind === "project.deleted" ? [event.payload.project_id] : []));
      for (const key of this.kept.keys()) if (gone.some((id) => key.startsWith(`${id}\0`))) this.kept.delete(key);
      if (gone.length > 0) this.trim(0);
    });
    this.timers.push(setTimeout(() => this.trim(KEEP_HOURS), TRIM_FIRST_MS).unref());
    this.timers.push(setInterval(() => this.trim(KEEP_HOURS), TRIM_EVERY_MS).unref());
  }

  /**
   * The tree of a directory as it is now, or as far as it was read within `wait_ms`. Throws when the signal is aborted,
   * and AppError when the project is gone.
   */
  async ready(
    project: string,
    root: string,
    signal: AbortSignal,
    { wait_ms = WAIT_MS, fresh_ms = FRESH_MS }: { wait_ms?: number; fresh_ms?: number } = {},
  ): Promise<{ tree: number; state: IndexState }> {
    const kept = await this.open(project, root);
    if (!kept.updating && performance.now() - kept.updated_at > fresh_ms) this.update(kept);
    if (kept.updating) await within(kept.updating, wait_ms, signal);
    return { tree: kept.tree.id, state: stateOf(kept) };
  }

  /** Files were written: the next question looks at the disk, however shortly ago somebody did. */
  touch(): void {
    for (const one of this.kept.values())
      void one.then(
        (kept) => {
          kept.updated_at = Number.NEGATIVE_INFINITY;
          kept.touched = true;
        },
        () => {},
      );
  }

  /** What the manifests of a tree say about names of its own, read once a revision; anew each time when that is NaN. */
  importSettings(tree: number, root: string, revision: number): Promise<ImportSettings> {
    const known = this.settings.get(tree);
    if (known?.revision === revision) return known.value;
    const value = importSettings(this.core.sql, tree, root);
    this.settings.delete(tree);
    this.settings.set(tree, { revision, value });
    value.catch(() => this.settings.delete(tree));
    for (const old of this.settings.keys()) if (this.settings.size > TREES_KEPT) this.settings.delete(old);
    return value;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.unsubscribe();
    for (const timer of this.timers) clearTimeout(timer);
    await this.parser.close();
    await Promise.allSettled([...this.working]);
  }

  private open(project: string, root: string): Promise<Kept> {
    const key = `${project}\0${root}`;
    const known = this.kept.get(key) ?? this.begin(project, root);
    this.kept.set(key, known);
    known.catch(() => this.kept.delete(key));
    return known;
  }

  private async begin(project: string, root: string): Promise<Kept> {
    const tree = await openTree(this.core.sql, project, root);
    if (!tree) throw new AppError("not_found", "The project is not there any more.");
    return {
      tree,
      updating: null,
      updated_at: Number.NEGATIVE_INFINITY,
      touched: false,
      done: 0,
      total: 0,
      error: null,
    };
  }

  private update(kept: Kept): void {
    if (this.closed) return;
    const work = this.work(kept)
      .then(
        () => {
          kept.error = null;
        },
        (error) => this.failed(kept, error),
      )
      .finally(() => {
        kept.updating = null;
        kept.updated_at = kept.touched ? Number.NEGATIVE_INFINITY : performance.now();
        this.working.delete(work);
      });
    kept.updating = work;
    this.working.add(work);
  }

  private async work(kept: Kept): Promise<void> {
    kept.done = kept.total = 0;
    kept.touched = false;
    const isFirst = kept.tree.indexed_at === null;
    const after = kept.tree.revision + 1;
    const found = await this.look(kept, after, isFirst ? "background" : "now");
    kept.total = found.changed.length;
    const same = found.changed.length + found.removed.length === 0;
    if (same && !isFirst && found.truncated === kept.tree.truncated) return;
    const context: BatchContext = {
      core: this.core,
      parser: this.parser,
      tree: kept.tree.id,
      root: kept.tree.root,
      revision: isFirst ? null : after,
      when: isFirst || found.changed.length > BATCH_FILES ? "background" : "now",
    };
    await this.core.sql.begin((tx) => removeFiles(tx as never, kept.tree.id, found.removed, context.revision));
    await this.store(kept, context, found);
    const settled = { revision: same ? kept.tree.revision : after, files: found.files, truncated: found.truncated };
    await settleTree(this.core.sql, kept.tree.id, settled);
    Object.assign(kept.tree, settled, { indexed_at: kept.tree.indexed_at ?? new Date() });
    if (isFirst) this.core.log.info("code.indexed", { root: kept.tree.root, files: found.files });
  }

  /** While one batch is stored the next one is read. */
  private async store(kept: Kept, context: BatchContext, { changed }: Scan): Promise<void> {
    let storing: Promise<void> = Promise.resolve();
    for (let at = 0; at < changed.length; at += BATCH_FILES) {
      if (this.closed) throw new Stopping();
      const files = changed.slice(at, at + BATCH_FILES);
      const batch = await readBatch(context, files);
      await storing;
      storing = storeBatch(context, batch).then(() => {
        kept.done += files.length;
        return ANALYSE_AT_FILES.has(kept.done) ? analyseTables(this.core.sql) : undefined;
      });
      // Awaited above or below; what fails meanwhile must not count as caught by nobody.
      storing.catch(() => {});
      if (context.when === "background") await Bun.sleep(REST_MS);
    }
    await storing;
    if (changed.length >= MANY_FILES) await analyseTables(this.core.sql);
  }

  private async look({ tree }: Kept, after: number, when: "now" | "background"): Promise<Scan> {
    const { root } = tree;
    const ask = { kind: "scan", root, before: `${tree.id}:${tree.revision}`, after: `${tree.id}:${after}` } as const;
    const known = await this.parser.ask(ask, when);
    if (known) return known;
    const stored = await readStamps(this.core.sql, tree.id);
    await this.parser.ask({ kind: "remember", root, label: ask.before, ...stored }, when);
    const found = await this.parser.ask(ask, when);
    if (!found) throw new Error("the parser forgot the tree at once");
    return found;
  }

  /** The next question tries again; what was stored stays. */
  private failed(kept: Kept, error: unknown): void {
    if (this.closed || error instanceof Stopping) return;
    // What the parser believes of the tree is ahead of what is stored: it is told anew.
    for (const [key, one] of this.kept) void one.then((k) => k === kept && this.kept.delete(key)).catch(() => {});
    kept.error =
      error instanceof AppError && error.code !== "internal"
        ? error.message
        : "The files could not be indexed; the log says why.";
    this.core.log.warn("code.index_failed", { root: kept.tree.root, error: messageOf(error) });
  }

  private trim(keep_hours: number): void {
    if (this.closed) return;
    const work = this.trimAll(keep_hours)
      .catch((error) => this.core.log.warn("code.trim_failed", { error: messageOf(error) }))
      .finally(() => this.working.delete(work));
    this.working.add(work);
  }

  private async trimAll(keep_hours: number): Promise<void> {
    while (!this.closed && (await trimCode(this.core.sql, keep_hours)) > 0) await Bun.sleep(REST_MS);
  }
}

/** What the parser's process bears in its environment, behind our instance's id. */
export const PARSER_MARK = "parser";

class Stopping extends Error {}

function stateOf({ tree, updating, done, total, error }: Kept): IndexState {
  return {
    current: updating === null && error === null,
    done,
    total,
    truncated: tree.truncated,
    error,
    revision: tree.revision,
  };
}

/** Waits until it is done, the time is up, or the signal is aborted, which throws. */
async function within(work: Promise<void>, wait_ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, wait_ms);
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([work, stopped]);
    signal.throwIfAborted();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
