import { expect, test } from "bun:test";
import { connect } from "../../src/db/sql.ts";
import { testPostgres } from "../support/database.ts";

test("a URL may name a socket's directory in each of the usual ways", async () => {
  const { socket_dir, user, database } = await testPostgres();
  for (const url of [
    `postgres://${user}@/${database}?host=${encodeURIComponent(socket_dir)}`,
    `postgres://${user}:secret@localhost/${database}?host=${socket_dir}`,
    `postgresql://${user}@/${database}?application_name=mine&host=${socket_dir}`,
    `postgres://${user}@/${database}?host=${socket_dir}&application_name=mine`,
  ]) {
    const sql = connect(url, { max: 1 });
    expect((await sql`select current_database() as name, 9007199254740991::bigint as big`)[0]).toEqual({
      name: database,
      big: 9007199254740991,
    });
    await sql.end();
  }
});

test("a port in the environment does not lead away from our own socket", async () => {
  const target = await testPostgres();
  process.env.PGPORT = "1";
  const sql = connect(target, { max: 1 });
  expect((await sql`select 1 as one`)[0]).toEqual({ one: 1 });
  await sql.end();
  delete process.env.PGPORT;
});

test("a statement past its time is ended by Postgres", async () => {
  const sql = connect(await testPostgres(), { max: 1, statement_timeout_ms: 20 });
  expect(await sql`select pg_sleep(60)`.catch(String)).toContain("statement timeout");
  await sql.end();
});
