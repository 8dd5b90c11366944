/** Deltas in the journal: one row a flush, read again as one event a delta. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Sql } from "../../src/db/sql.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import {
  appendEvents,
  appendLight,
  type Delta,
  readEvents,
  readHead,
  readTouched,
  readUnfolded,
  trimJournal,
} from "../../src/store/journal.ts";
import { closePart, foldPart, insertPart } from "../../src/store/parts.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
let sql: Sql;
let flush = 0;
const delta = (part: string, offset: number, text: string): Delta => ({
  topic: `session:s-${part[0]}`,
  part_id: part,
  offset,
  text,
});
const progress = (session: string): NewEvent => ({
  topic: `session:${session}`,
  kind: "run.changed",
  payload: { run_id: "r", chat_id: "c", session_id: session, state: "running" },
});
const write = (deltas: Delta[], events: NewEvent[] = []) => appendLight(sql, ++flush, { deltas, events }, 0);
const open = (id: string) =>
  sql.begin((tx) =>
    insertPart(tx as never, {
      id,
      message_id: `m-${id[0]}`,
      chat_id: `c-${id[0]}`,
      position: Number(id.slice(1)),
      turn: 1,
      kind: "text",
      state: "open",
      text: "",
      meta: {},
    }),
  );

/** Sessions s-a and s-b with a chat and an answer each; parts are named a1, a2, b1, … */
beforeAll(async () => {
  db = await testDatabase();
  sql = db.sql;
  await sql`insert into projects (id, path, name) values ('p', '/p', 'p')`;
  for (const s of ["a", "b"]) {
    await sql`insert into sessions (id, project_id, title) values (${`s-${s}`}, 'p', 't')`;
    await sql`insert into chats (id, session_id, title, number) values (${`c-${s}`}, ${`s-${s}`}, 't', 1)`;
    await sql`insert into messages (id, chat_id, role, position) values (${`m-${s}`}, ${`c-${s}`}, 'assistant', 1)`;
  }
});
afterAll(() => db.drop());

describe("a flush", () => {
  test("is one row, read as one event a delta with the numbers in between, deltas before events", async () => {
    await open("a1");
    await open("b1");
    const before = (await readHead(sql)).seq;
    const last = await write(
      [delta("a1", 0, 'x"{,\\'), delta("b1", 0, "né\n"), delta("a1", 4, "y")],
      [progress("s-b")],
    );
    expect(last).toBe(before + 4);
    expect((await sql`select 1 from journal where seq > ${before}`).length).toBe(2);
    const events = await readEvents(sql, before, 100);
    expect(events.map((e) => [e.seq - before, e.topic, e.kind])).toEqual([
      [1, "session:s-a", "part.delta"],
      [2, "session:s-b", "part.delta"],
      [3, "session:s-a", "part.delta"],
      [4, "session:s-b", "run.changed"],
    ]);
    expect(events[0]?.payload).toEqual({ part_id: "a1", offset: 0, text: 'x"{,\\' });
    expect(events[1]?.payload).toEqual({ part_id: "b1", offset: 0, text: "né\n" });
  });

  test("can be read from a cursor in its middle, by topic, and in pages smaller than it", async () => {
    const before = (await readHead(sql)).seq;
    for (let i = 0; i < 5; i++) await write([delta("a1", 5 + i, `${i}`), delta("b1", 3 + i, `${i}`)]);
    expect((await readEvents(sql, before + 3, 100)).map((e) => e.seq - before)).toEqual([4, 5, 6, 7, 8, 9, 10]);
    const a = await readEvents(sql, before, 4, ["session:s-a"]);
    expect(a.map((e) => e.seq - before)).toEqual([1, 3, 5, 7]);
    const paged: number[] = [];
    for (let at = before; ; ) {
      const page = await readEvents(sql, at, 1, ["session:s-b", "desk"]);
      if (page.length === 0) break;
      at = page[0]!.seq;
      paged.push(at - before);
    }
    expect(paged).toEqual([2, 4, 6, 8, 10]);
  });

  test("repeated under its number is stored once, whichever try comes second", async () => {
    await open("a2");
    const [first, second] = await Promise.all([
      appendLight(sql, flush + 1, { deltas: [delta("a2", 0, "once")], events: [] }, 0),
      appendLight(sql, flush + 1, { deltas: [delta("a2", 0, "once")], events: [] }, 0),
    ]);
    flush++;
    expect([first, second].filter((seq) => seq === null)).toHaveLength(1);
    expect(await readUnfolded(sql, ["a2"])).toEqual(new Map([["a2", "once"]]));
    expect((await readHead(sql)).flushes).toBe(flush);
  });

  test("touches the messages of its parts, for their own sessions only", async () => {
    const before = (await readHead(sql)).seq;
    await write([delta("a2", 4, "!"), delta("b1", 8, "!")]);
    const touched = await readTouched(sql, before, before + 2, ["session:s-b"], 10);
    expect(touched).toEqual([
      { kind: "part.delta", message_id: "m-b", chat_id: "c-b", session_id: null, run_id: null, created: false },
    ]);
  });

  test("keeps its numbers when a part is gone", async () => {
    await open("a3");
    const before = (await readHead(sql)).seq;
    await write([delta("a3", 0, "gone"), delta("a2", 5, "?")]);
    await sql`delete from parts where id = 'a3'`;
    expect((await readEvents(sql, before, 10)).map((e) => [e.seq - before, e.topic])).toEqual([
      [1, "session:"],
      [2, "session:s-a"],
    ]);
  });
});

test("a fold leaves what came behind it, and retention keeps that until the part is closed", async () => {
  await open("b2");
  await write([delta("b2", 0, "abc")]);
  const after = (await readHead(sql)).seq;
  await write([delta("b2", 3, "def")]);
  await foldPart(sql, "b2", "abc", after);
  expect(await readUnfolded(sql, ["b2"])).toEqual(new Map([["b2", "def"]]));
  const close = (id: string) => sql.begin((tx) => closePart(tx as never, { id, state: "closed", text: "" }));
  for (const id of ["a1", "a2", "b1"]) await close(id);
  await sql.begin((tx) => appendEvents(tx as never, [progress("s-a"), progress("s-a")], 0));
  expect(await trimJournal(sql, 0, 600)).toBe(after);
  expect(await readUnfolded(sql, ["b2"])).toEqual(new Map([["b2", "def"]]));
  await close("b2");
  const head = await readHead(sql);
  expect(await trimJournal(sql, 0, 600)).toBe(head.seq);
  expect((await sql`select 1 from journal`).length).toBe(0);
});
