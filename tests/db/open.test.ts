import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { findPostmaster } from "../../src/db/embedded-process.ts";
import { type OpenOptions, openDatabase } from "../../src/db/open.ts";
import { testDatabase } from "../support/database.ts";
import { killHard, quiet, removeHomes, stoppedHome } from "./homes.ts";

const open = (home: string, rest: Partial<OpenOptions> = {}) =>
  openDatabase({ home, url: "http://127.0.0.1:1", wait_ms: 50, embedded: { durable: false }, ...rest }, quiet);
const dataOf = (home: string) => join(home, "postgres/data");

afterAll(removeHomes);

test("a second start on a home is refused and does not harm the first; closing leaves no Postgres", async () => {
  const home = await stoppedHome();
  const first = await open(home);
  expect(first.applied[0]).toBe("0001_spine.sql");
  expect(await open(home, { url: "http://127.0.0.1:2" }).catch(String)).toContain(
    "already running at http://127.0.0.1:1",
  );
  expect((await first.sql`select seq from journal_head`)[0]).toEqual({ seq: 0 });
  await first.close();
  expect(await findPostmaster(dataOf(home))).toBeUndefined();
});

test("a start while the former server stops gets the next Postgres", async () => {
  const home = await stoppedHome();
  const first = await open(home);
  const second = open(home, { wait_ms: 10_000 });
  await first.close();
  const database = await second;
  expect((await database.sql`select seq from journal_head`)[0]).toEqual({ seq: 0 });
  await database.close();
});

test("a Postgres that dies under the server is brought back, and queries work again", async () => {
  const home = await stoppedHome();
  const back = Promise.withResolvers<void>();
  const database = await open(home, { onRegained: back.resolve, wait_ms: 5_000 });
  await database.sql`insert into settings (key, value) values ('kept', '1')`;
  await killHard(database.embedded?.pid ?? 0, dataOf(home));
  await back.promise;
  expect((await database.sql`select value from settings`)[0]).toEqual({ value: 1 });
  await database.close();
  expect(await findPostmaster(dataOf(home))).toBeUndefined();
});

test("a Postgres of the user's own that is away is named by its setting, without its password", async () => {
  const url = "postgres://me:sesame@127.0.0.1:1/x";
  const message = await open("/nowhere", { database_url: url }).catch(String);
  expect(message).toContain("DATABASE_URL");
  expect(message).not.toContain("sesame");
});

test("a Postgres of the user's own outlives the server", async () => {
  const { target, sql, drop } = await testDatabase();
  const url = `postgres://${target.user}@/${target.database}?host=${encodeURIComponent(target.socket_dir)}`;
  const database = await open("/nowhere", { database_url: url });
  expect(database.embedded).toBeUndefined();
  expect((await database.sql`select current_database() as name`)[0]).toEqual({ name: target.database });
  await database.close();
  expect((await sql`select 1 as one`)[0]).toEqual({ one: 1 });
  await drop();
});
