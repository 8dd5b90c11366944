import { expect, test } from "bun:test";
import { dumpSchema, SCHEMA_FILE } from "../../scripts/schema.ts";
import { emptyDatabase, testDatabase } from "../support/database.ts";

test("sql/schema.sql is what the migrations make; after a new migration run `bun run schema`", async () => {
  const { sql, drop } = await testDatabase();
  expect(await dumpSchema(sql)).toBe(await Bun.file(SCHEMA_FILE).text());
  await drop();
});

test("the dumped page is itself a schema: run on an empty database it dumps the same", async () => {
  const { sql, drop } = await emptyDatabase();
  const page = await Bun.file(SCHEMA_FILE).text();
  // Tables stand in alphabetical order, so a foreign key may name one that comes later.
  const later: string[] = [];
  const tables = page.replaceAll(
    /create (unlogged )?table (\w+) \(\n([\s\S]*?)\n\);/g,
    (_, unlogged = "", name: string, body: string) => {
      const lines = body.split(",\n");
      for (const line of lines.filter((l) => l.includes("foreign key")))
        later.push(`alter table ${name} add ${line.trim()};`);
      return `create ${unlogged}table ${name} (\n${lines.filter((l) => !l.includes("foreign key")).join(",\n")}\n);`;
    },
  );
  await sql.unsafe(tables);
  await sql.unsafe(later.join("\n"));
  expect(await dumpSchema(sql)).toBe(page);
  await drop();
});

test("every table says what it is for", async () => {
  const { sql, drop } = await testDatabase();
  const unexplained = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and obj_description(c.oid, 'pg_class') is null
    order by 1`;
  expect(unexplained.map((t) => t.name)).toEqual([]);
  await drop();
});
