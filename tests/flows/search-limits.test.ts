/** A search that has no time left says how far it came, and goes on from there: nothing is passed over, nothing comes twice. */
import { expect, test } from "bun:test";
import type { Sql, Tx } from "../../src/db/sql.ts";
import { type Look, type Looked, look } from "../../src/engine/search/look.ts";
import { inTime, searching, type Wanted } from "../../src/store/search.ts";
import { insertSearchRows } from "../../src/store/search-index.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { until } from "../support/until.ts";

const ROWS = 14_000;
const wanted = (words: string): Wanted => ({
  words,
  part: null,
  kinds: [],
  projects: [],
  models: [],
  roles: [],
  since: null,
});

/** Every row says "often", every hundredth "seldom", every fiftieth "side by side", and another fiftieth "by … side". */
async function fill(boo: TestApp): Promise<void> {
  const { chat, session, project } = await boo.chat();
  const sql = boo.database.sql as unknown as Sql;
  // What is in the table before its filling ended would be taken for lost, and put in again.
  await until(async () => (await sql`select 1 from search_fill where done_to is null`).length === 1);
  await sql`insert into messages (id, chat_id, role, position) values ('m', ${chat}, 'user', 1)`;
  await sql`
    insert into parts (id, message_id, chat_id, position, kind, state, text, folded_to, closed_at, searched)
    values ('zz', 'm', ${chat}, 0, 'text', 'closed', 'often', 0, now(), true)`;
  const words = (n: number) => [
    "'often':1",
    n % 100 === 0 ? "'seldom':2" : "",
    n % 50 === 7 ? "'by':3 'side':4" : "",
    n % 50 === 8 ? "'side':3 'by':4" : "",
  ];
  const none = { titled_project: null, titled_session: null, titled_chat: null, label: null, model: null };
  for (let from = 0; from < ROWS; from += 2_000) {
    const rows = Array.from({ length: 2_000 }, (_, i) => ({
      ...none,
      kind: "message" as const,
      project_id: project,
      session_id: session,
      chat_id: chat,
      message_id: "m",
      part_id: "zz",
      role: "user" as const,
      at: new Date(),
      words: words(from + i).join(" "),
    }));
    await sql.begin((tx) => insertSearchRows(tx as unknown as Tx, rows));
  }
}

test("what was not looked at in time is looked at behind it", async () => {
  await using boo = await testApp();
  await fill(boo);
  const sql = boo.database.sql as unknown as Sql;
  const go = (words: string, from: Looked | null, how: Partial<Look> = {}) =>
    searching(sql, (tx, end) => {
      const all = { wanted: wanted(words), limit: 100_000, end, deadline: 0, least_ms: 20_000, ...how };
      return look(tx, from ?? { matches: [], upper: end }, all);
    });
  const expected: [string, number][] = [
    ["'seldom'", ROWS / 100],
    ["'by' <-> 'side'", ROWS / 50],
    ["'sel':*", ROWS / 100],
    ["'often' & !'seldom'", ROWS - ROWS / 100],
  ];
  for (const [words, count] of expected) {
    // No time at all: one range at a time.
    let looked = await go(words, null);
    expect(looked.upper).toBeGreaterThan(0);
    let steps = 1;
    for (; looked.upper > 0; steps++) looked = await go(words, looked);
    expect(steps).toBeGreaterThan(2);
    const ids = looked.matches.map((m) => m.id);
    expect([words, ids.length]).toEqual([words, count]);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
    // All the time there is: the same, at once.
    const whole = await go(words, null, { deadline: performance.now() + 60_000 });
    expect([whole.upper, whole.matches.map((m) => m.id)]).toEqual([0, ids]);
    // Bounded by their number: the newest, and on behind the last of them.
    const newest = await go(words, null, { limit: 30 });
    expect(newest.matches.map((m) => m.id)).toEqual(ids.slice(0, newest.matches.length));
  }
  // Who only looks if there is time does not.
  const idle = await go("'seldom'", null, { optional: true });
  expect(idle.matches).toEqual([]);
  expect(idle.upper).toBeGreaterThan(ROWS);
});

test("a statement that takes too long is given up alone: what comes after it in the same search goes on", async () => {
  await using boo = await testApp();
  const sql = boo.database.sql as unknown as Sql;
  await searching(sql, async (tx) => {
    expect(await inTime(tx, 20, async (inner) => inner`select pg_sleep(30)`)).toBeNull();
    expect((await tx`select 1 as n`)[0]!.n).toBe(1);
    const [row] = await inTime(
      tx,
      20_000,
      async (inner) => inner`select current_setting('statement_timeout') as t`,
    ).then((r) => r!);
    expect(row!.t).toBe("20s");
    expect((await tx`select current_setting('statement_timeout') as t`)[0]!.t).toBe("5s");
  });
});
