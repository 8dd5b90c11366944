/** Code intelligence in the whole program: a coder finds what it proposed; nothing outlives server or project. */
import { expect, test } from "bun:test";
import { testApp } from "../support/app.ts";
import { coder, runCalls } from "../support/coder.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { isAlive, until } from "../support/until.ts";

test("a coder finds what is on disk and what it proposes, another chat does not; the index goes with its project", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const at = await coder(boo);
  const search = (query: string) => ["search_symbols", { query }] as const;
  const before = await runCalls(boo, llm, at, [[search("claimDue"), ["get_file_analysis", { path: "src/claim.ts" }]]]);
  expect(before.calls).toMatchObject([
    { state: "closed", note: "1 symbol" },
    { state: "closed", note: "1 symbol, 0 imports" },
  ]);
  expect(before.calls[0]!.text).toStartWith("src/claim.ts:1-3  function  async function claimDue(limit = 50)");

  const made = { file_path: "src/later.ts", content: "export class ClaimLater {}\n" };
  const proposing = await runCalls(boo, llm, at, [[["create_file", made]], [search("ClaimLater")]]);
  expect(proposing.calls.at(-1)!.text).toStartWith("src/later.ts:1  class");

  const chat = await boo.send<{ chat: { id: string } }>("POST", `/sessions/${at.session}/chats`, { kind: "chat" });
  const other = await runCalls(boo, llm, { ...at, chat: chat.chat.id }, [[search("ClaimLater")]]);
  expect(other.calls[0]!.note).toBe("no symbols");

  const { pid } = boo.app.core.code.parser;
  expect(isAlive(pid!)).toBe(true);
  const trees = () => boo.database.sql<{ id: number }[]>`select id from code_trees`;
  expect(await trees()).toHaveLength(1);
  await boo.send("DELETE", `/projects/${at.project}?force=true`);
  expect(await trees()).toHaveLength(0);
  await until(async () => (await boo.database.sql`select id from code_blobs`).length === 0);
  await boo.stop();
  await until(() => !isAlive(pid!));
});
