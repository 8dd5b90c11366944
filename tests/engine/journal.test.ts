/** One integer orders everything: numbers without gaps, in commit order, heard once and in order whatever is lost. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { connect } from "../../src/db/sql.ts";
import type { JournalEvent, NewEvent } from "../../src/domain/event.ts";
import { Journal } from "../../src/engine/journal.ts";
import { recover } from "../../src/engine/recover.ts";
import { steady } from "../../src/engine/steady.ts";
import { createLog } from "../../src/lib/log.ts";
import { readHead } from "../../src/store/journal.ts";
import { testDatabase } from "../support/database.ts";
import { databaseProxy } from "../support/database-proxy.ts";
import { until } from "../support/until.ts";
import { type Spine, spine } from "./spine.ts";

const event = (key: string): NewEvent => ({ topic: "desk", kind: "setting.changed", payload: { key } });
const keys = (events: readonly JournalEvent[]) => events.map((e) => (e.payload as { key: string }).key);
const seqs = (events: readonly JournalEvent[]) => events.map((e) => e.seq);
const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);
/** Commits a transaction with these events. */
const commit = (journal: Journal, ...names: string[]) =>
  journal.transact(async (_tx, emit) => names.forEach((name) => void emit(event(name))));

/** Nobody may ever see a number without all numbers before it. */
async function watchForGaps(boo: Spine, done: () => boolean): Promise<number> {
  let looks = 0;
  for (; !done(); looks++) {
    const [seen] = await boo.database.sql<{ head: number; last: number; numbers: number }[]>`
      select (select seq from journal_head) as head, max(seq) as last,
        sum(coalesce(cardinality(part_ids), 1)) as numbers from journal`;
    expect(Number(seen!.numbers)).toBe(seen!.last ?? 0);
    expect(seen!.head).toBe(seen!.last ?? 0);
  }
  return looks;
}

test("numbers have no gaps, at no moment, under thirty writers and streaming text; each is heard once, in order", async () => {
  await using boo = await spine();
  const part = await boo.part();
  let writing = true;
  const watching = watchForGaps(boo, () => !writing);
  const writer = async (id: number) => {
    for (let i = 0; i < 10; i++) await commit(boo.journal, ...upTo((id % 3) + 1).map((n) => `${id}.${i}.${n}`));
  };
  const streaming = (async () => {
    for (let i = 0; i < 200; i++) {
      boo.deltas.push(boo.topic, part, i * 2, "ab");
      await Bun.sleep(0);
    }
    await boo.deltas.flushed();
  })();
  await Promise.all([...upTo(30).map(writer), streaming]);
  writing = false;
  expect(await watching).toBeGreaterThan(5);
  await boo.journal.catchUp();
  const head = (await readHead(boo.database.sql)).seq;
  expect(seqs(boo.heard)).toEqual(upTo(head));
  const named = keys(boo.heard.filter((e) => e.kind === "setting.changed"));
  expect(new Set(named).size).toBe(10 * (30 + 30));
  // The events of one transaction stand together and in its order.
  named.forEach((key, at) => {
    const [id, i, n] = key.split(".").map(Number);
    if (n! > 1) expect(named[at - 1]).toBe(`${id}.${i}.${n! - 1}`);
  });
});

test("acknowledgements in any order, and some that never come: heard in order, from memory or from the database", async () => {
  await using writer = await spine();
  const readers = connect(writer.database.target, { max: 2 });
  let seen = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ size: fc.integer({ min: 1, max: 3 }), order: fc.nat(1_000), lost: fc.boolean() }), {
        minLength: 1,
        maxLength: 12,
      }),
      async (story) => {
        const reader = new Journal(readers, createLog("error"));
        await reader.start();
        const heard: JournalEvent[] = [];
        reader.subscribe((events) => heard.push(...events));
        const from = reader.published + 1;
        const transactions: { events: JournalEvent[]; order: number; lost: boolean }[] = [];
        for (const { size, order, lost } of story) {
          const start = writer.heard.length;
          await commit(writer.journal, ...upTo(size).map((n) => `${seen++}.${n}`));
          transactions.push({ events: writer.heard.slice(start), order, lost });
        }
        for (const { events, lost } of transactions.toSorted((a, b) => a.order - b.order))
          if (!lost) reader.offer(events);
        await reader.catchUp();
        await reader.close();
        expect(seqs(heard)).toEqual(upTo(writer.journal.published, from));
        expect(keys(heard)).toEqual(transactions.flatMap((t) => keys(t.events)));
      },
    ),
    { numRuns: 40 },
  );
  await readers.end({ timeout: 1 });
});

test("events at hand are handed on from memory: the database is not asked", async () => {
  await using writer = await spine();
  await commit(writer.journal, "before");
  const sql = connect(writer.database.target, { max: 1 });
  const reader = new Journal(sql, createLog("error"));
  await reader.start();
  await sql.end();
  const heard: number[] = [];
  reader.subscribe((events) => heard.push(...seqs(events)));
  const from = writer.heard.length;
  await commit(writer.journal, "a", "b");
  await commit(writer.journal, "c");
  reader.offer(writer.heard.slice(from, from + 2));
  reader.offer(writer.heard.slice(from + 2));
  expect(heard).toEqual([2, 3, 4]);
  await reader.close();
});

test("a transaction that is rolled back is not heard and takes no number", async () => {
  await using boo = await spine();
  await commit(boo.journal, "a");
  const failing = boo.journal.transact(async (tx, emit) => {
    emit(event("never"));
    await tx`select 1 / 0`;
  });
  await expect(failing).rejects.toThrow("division by zero");
  const thrown = boo.journal.transact(async (_tx, emit) => {
    emit(event("never"));
    throw new Error("no");
  });
  await expect(thrown).rejects.toThrow("no");
  await commit(boo.journal, "b");
  expect(boo.heard.map((e) => [e.seq, ...keys([e])] as [number, string])).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
});

test("a commit whose acknowledgement is lost fails for its caller, and is heard", async () => {
  const database = await testDatabase();
  await using line = await databaseProxy(database);
  await using boo = await spine({ database, url: line.url });
  const lost = line.loseCommitOf('"key":"a"');
  const sent = commit(boo.journal, "a");
  await expect(sent).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await lost;
  await until(() => boo.heard.length > 0);
  await commit(boo.journal, "b");
  expect(keys(boo.heard)).toEqual(["a", "b"]);
  await database.drop();
});

test("work that is repeated after a lost acknowledgement happens once", async () => {
  const database = await testDatabase();
  await using line = await databaseProxy(database);
  await using boo = await spine({ database, url: line.url });
  void line.loseCommitOf('"key":"k"');
  let tries = 0;
  await steady(boo.core, () =>
    boo.journal.transact(async (tx, emit) => {
      tries++;
      const done = await tx`insert into settings (key, value) values ('k', '1') on conflict do nothing returning key`;
      if (done.length > 0) emit(event("k"));
    }),
  );
  expect(tries).toBe(2);
  await until(() => boo.heard.length > 0);
  expect(keys(boo.heard)).toEqual(["k"]);
  await database.drop();
});

test("a subscriber that throws does not keep others from hearing", async () => {
  await using boo = await spine();
  const journal = new Journal(boo.sql, { ...createLog("error"), error: () => {} });
  await journal.start();
  const heard: number[] = [];
  journal.subscribe(() => {
    throw new Error("mine");
  });
  journal.subscribe((events) => heard.push(...seqs(events)));
  await commit(journal, "a", "b");
  expect(heard).toEqual([1, 2]);
  await journal.close();
});

test("numbers that were heard are never given again, also when Postgres crashed and forgot them", async () => {
  await using boo = await spine();
  const part = await boo.part();
  await commit(boo.journal, "a", "b");
  boo.deltas.push(boo.topic, part, 0, "seen");
  await boo.deltas.flushed();
  expect(boo.journal.published).toBe(3);
  // What a crash can do: light rows are committed asynchronously, and the head's row goes back with them.
  await boo.database.sql`delete from journal where seq > 2`;
  await boo.database.sql`update journal_head set seq = 2`;
  await commit(boo.journal, "c");
  boo.deltas.push(boo.topic, part, 4, " more");
  await boo.deltas.flushed();
  expect(seqs(boo.heard)).toEqual([1, 2, 3, 4, 5]);
});

test("a start after a crash leaves out the numbers that readers may have heard", async () => {
  await using boo = await spine();
  await commit(boo.journal, "a");
  const before = (await readHead(boo.sql)).seq;
  expect(await recover(boo.core as never)).toEqual({ parts: 0, interrupted: 0, answered: 0, applies: 0, cut_off: [] });
  expect((await readHead(boo.sql)).seq).toBe(before);
  await boo.part();
  expect(await recover(boo.core as never)).toEqual({ parts: 1, interrupted: 0, answered: 0, applies: 0, cut_off: [] });
  await boo.journal.catchUp();
  expect(boo.heard.at(-1)?.kind).toBe("part.closed");
  expect(boo.heard.at(-1)!.seq).toBeGreaterThan(before + 1_000);
});
