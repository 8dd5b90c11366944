/**
 * One chat with everything in it: 200 calls of tools in a small window, compactions, a question, a grant, a skill, two MCP
 * servers and two restarts while it waits. It goes on, nothing is lost, and its transcript reads from top to bottom.
 */
import { expect, test } from "bun:test";
import { dirname } from "node:path";
import type { ChatBody } from "../../scripts/fake-llm/directives.ts";
import { promptTokens } from "../../scripts/fake-llm/flavours.ts";
import { startFakeMcpHttp } from "../../scripts/fake-mcp.ts";
import type { Part } from "../../src/domain/message.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { testDatabase } from "../support/database.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { fakeMcp, learned, writeMcp } from "../support/fake-mcp.ts";
import { tempRepo } from "../support/repo.ts";
import { expectWellFormed, toldBy } from "../support/told.ts";
import { until } from "../support/until.ts";

const WINDOW = 24_000;
const FILES = {
  "big.txt": `${Array.from({ length: 9_000 }, (_, i) => `line ${i + 1}: ${"abcdefgh ".repeat(6)}`).join("\n")}\n`,
  "skills/ops/audit/SKILL.md": "---\ndescription: Read all of it\n---\nRead every line, then say what you saw.\n",
};
const call = (name: string, args: unknown) => `[[tool:${name} ${JSON.stringify(args)}]]`;
const isSummarising = (body: ChatBody) =>
  toldBy(body as never).some(({ content }) => content?.includes("Write the summary only."));

/** Two calls a turn: mostly readings, and what the numbers below say; `stop` ends a run. */
function story(sdk: string) {
  let calls = 0;
  let summaries = 0;
  let until = 0;
  const special: Record<number, string> = {
    10: call("one_echo", { message: "hello" }),
    12: call("two_add", { a: 2, b: 3 }),
    20: call("ask_user_input", { questions: [{ question: "All of it?", options: ["All", "Half"] }] }),
    40: call("skill_use", { name: "audit" }),
    90: call("request_read_access", { path: `${sdk}/client.ts`, reason: "Compare" }),
    92: call("view_file", { path: `${sdk}/client.ts` }),
    150: call("two_add", { a: 20, b: 30 }),
  };
  return {
    upto(n: number) {
      until = n;
    },
    get calls() {
      return calls;
    },
    script(body: ChatBody): string {
      if (isSummarising(body)) return `[[say:## Goal\nRead on.\n## Progress\nSummary number ${++summaries}.]]`;
      if (calls >= until) return "[[say:That far.]][[again]]";
      const two = [calls, calls + 1].map(
        (n) => special[n] ?? call("view_file", { path: "big.txt", from: n * 40 + 1, to: n * 40 + 60 }),
      );
      calls += 2;
      return `${two.join("")}[[again]]`;
    },
  };
}

test("200 calls, many compactions, a question, a grant, a skill, two MCP servers, two restarts", async () => {
  const sdk = await tempRepo({ files: { "client.ts": "export const retries = 4;\n" } });
  const repo = await tempRepo({ files: FILES });
  const database = await testDatabase();
  await using llm = await fakeLlm({ flavour: "vllm", n_ctx: WINDOW, refuse_over: WINDOW });
  const http = startFakeMcpHttp({ only: ["add"] });
  const at = story(sdk.root);
  llm.set((body) => at.script(body));
  const options = { llm, repo, database, env: { BOOCODE_PROJECT_ROOTS: dirname(repo.root) } };
  const asked = (boo: TestApp) =>
    until(async () => (await boo.get<{ requests: RunRequest[] }>("/requests?state=open")).requests[0], 30_000);

  let boo = await testApp(options);
  await writeMcp(boo, { one: fakeMcp(), two: { url: http.url } });
  await Promise.all([learned(boo, "one"), learned(boo, "two")]);
  await boo.send("PATCH", "/settings", { tool_calls: 200 });
  const { session, chat } = await boo.chat();

  at.upto(80);
  const first = await boo.ask(chat, "/audit big.txt");
  const question = await asked(boo);
  expect(question.kind).toBe("question");
  await boo.stop();
  boo = await testApp(options);
  await boo.send("POST", `/requests/${question.id}/answer`, { answers: [{ selected: ["All"] }] });
  expect(await boo.settled(first.run.id, session)).toMatchObject({ state: "completed", reason: "done" });

  at.upto(200);
  const second = await boo.ask(chat, "Go on to the end.");
  const access = await asked(boo);
  expect(access.kind).toBe("read_access");
  await boo.stop();
  boo = await testApp(options);
  await boo.send("POST", `/requests/${access.id}/answer`, { allow: true });
  expect(await boo.settled(second.run.id, session)).toMatchObject({ state: "completed", reason: "done" });

  const parts: Part[] = [];
  for (let before: number | null = null; ; ) {
    const page: { messages: { parts: Part[] }[]; cursor: { before: number | null } } = await boo.get(
      `/chats/${chat}/messages${before === null ? "" : `?before=${before}`}`,
    );
    parts.unshift(...page.messages.flatMap((m) => m.parts));
    before = page.cursor.before;
    if (before === null) break;
  }
  const tools = parts.flatMap((part) => (part.kind === "tool" ? [part] : []));
  expect(tools).toHaveLength(200);
  expect(tools.filter((part) => part.state !== "closed").map((part) => [part.meta.name, part.text])).toEqual([]);
  const results = (name: string) => tools.filter((part) => part.meta.name === name).map((part) => part.text);
  expect(results("two_add")).toEqual(["5", "50"]);
  expect(results("one_echo")).toEqual(["echo: hello"]);
  expect(results("ask_user_input")[0]).toContain("All");
  expect(results("skill_use")[0]).toContain("Read every line");
  expect(tools.some((part) => part.text.includes("retries = 4"))).toBe(true);
  const boundaries = parts.filter((part) => part.kind === "compaction" && part.state === "closed");
  expect(boundaries.length).toBeGreaterThanOrEqual(3);

  // No prompt was too long, each was one that servers take, and the prefix changed at boundaries alone.
  let breaks = 0;
  let told: string[] = [];
  for (const body of llm.chats().filter((b) => !isSummarising(b))) {
    expect(promptTokens(body)).toBeLessThanOrEqual(WINDOW);
    expectWellFormed(toldBy(body));
    const now = toldBy(body).map((message) => JSON.stringify(message));
    if (told.some((message, i) => now[i] !== message)) breaks++;
    told = now;
  }
  expect(breaks).toBe(boundaries.length);

  const transcript = await (await fetch(`${boo.url}/chats/${chat}.md`)).text();
  const place = (words: string) => transcript.indexOf(words);
  const order = [place("/audit big.txt"), place("All of it?"), place("Go on to the end."), place("Read access asked")];
  expect(order[0]).toBeGreaterThan(0);
  expect(order.toSorted((a, b) => a - b)).toEqual(order);
  expect(transcript.match(/messages compacted/g)).toHaveLength(boundaries.length);
  expect(transcript.lastIndexOf("That far.")).toBeGreaterThan(order.at(-1)!);
  const html = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
  expect(html).toContain('class="rulebox"');
  expect(html).not.toContain("undefined");

  await boo.stop();
  await http.close();
  await database.drop();
  await Promise.all([repo[Symbol.asyncDispose](), sdk[Symbol.asyncDispose]()]);
}, 120_000);
