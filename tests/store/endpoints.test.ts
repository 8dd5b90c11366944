import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { newId } from "../../src/lib/ids.ts";
import {
  addFoundEndpoint,
  type Checked,
  deleteEnvironmentBut,
  listEndpointRows,
  type NewEndpoint,
  saveEndpoint,
  setChecked,
  setModelFact,
  storedKey,
} from "../../src/store/endpoints.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  await database.sql`delete from endpoints`;
});
afterAll(() => database.drop());

const made = (over: Partial<NewEndpoint> = {}): NewEndpoint => ({
  id: newId(),
  label: "Server",
  url: "http://a/v1",
  source: "setting",
  kind: "unknown",
  api_key: null,
  ...over,
});
const save = (over: Partial<NewEndpoint> = {}) => database.sql.begin((tx) => saveEndpoint(tx as never, made(over)));
const check = (id: string, over: Partial<Checked> = {}) =>
  database.sql.begin((tx) =>
    setChecked(tx as never, id, { kind: "vllm", state: "ready", error: null, models: [MODEL], ...over }),
  );
const MODEL = { id: "m", context_window: null, loaded: null, vision: null };

test("configured ones come first, the demo model last", async () => {
  await save({ url: "x:demo", source: "builtin" });
  await save({ url: "http://found/v1", source: "found" });
  await save({ url: "http://set/v1", source: "setting" });
  await save({ url: "http://env/v1", source: "environment" });
  expect((await listEndpointRows(database.sql)).map((e) => e.source)).toEqual([
    "environment",
    "setting",
    "found",
    "builtin",
  ]);
});

test("a key stays when none is given, but the environment's own is exactly what it says", async () => {
  const { id } = await save({ api_key: "k" });
  expect((await save({ label: "Again" })).label).toBe("Again");
  expect(await storedKey(database.sql, id)).toBe("k");
  expect((await save({ source: "environment" })).has_key).toBe(false);
});

test("a check answers only when something but the time changed, and silence keeps kind and models", async () => {
  const { id } = await save();
  expect(await check(id)).toMatchObject({ kind: "vllm", state: "ready", models: [MODEL] });
  expect(await check(id)).toBeNull();
  const silent = await check(id, { kind: "unknown", state: "unavailable", error: "connection refused", models: [] });
  expect(silent).toMatchObject({ kind: "vllm", state: "unavailable", error: "connection refused", models: [MODEL] });
  expect(await check("nothing")).toBeNull();
});

test("a found one never touches what is there", async () => {
  await save({ label: "Mine", api_key: "k" });
  const again = await database.sql.begin((tx) =>
    addFoundEndpoint(tx as never, made({ label: "Found", source: "found" })),
  );
  expect(again).toBeNull();
  expect((await listEndpointRows(database.sql)).map((e) => e.label)).toEqual(["Mine"]);
});

test("a window is set for one model, once", async () => {
  const { id } = await save();
  await check(id);
  const set = (model: string) =>
    database.sql.begin((tx) => setModelFact(tx as never, id, model, { context_window: 4096 }));
  expect((await set("m"))?.models[0]?.context_window).toBe(4096);
  expect(await set("m")).toBeNull();
  expect(await set("other")).toBeNull();
});

test("chats lose a removed endpoint, not themselves", async () => {
  const { sql } = database;
  const { id } = await save({ source: "environment" });
  await sql`insert into projects (id, path, name) values ('p', '/p', 'p')`;
  await sql`insert into sessions (id, project_id, title) values ('s', 'p', 's')`;
  await sql`insert into chats (id, session_id, title, number, endpoint_id, model) values ('c', 's', 'c', 1, ${id}, 'm')`;
  expect(await sql.begin((tx) => deleteEnvironmentBut(tx as never, []))).toEqual([id]);
  expect((await sql`select endpoint_id, model from chats`)[0]).toEqual({ endpoint_id: null, model: "m" });
});
