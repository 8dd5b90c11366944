/** The database goes away in the middle and comes back: runs go on, pages say so meanwhile, nothing is lost or doubled. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestApp, testApp } from "../support/app.ts";
import { testDatabase } from "../support/database.ts";
import { databaseProxy } from "../support/database-proxy.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { LivePage } from "../support/live-page.ts";
import { tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { expectStablePrefix } from "../support/told.ts";
import { until } from "../support/until.ts";

interface ChatJson {
  messages: { role: string; parts: { kind: string; state: string; text: string }[] }[];
}
interface RunJson {
  run: { id: string; state: string; error: string | null };
}
const SENTENCE = "The database does not answer right now. Nothing was lost; try again in a moment.";
const tokens = (n: number) => Array.from({ length: n }, (_, i) => `tok${i} `).join("");

async function appBehindProxy(llm: { url: string }, env: Record<string, string> = {}) {
  const database = await testDatabase();
  const line = await databaseProxy(database);
  const repo = await tempRepo({ files: { "a.txt": "a\n" } });
  const boo = await testApp({
    llm,
    database,
    repo,
    env: { DATABASE_URL: line.url, BOOCODE_LOG_LEVEL: "error", ...env },
  });
  return {
    boo,
    line,
    async [Symbol.asyncDispose]() {
      // A test that fails while the database is away.
      await line.restore().catch(() => {});
      await boo[Symbol.asyncDispose]();
      await line[Symbol.asyncDispose]();
      await database.drop();
      await repo[Symbol.asyncDispose]();
    },
  };
}

const settled = (boo: TestApp, id: string) =>
  until(async () => {
    const { run } = await boo.get<RunJson>(`/runs/${id}`);
    return ["running", "queued"].includes(run.state) ? null : run;
  }, 10_000);

test("for some seconds: the answer goes on, pages answer 503 with a sentence, the stream comes back", async () => {
  await using llm = await fakeLlm();
  await using away = await appBehindProxy(llm, { BOOCODE_STALL_S: "0.5", BOOCODE_FIRST_TOKEN_S: "0.5" });
  const { boo, line } = away;
  const { chat } = await boo.chat();
  await using page = await LivePage.load(boo.url, `/chats/${chat}`);
  await page.connect();
  // Thinks, answers, calls and answers again: parts are opened and closed while the database is away.
  const { run } = await boo.ask(
    chat,
    '[[slow:4]][[think:a few thoughts before it]][[tokens:300]][[tool:list_dir {"path":"."}]][[next:{{slow:4}}{{tokens:100}}]]',
  );
  await until(() => page.text(`#log-${chat}`).includes("tok20"));
  await line.refuse();
  const began = Date.now();
  await Promise.all(
    [`/chats/${chat}`, "/", `/runs/${run.id}`, "/stream"].map(async (path) => {
      const json = await fetch(boo.url + path, { headers: { accept: "application/json" } });
      expect(json.status).toBe(503);
      expect(await json.json()).toEqual({ error: { code: "unavailable", message: SENTENCE } });
      const html = await fetch(boo.url + path, { headers: { accept: "text/html" } });
      expect(html.status).toBe(503);
      expect(await html.text()).toContain("The database is away");
    }),
  );
  const refused = await fetch(`${boo.url}/chats/${chat}/messages`, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify({ text: "[[say:second]]", client_id: "again" }),
  });
  expect(refused.status).toBe(503);
  // Longer than the endpoint may be silent: that it has to wait for us is no fault of its own.
  await until(() => Date.now() - began > 2_000);
  await line.restore();
  expect(await settled(boo, run.id)).toMatchObject({ state: "completed", error: null });
  const second = await until(() => boo.ask(chat, "[[say:second]]", { client_id: "again" }).catch(() => null));
  expect(await settled(boo, second.run.id)).toMatchObject({ state: "completed" });
  const { messages } = await boo.get<ChatJson>(`/chats/${chat}`);
  expect(messages.map((m) => m.role)).toEqual(["user", "assistant", "user", "assistant"]);
  const parts = messages[1]!.parts;
  expect(parts.map((p) => [p.kind, p.state])).toEqual([
    ["reasoning", "closed"],
    ["text", "closed"],
    ["tool", "closed"],
    ["text", "closed"],
  ]);
  expect(parts[1]!.text === tokens(300)).toBe(true);
  expect(parts[3]!.text).toBe(tokens(100));
  expectStablePrefix(llm.chats());
  if (!page.connected) await page.connect();
  const fresh = await LivePage.load(boo.url, `/chats/${chat}`);
  await until(() => page.shown("#main") === fresh.shown("#main")).catch(() => {});
  expect(page.shown("#main")).toBe(fresh.shown("#main"));
}, 30_000);

test("at the very moment of a send, a claim or an end, whose acknowledgement is lost: each happens once", async () => {
  await using llm = await fakeLlm();
  await using away = await appBehindProxy(llm);
  const { boo, line } = away;
  const { chat } = await boo.chat();
  const ask = (text: string) => boo.ask(chat, text, { client_id: text.replaceAll(" ", "-") });
  llm.set("[[wait:100]][[say:answered]]");

  let lost = line.loseCommitOf("the send");
  await expect(ask("the send")).rejects.toThrow("503");
  await lost;
  // Sent, although nobody was told: it runs by itself, and sending it again finds it.
  const sent = await ask("the send");
  expect(await settled(boo, sent.run.id)).toMatchObject({ state: "completed" });

  const before = await ask("before");
  const claimed = await ask("the claim");
  lost = line.loseCommitOf(claimed.run.id, "running");
  expect(await settled(boo, before.run.id)).toMatchObject({ state: "completed" });
  await lost;
  expect(await settled(boo, claimed.run.id)).toMatchObject({ state: "completed" });

  const ended = await ask("the end");
  lost = line.loseCommitOf(ended.run.id, "completed");
  await lost;
  expect(await settled(boo, ended.run.id)).toMatchObject({ state: "completed" });
  const { messages } = await boo.get<ChatJson>(`/chats/${chat}`);
  expect(messages.map((m) => m.parts.map((p) => p.text).join())).toEqual(
    ["the send", "before", "the claim", "the end"].flatMap((text) => [text, "answered"]),
  );
}, 20_000);

test("an embedded Postgres that is killed is brought back, the answer loses nothing, and what was said before is found again", async () => {
  await using llm = await fakeLlm();
  await using repo = await tempRepo({ files: { "a.txt": "a\n" } });
  const server = await startServer({ home: repo.root, llm });
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T | null> => {
    const response = await fetch(server.url + path, {
      method,
      headers: { accept: "application/json", "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.ok ? ((await response.json()) as T) : null;
  };
  const project = await call<{ project: { id: string } }>("POST", "/projects", { path: repo.root });
  const made = await call<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project!.project.id}/sessions`,
    {},
  );
  const { chat } = made!;
  await using page = await LivePage.load(server.url, `/chats/${chat.id}`);
  await page.connect();
  await call<RunJson>("POST", `/chats/${chat.id}/messages`, { text: "Where does the zebra sleep?" });
  const found = async () => {
    const answer = await call<{ total: number; note: string | null }>("GET", "/search?q=zebra&kind=message");
    // The question and its echo.
    return answer?.total === 2 && answer.note === null;
  };
  await until(found, 20_000);
  const asked = await call<RunJson>("POST", `/chats/${chat.id}/messages`, { text: "[[slow:4]][[tokens:600]]" });
  await until(() => page.text(`#log-${chat.id}`).includes("tok60"));
  const postmaster = Number(readFileSync(join(repo.root, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]);
  process.kill(postmaster, "SIGKILL");
  const run = await until(async () => {
    const now = (await call<RunJson>("GET", `/runs/${asked!.run.id}`).catch(() => null))?.run;
    return now && !["running", "queued"].includes(now.state) ? now : null;
  }, 15_000);
  expect(run).toMatchObject({ state: "completed", error: null });
  const { messages } = (await call<ChatJson>("GET", `/chats/${chat.id}`))!;
  expect(messages[3]!.parts[0]!.text === tokens(600)).toBe(true);
  // Not logged, the index went with the crash.
  await until(found, 20_000);
  const fresh = await LivePage.load(server.url, `/chats/${chat.id}`);
  if (!page.connected) await page.connect();
  await until(() => page.shown(`#log-${chat.id}`) === fresh.shown(`#log-${chat.id}`)).catch(() => {});
  expect(page.shown(`#log-${chat.id}`)).toBe(fresh.shown(`#log-${chat.id}`));
  expect(await server.end("SIGTERM")).toBe(0);
}, 40_000);
