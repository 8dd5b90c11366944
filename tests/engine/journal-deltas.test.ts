/** Text of open parts: stored once, whole, at a cost that does not grow with the answer, whatever happens to the line. */
import { expect, test } from "bun:test";
import { OpenText } from "../../src/engine/turn/parts.ts";
import { readEvents } from "../../src/store/journal.ts";
import { foldPart } from "../../src/store/parts.ts";
import { testDatabase } from "../support/database.ts";
import { databaseProxy } from "../support/database-proxy.ts";
import { Seeded } from "../support/seeded.ts";
import { until } from "../support/until.ts";
import { type Spine, spine } from "./spine.ts";

const open = (boo: Spine, part: string) => new OpenText(boo.core, boo.topic, part, "text", async () => {});
const heardText = (boo: Spine, part: string) =>
  boo.heard
    .flatMap((e) => (e.kind === "part.delta" && e.payload.part_id === part ? [e.payload] : []))
    .reduce((text, delta) => {
      expect(delta.offset).toBe(text.length);
      return text + delta.text;
    }, "");
/** Deltas of a part as they are stored. */
const stored = async (boo: Spine, part: string) =>
  (await readEvents(boo.database.sql, 0, 1_000_000)).flatMap((e) =>
    e.kind === "part.delta" && e.payload.part_id === part ? [e.payload] : [],
  );
const written = (boo: Spine, part: string) => boo.database.sql<{ text: string; folded_to: number }[]>`
  select text, folded_to from parts where id = ${part}`;

test("many parts at once: each is stored and heard whole, in order, with offsets that meet", async () => {
  await using boo = await spine();
  const random = new Seeded(3);
  const texts = await Promise.all(Array.from({ length: 12 }, async () => open(boo, await boo.part())));
  const wanted = new Map(texts.map((t) => [t.id, ""]));
  for (let i = 0; i < 1_500; i++) {
    const text = random.pick(texts);
    // Two halves of one character may come in two pieces.
    const piece = random.pick(["word ", "😀", "\ud83d", "\ude00", "a\u0000b", "é漢"]);
    text.append(piece);
    wanted.set(text.id, wanted.get(text.id) + piece);
    if (random.chance(0.1)) await Bun.sleep(0);
  }
  for (const text of texts) {
    const whole = wanted.get(text.id)!.replaceAll("\0", "\ufffd").toWellFormed();
    expect((await text.end()).text).toBe(whole);
    expect(heardText(boo, text.id)).toBe(whole);
    expect(await boo.read(text.id)).toBe(whole);
  }
});

test("a token costs the same in an answer of 100 and in one of 50,000", async () => {
  await using boo = await spine();
  const cost = async (tokens: number) => {
    const part = await boo.part();
    const text = open(boo, part);
    for (let i = 0; i < tokens; i++) {
      text.append("token ");
      if (i % 25 === 0) await boo.deltas.flushed();
    }
    await text.end();
    await boo.deltas.flushed();
    const deltas = await stored(boo, part);
    expect(deltas.map((d) => d.text).join("") === "token ".repeat(tokens)).toBe(true);
    const [size] = await boo.database.sql<{ rows: number; bytes: number }[]>`
      select count(*) as rows, sum(pg_column_size(journal.*)) as bytes from journal where ${part} = any(part_ids)`;
    return { rows: Number(size!.rows) / tokens, bytes: Number(size!.bytes) / tokens };
  };
  const short = await cost(100);
  const long = await cost(50_000);
  expect(long.rows).toBeLessThanOrEqual(short.rows * 1.1);
  expect(long.bytes).toBeLessThanOrEqual(short.bytes * 1.1);
}, 20_000);

test("folds grow geometrically, and at every moment a reader has a beginning of the text", async () => {
  await using boo = await spine();
  const part = await boo.part();
  await boo.database.sql.unsafe(`
    create table folds (n integer generated always as identity, folded_to integer);
    create function note() returns trigger language plpgsql as
      'begin if new.folded_to > old.folded_to then insert into folds (folded_to) values (new.folded_to); end if; return new; end';
    create trigger note after update on parts for each row execute function note();`);
  const text = open(boo, part);
  const wanted = Array.from({ length: 40_000 }, (_, i) => `token ${i} and more `).join("");
  let before = 0;
  for (let i = 0; i * 97 < wanted.length; i++) {
    text.append(wanted.slice(i * 97, (i + 1) * 97));
    if (i % 7 === 0) await Bun.sleep(0);
    if (i % 150 > 0) continue;
    const now = await boo.read(part);
    await boo.deltas.flushed();
    expect(now.length).toBeGreaterThanOrEqual(before);
    expect(wanted.startsWith(now)).toBe(true);
    before = now.length;
  }
  const { text: whole } = await text.end();
  expect(whole === wanted).toBe(true);
  const written = () => boo.database.sql`select 1 from folds where folded_to > 500000`;
  await until(async () => (await written()).length > 0);
  const folds = (await boo.database.sql<{ folded_to: number }[]>`select folded_to from folds order by n`).map(
    (r) => r.folded_to,
  );
  expect(folds.length).toBeGreaterThanOrEqual(2);
  expect(folds[0]).toBeGreaterThanOrEqual(64_000);
  for (let i = 1; i < folds.length; i++) expect(folds[i]!).toBeGreaterThanOrEqual(folds[i - 1]! * 2);
  expect(folds.reduce((sum, n) => sum + n, 0)).toBeLessThan(2 * wanted.length);
}, 20_000);

test("a fold ends where a delta ends, also when text comes before the delta is written", async () => {
  await using boo = await spine();
  const [part, other] = [await boo.part(), await boo.part()];
  const text = open(boo, part);
  text.append("x".repeat(63_990));
  await boo.deltas.flushed();
  boo.deltas.push(boo.topic, other, 0, "keeps the writer busy");
  void boo.deltas.flushed();
  text.append("y".repeat(100));
  text.append("z".repeat(100));
  await until(async () => (await written(boo, part))[0]!.folded_to > 64_000);
  await boo.deltas.flushed();
  expect((await boo.read(part)).slice(63_990)).toBe("y".repeat(100) + "z".repeat(100));
});

test("a flush waits for what was pushed, not for silence", async () => {
  await using boo = await spine();
  const part = await boo.part();
  let offset = 0;
  let ended = false;
  const busy = (async () => {
    while (!ended) {
      boo.deltas.push(boo.topic, part, offset++, "x");
      await Bun.sleep(0);
    }
  })();
  for (let i = 0; i < 20; i++) {
    const pushed = offset;
    await boo.deltas.flushed();
    expect((await boo.read(part)).length).toBeGreaterThanOrEqual(pushed);
  }
  ended = true;
  await busy;
  await boo.deltas.flushed();
});

test("of light events that were not written yet the newest of a key wins", async () => {
  await using boo = await spine();
  const notice = (key: string, value: string) =>
    boo.deltas.notice(key, { topic: "desk", kind: "setting.changed", payload: { key: value } });
  notice("a", "a1");
  notice("b", "b1");
  notice("a", "a2");
  await boo.deltas.flushed();
  expect(boo.heard.map((e) => (e.payload as { key: string }).key).toSorted()).toEqual(["a2", "b1"]);
});

test("an event that the database refuses does not hold up the text beside it", async () => {
  await using boo = await spine();
  const part = await boo.part();
  boo.deltas.push(boo.topic, part, 0, "text");
  boo.deltas.notice("a", { topic: "desk", kind: "setting.changed", payload: { key: "\0" } });
  await boo.deltas.flushed();
  expect(await boo.read(part)).toBe("text");
  expect(boo.heard.map((e) => e.kind)).toEqual(["part.delta"]);
});

test("a delta whose acknowledgement is lost is stored and heard once", async () => {
  const database = await testDatabase();
  await using line = await databaseProxy(database);
  await using boo = await spine({ database, url: line.url });
  const part = await boo.part();
  const text = open(boo, part);
  text.append("before ");
  await boo.deltas.flushed();
  const lost = line.loseAnswerTo("needle");
  text.append("needle ");
  await lost;
  text.append("after");
  expect((await text.end()).text).toBe("before needle after");
  await until(() => heardText(boo, part) === "before needle after");
  expect((await stored(boo, part)).map((r) => r.text).join("")).toBe("before needle after");
  await database.drop();
});

test("a statement that reaches the database after it was repeated changes nothing", async () => {
  const database = await testDatabase();
  await using line = await databaseProxy(database);
  await using boo = await spine({ database, url: line.url });
  const part = await boo.part();
  boo.deltas.push(boo.topic, part, 0, "before ");
  await boo.deltas.flushed();
  const kept = line.keepBack("needle");
  boo.deltas.push(boo.topic, part, 7, "needle ");
  const sendOn = await kept;
  await boo.deltas.flushed();
  sendOn();
  boo.deltas.push(boo.topic, part, 14, "after");
  await boo.deltas.flushed();
  // The late one has failed once no other session is left that is busy.
  await until(async () => {
    const [busy] =
      await database.sql`select 1 from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()`;
    return !busy;
  });
  expect(await boo.read(part)).toBe("before needle after");
  expect(heardText(boo, part)).toBe("before needle after");
  await database.drop();
});

test("a database that goes away for a moment gets everything when it is back, and a full memory says so", async () => {
  const database = await testDatabase();
  await using line = await databaseProxy(database);
  await using boo = await spine({ database, url: line.url });
  const part = await boo.part();
  const text = open(boo, part);
  text.append("before ");
  await boo.deltas.flushed();
  await line.refuse();
  for (let i = 0; i < 50; i++) {
    text.append(`${i} `);
    await Bun.sleep(1);
  }
  expect(boo.deltas.full).toBe(false);
  text.append("x".repeat(4_000_001));
  expect(boo.deltas.full).toBe(true);
  await line.restore();
  await boo.deltas.flushed();
  expect(boo.deltas.full).toBe(false);
  const { text: whole } = await text.end();
  expect((await boo.read(part)) === whole).toBe(true);
  expect(heardText(boo, part) === whole).toBe(true);
  await database.drop();
});

test("text that a crashed Postgres forgot is in the part again with the next words", async () => {
  await using boo = await spine();
  const part = await boo.part();
  const text = open(boo, part);
  for (const word of ["kept ", "seen ", "and ", "lost "]) {
    text.append(word);
    await boo.deltas.flushed();
  }
  await boo.database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  await until(() => boo.deltas.losses > 0);
  await boo.database.sql`delete from journal where offsets[1] > 5`;
  text.append("more");
  await until(async () => (await boo.read(part)) === "kept seen and lost more");
  await text.end();
});

test("a late fold never shortens a part", async () => {
  await using boo = await spine();
  const part = await boo.part();
  await foldPart(boo.sql, part, "a longer text", 0);
  await foldPart(boo.sql, part, "a longer", 0);
  expect(await written(boo, part)).toEqual([{ text: "a longer text", folded_to: 13 }] as never);
});
