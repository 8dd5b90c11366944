import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { connect } from "../../src/db/sql.ts";
import { isId } from "../../src/lib/ids.ts";
import { emptyDatabase, type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
let dir: string;
const put = (name: string, text: string) => writeFileSync(join(dir, name), text);
const failure = () => migrate(db.sql, dir).then(() => "applied", String);

beforeEach(async () => {
  await db?.drop();
  if (dir) rmSync(dir, { recursive: true });
  db = await emptyDatabase();
  dir = mkdtempSync(join(tmpdir(), "boocode-migrations-"));
  put("0001_one.sql", "create table one (n integer); insert into one values (1);");
  put("0002_two.sql", "create table two (n integer);");
});
afterAll(async () => {
  await db.drop();
  rmSync(dir, { recursive: true });
});

test("files are applied in order, and a second time there is nothing to do", async () => {
  expect(await migrate(db.sql, dir)).toEqual({ applied: ["0001_one.sql", "0002_two.sql"] });
  expect(await migrate(db.sql, dir)).toEqual({ applied: [] });
  put("0003_three.sql", "insert into one values (2);");
  expect(await migrate(db.sql, dir)).toEqual({ applied: ["0003_three.sql"] });
  expect([...(await db.sql`select n from one order by n`)]).toEqual([{ n: 1 }, { n: 2 }]);
});

test("several servers migrating at once apply each file once", async () => {
  const others = [1, 2, 3].map(() => connect(db.target, { max: 2 }));
  const results = await Promise.all(others.map((sql) => migrate(sql, dir)));
  expect(results.flatMap((result) => result.applied).sort()).toEqual(["0001_one.sql", "0002_two.sql"]);
  expect([...(await db.sql`select n from one`)]).toEqual([{ n: 1 }]);
  await Promise.all(others.map((sql) => sql.end()));
});

test("a file that fails leaves nothing of itself, and what came before stays", async () => {
  put("0002_two.sql", "create table half (n integer); select no_such_column;");
  expect(await failure()).toContain("migration 0002_two.sql failed");
  const [there] = await db.sql`select to_regclass('one') is not null as one, to_regclass('half') is not null as half`;
  expect(there).toEqual({ one: true, half: false });
  put("0002_two.sql", "create table half (n integer);");
  expect(await migrate(db.sql, dir)).toEqual({ applied: ["0002_two.sql"] });
});

test("an edited file is refused by name; other line endings are no edit", async () => {
  await migrate(db.sql, dir);
  put("0001_one.sql", "create table one (n bigint);");
  expect(await failure()).toContain("0001_one.sql was edited");
  put("0002_two.sql", "create table two (\r\n n integer\r\n);");
  put("0001_one.sql", "create table one (n integer); insert into one values (1);");
  expect(await failure()).toContain("0002_two.sql was edited");
  put("0002_two.sql", "create table two (n integer);");
  put("0003_three.sql", "select 1;\nselect 2;\n");
  await migrate(db.sql, dir);
  put("0003_three.sql", "select 1;\r\nselect 2;\r\n");
  expect(await migrate(db.sql, dir)).toEqual({ applied: [] });
});

test("gaps, duplicates and odd names are refused before anything is applied", async () => {
  put("0004_four.sql", "select 1");
  expect(await failure()).toContain("migration 0003 is missing before 0004_four.sql");
  renameSync(join(dir, "0004_four.sql"), join(dir, "0002_zwei.sql"));
  expect(await failure()).toContain("two migrations have the number 0002");
  renameSync(join(dir, "0002_zwei.sql"), join(dir, "later.sql"));
  expect(await failure()).toContain("later.sql is not named like 0001_what_it_does.sql");
  expect([...(await db.sql`select to_regclass('one') as one`)]).toEqual([{ one: null }]);
});

test("renamed and missing files of applied migrations are refused", async () => {
  await migrate(db.sql, dir);
  renameSync(join(dir, "0002_two.sql"), join(dir, "0002_zwei.sql"));
  expect(await failure()).toContain("0002_two.sql was applied, but the file is now called 0002_zwei.sql");
  rmSync(join(dir, "0002_zwei.sql"));
  expect(await failure()).toContain("older than the data");
});

test("our own migrations give a database its first rows", async () => {
  const mine = await testDatabase();
  const [row] = await mine.sql`select i.id, h.seq, h.floor, h.epoch from instance i, journal_head h`;
  expect(row).toMatchObject({ seq: 0, floor: 0 });
  expect([isId(row?.id), isId(row?.epoch)]).toEqual([true, true]);
  await mine.drop();
});
