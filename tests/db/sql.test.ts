import { expect, test } from "bun:test";
import fc from "fast-check";
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

test("arrays of text and numbers travel unchanged, whatever is in them", async () => {
  const sql = connect(await testPostgres(), { max: 1 });
  const text = fc.option(
    fc.oneof(fc.constantFrom("", "NULL", "null", "{}", 'a"b', "\\", ",", " x "), fc.string({ unit: "grapheme" })),
  );
  const number = fc.option(fc.integer());
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.array(number), async (words, numbers) => {
      const stored = words.map((word) => word?.replaceAll("\0", "") ?? null);
      const [row] = await sql`select ${stored as string[]}::text[] as words, ${numbers as number[]}::int4[] as ints,
        ${numbers as number[]}::int8[] as bigs, ${numbers as number[]}::float8[] as floats`;
      expect(row).toEqual({ words: stored, ints: numbers, bigs: numbers, floats: numbers });
    }),
    { numRuns: 60 },
  );
  const [row] =
    await sql`select array[true, null, false] as flags, 'b' = any(${["a", "b"]}) as found, 3::int8 = any(${[3]}) as there`;
  expect(row).toEqual({ flags: [true, null, false], found: true, there: true });
  await sql.end();
});

test("a server that goes away right after the greeting is an error of the query, not of the process", async () => {
  const greeting = Buffer.from("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", "latin1");
  const server = Bun.listen<{ greeted: boolean }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { greeted: false };
      },
      data(socket) {
        if (socket.data.greeted) server.stop(true);
        else socket.write(greeting);
        socket.data.greeted = true;
      },
    },
  });
  const script = `
    import { connect } from ${JSON.stringify(new URL("../../src/db/sql.ts", import.meta.url).pathname)};
    const sql = connect("postgres://me@127.0.0.1:${server.port}/x", { max: 2 });
    await sql\`select 1\`.then(() => console.log("answered"), () => console.log("failed"));
    await sql.end({ timeout: 1 });`;
  const child = Bun.spawn(["bun", "-e", script], { stdout: "pipe", stderr: "pipe" });
  expect(await new Response(child.stdout).text()).toBe("failed\n");
  expect(await child.exited).toBe(0);
});
