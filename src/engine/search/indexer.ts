/**
 * Keeps the search table current, behind everything else: when a part was closed or something was renamed, and at the
 * start for what came before. What is left to do is a question to the database, not a list in memory: a crash loses
 * nothing, and rows that came with an update are taken in like new ones, a bounded batch at a time.
 */
import type { EventKind, JournalEvent } from "../../domain/event.ts";
import { messageOf } from "../../lib/errors.ts";
import { vectorOf } from "../../store/search-facts.ts";
import {
  dropTitles,
  filledTo,
  insertSearchRows,
  markSearched,
  moveFill,
  needNotLast,
  type SearchRow,
  staleTitles,
  takeSearched,
  takeUnsearched,
  tidyIndex,
  type UnsearchedPart,
} from "../../store/search-index.ts";
import type { Core } from "../core.ts";
import { rowOfTitle, rowsOfPart } from "./rows.ts";

const BATCH_PARTS = 200;
const BATCH_TITLES = 500;
/** Several parts close together; one batch takes them. */
const GATHER_MS = 300;
/** Between two batches of much that is left: runs and pages go first. */
const REST_MS = 5;
const RETRY_MS = 2_000;
/** A crash of Postgres empties the table, and no event tells. */
const LOOK_MS = 15_000;

const PARTS: ReadonlySet<EventKind> = new Set(["part.closed", "message.created", "run.changed"]);
const TITLES: ReadonlySet<EventKind> = new Set(["project.changed", "session.changed", "chat.changed"]);

export class SearchIndexer {
  private readonly unsubscribe: () => void;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly look: ReturnType<typeof setInterval>;
  private working: Promise<void> | null = null;
  private again = false;
  private closed = false;
  /** Something may be called otherwise than the table says: looked for at the start and after each renaming. */
  private renamed = true;

  constructor(private readonly core: Pick<Core, "sql" | "journal" | "log">) {
    this.unsubscribe = core.journal.subscribe((events) => this.hear(events));
    this.look = setInterval(() => this.wake(0), LOOK_MS);
    this.look.unref();
    this.wake(0);
  }

  /** Ends after the batch that is under way. */
  async close(): Promise<void> {
    this.closed = true;
    this.unsubscribe();
    clearInterval(this.look);
    if (this.timer) clearTimeout(this.timer);
    await this.working;
  }

  private hear(events: readonly JournalEvent[]): void {
    const renamed = events.some((e) => TITLES.has(e.kind));
    this.renamed ||= renamed;
    if (renamed || events.some((e) => PARTS.has(e.kind))) this.wake(GATHER_MS);
  }

  private wake(after_ms: number): void {
    if (this.working) this.again = true;
    if (this.working || this.timer || this.closed) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.working = this.work().finally(() => {
        this.working = null;
        if (this.again) this.wake(GATHER_MS);
      });
    }, after_ms);
    this.timer.unref();
  }

  private async work(): Promise<void> {
    this.again = false;
    try {
      let to = await filledTo(this.core.sql);
      // Emptied: titles went with the rest.
      this.renamed ||= to === "";
      while (!this.closed && this.renamed) {
        this.renamed = false;
        if (await this.titles()) this.renamed = true;
      }
      // Oldest first and before all that is new: a search shows later ids first.
      for (; to !== null && !this.closed; await Bun.sleep(REST_MS)) to = await this.fillBehind(to);
      for (let after: string | null = ""; after !== null && !this.closed; await Bun.sleep(REST_MS))
        after = await this.parts(after);
      await tidyIndex(this.core.sql);
    } catch (error) {
      this.renamed = true;
      if (this.closed) return;
      this.core.log.warn("search.index_failed", { error: messageOf(error) });
      await Bun.sleep(RETRY_MS);
      this.again = true;
    }
  }

  /** One batch of what was searched before the table was emptied. */
  private async fillBehind(after: string): Promise<string | null> {
    return (await this.core.sql.begin(async (tx) => {
      await needNotLast(tx as never);
      const parts = await takeSearched(tx as never, after, BATCH_PARTS);
      await this.insert(tx as never, parts);
      const next = parts.at(-1)?.id ?? null;
      await moveFill(tx as never, next);
      return next;
    })) as string | null;
  }

  /** One batch of what comes behind the part `after`; the last one of it, or null when there are no more. */
  private async parts(after: string): Promise<string | null> {
    return (await this.core.sql.begin(async (tx) => {
      await needNotLast(tx as never);
      const parts = await takeUnsearched(tx as never, after, BATCH_PARTS);
      if (parts.length === 0) return null;
      await this.insert(tx as never, parts);
      await markSearched(
        tx as never,
        parts.map((p) => p.id),
      );
      return parts.length === BATCH_PARTS ? parts.at(-1)!.id : null;
    })) as string | null;
  }

  private async insert(tx: Parameters<typeof insertSearchRows>[0], parts: readonly UnsearchedPart[]): Promise<void> {
    const rows = parts.flatMap(rowsOfPart);
    try {
      await tx.savepoint((inner) => insertSearchRows(inner as never, rows));
    } catch (error) {
      // A text that Postgres does not take as words must not keep the others out; it is found by its facts alone.
      this.core.log.warn("search.batch_refused", { error: messageOf(error), rows: rows.length });
      for (const row of rows) await this.insertAlone(tx, row);
    }
  }

  private async insertAlone(tx: Parameters<typeof insertSearchRows>[0], row: SearchRow): Promise<void> {
    try {
      await tx.savepoint((inner) => insertSearchRows(inner as never, [row]));
    } catch (error) {
      this.core.log.warn("search.row_refused", { error: messageOf(error), part_id: row.part_id });
      await insertSearchRows(tx, [{ ...row, label: null, words: vectorOf([], [`k=${row.kind}`]) }]);
    }
  }

  private async titles(): Promise<boolean> {
    const titles = await staleTitles(this.core.sql, BATCH_TITLES);
    if (titles.length === 0) return false;
    await this.core.sql.begin(async (tx) => {
      await dropTitles(tx as never, titles);
      await insertSearchRows(tx as never, titles.filter((t) => !t.same).map(rowOfTitle));
    });
    return titles.length >= BATCH_TITLES;
  }
}
