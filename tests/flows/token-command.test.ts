/** `start token`: a way back in for whoever lost the first token, and programs get theirs. */
import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { urlOf } from "../support/app.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { tempDir } from "../support/repo.ts";
import { startServer } from "../support/server.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

async function run(database: TestDatabase, home: string, ...args: string[]) {
  const child = Bun.spawn(["bun", MAIN, ...args], {
    env: { PATH: process.env.PATH, HOME: home, BOOCODE_HOME: home, DATABASE_URL: urlOf(database) },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out: out.trim(), err, code };
}

test("a token made without a server, and one made beside it, both open it", async () => {
  const database = await testDatabase();
  await using home = await tempDir();
  const before = await run(database, home.root, "token");
  const server = await startServer({ home: home.root, database, env: { BOOCODE_AUTH: "token" } });
  const beside = await run(database, home.root, "token", "my laptop");
  const labels: string[][] = [];
  for (const { out, code } of [before, beside]) {
    expect([code, out]).toEqual([0, expect.stringMatching(/^boo_[\w-]{43}$/)]);
    const answer = await fetch(`${server.url}/tokens`, { headers: { authorization: `Bearer ${out}` } });
    labels.push(((await answer.json()) as { tokens: { label: string }[] }).tokens.map(({ label }) => label).sort());
  }
  expect(labels).toEqual([
    ["command line", "my laptop"],
    ["command line", "my laptop"],
  ]);
  expect(await server.end("SIGTERM")).toBe(0);
  await database.drop();
}, 30_000);

test("what is no command starts nothing and says what there is", async () => {
  const database = await testDatabase();
  await using home = await tempDir();
  const wrong = await run(database, home.root, "tokne");
  expect([wrong.code, wrong.out]).toEqual([64, ""]);
  expect(wrong.err).toContain('"tokne" is no command.');
  expect(wrong.err).toContain("token [name]");
  expect(await run(database, home.root, "--help")).toMatchObject({ code: 0, err: "" });
  await database.drop();
});
