/**
 * One chat through everything a long piece of work meets: 200 calls in a small window, compactions, a question, a grant, a
 * skill, two MCP servers, limits, and two ends of the server while it waits.
 */
import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promptTokens } from "../../scripts/fake-llm/flavours.ts";
import type { FakeRequest } from "../../scripts/fake-llm.ts";
import type { Part, ToolPart } from "../../src/domain/message.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { callerOf } from "../support/caller.ts";
import { testDatabase } from "../support/database.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { fakeMcp } from "../support/fake-mcp.ts";
import { tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { expectWellFormed, toldBy } from "../support/told.ts";
import { until } from "../support/until.ts";

const WINDOW = 12_000;
const CALLS = 200;
const LINES = Array.from({ length: CALLS * 10 + 100 }, (_, i) => `line ${i + 1}: ${"abcdefgh ".repeat(4)}`);
const FILES = {
  "README.md": "# Relay\n",
  "big.txt": `${LINES.join("\n")}\n`,
  "skills/ops/deploy/SKILL.md": "---\ndescription: Ship relay to production\n---\nBuild first, then ship.\n",
};

interface RunJson {
  id: string;
  state: string;
  reason: string | null;
  tool_calls: number;
}
interface ChatJson {
  messages: { role: string; parts: Part[] }[];
}

const isSummarising = (body: FakeRequest["body"]) =>
  toldBy(body).some(({ content }) => content?.includes("Write the summary only."));
const call = (name: string, args: unknown) => `[[tool:${name} ${JSON.stringify(args)}]][[again]]`;

/** Reads on, but at some calls does what else there is to do. A turn without tools is the wrap-up of a run at its limit. */
function working(special: Record<number, string>) {
  let made = 0;
  let summaries = 0;
  return (body: FakeRequest["body"]) => {
    if (isSummarising(body)) return `[[say:## Goal\nRead on.\n## Progress\nSummary number ${++summaries}.]]`;
    if (!(body as { tools?: unknown[] }).tools?.length) return `[[say:So far ${made} calls were made.]][[again]]`;
    if (made === CALLS) return "[[say:All is read.]][[again]]";
    made++;
    return special[made] ?? call("view_file", { path: "big.txt", from: made * 10, to: made * 10 + 60 });
  };
}

test("200 calls, compactions, a question, a grant, a skill and two MCP servers, over two ends of the server", async () => {
  await using llm = await fakeLlm({ flavour: "vllm", n_ctx: WINDOW, refuse_over: WINDOW });
  await using repo = await tempRepo({ files: FILES });
  await using sdk = await tempRepo({ files: { "src/client.ts": "export const retries = 4;\n" } });
  const home = join(repo.root, ".boo");
  const database = await testDatabase();
  const env = { BOOCODE_HOME: home, BOOCODE_PROJECT_ROOTS: dirname(repo.root) };
  const options = { home: repo.root, llm, database, env };
  await Bun.$`mkdir -p ${home}`.quiet();
  await writeFile(
    join(home, "mcp.json"),
    JSON.stringify({ mcpServers: { one: fakeMcp("--only", "echo,add"), two: fakeMcp("--only", "echo,add") } }),
  );
  const outside = join(sdk.root, "src/client.ts");
  llm.set(
    working({
      10: call("skill_use", { name: "deploy" }),
      20: call("one_echo", { message: "from one" }),
      30: call("two_add", { a: 2, b: 3 }),
      40: call("ask_user_input", { questions: [{ question: "How far?", options: ["To the end", "Stop"] }] }),
      110: call("request_read_access", { path: outside, reason: "Compare the retries" }),
      111: call("view_file", { path: outside }),
    }),
  );

  let server = await startServer(options);
  let http = callerOf(server);
  const { project } = await http<{ project: { id: string } }>("POST", "/projects", { path: repo.root });
  const { chat } = await http<{ chat: { id: string } }>("POST", `/projects/${project.id}/sessions`, {});
  await until(async () => {
    const { servers } = await http<{ servers: { state: string }[] }>("GET", "/mcp-servers");
    return servers.length === 2 && servers.every(({ state }) => state === "ready");
  }, 30_000);
  const runOf = async (id: string) => (await http<{ run: RunJson }>("GET", `/runs/${id}`)).run;
  const ended = (id: string) =>
    until(async () => {
      const run = await runOf(id);
      return ["queued", "running", "waiting"].includes(run.state) ? null : run;
    }, 60_000);
  const asked = () =>
    until(async () => (await http<{ requests: RunRequest[] }>("GET", "/requests?state=open")).requests[0], 60_000);

  const { run } = await http<{ run: RunJson }>("POST", `/chats/${chat.id}/messages`, {
    text: "Read all of big.txt, ship it, and say when you are done.",
  });
  // The server is killed while the question waits; the answer takes the run up.
  const question = await asked();
  expect(question.kind).toBe("question");
  await server.end("SIGKILL");
  server = await startServer(options);
  http = callerOf(server);
  await http("POST", `/requests/${question.id}/answer`, { answers: ["To the end"] });
  const first = await ended(run.id);
  expect(first).toMatchObject({ state: "limited", reason: "tool_cap", tool_calls: 100 });

  // Going on; it ends in good order while the grant waits.
  const { run: second } = await http<{ run: RunJson }>("POST", `/runs/${run.id}/continuation`, {});
  const grant = await asked();
  expect(grant).toMatchObject({ kind: "read_access", detail: { asked: outside } });
  expect(await server.end("SIGTERM")).toBe(0);
  server = await startServer(options);
  http = callerOf(server);
  await http("POST", `/requests/${grant.id}/answer`, { allow: true });
  await ended(second.id);
  const { run: last } = await http<{ run: RunJson }>("POST", `/runs/${second.id}/continuation`, {});
  expect(await ended(last.id)).toMatchObject({ state: "completed", reason: "done" });

  // The transcript holds all of it, in order.
  const { messages } = await http<ChatJson>("GET", `/chats/${chat.id}?limit=500`);
  const parts = messages.flatMap((m) => m.parts);
  const tools = parts.filter((part): part is ToolPart => part.kind === "tool");
  expect(tools).toHaveLength(CALLS);
  expect(tools.filter((part) => part.state !== "closed")).toEqual([]);
  const result = (name: string) => tools.find((part) => part.meta.name === name)?.text;
  expect(result("skill_use")).toContain("Build first, then ship.");
  expect(result("one_echo")).toBe("echo: from one");
  expect(result("two_add")).toBe("5");
  expect(result("ask_user_input")).toBe("How far?\n- To the end");
  expect(tools[110]!.text).toContain("retries = 4");
  const boundaries = parts.filter((part) => part.kind === "compaction");
  expect(boundaries.length).toBeGreaterThanOrEqual(3);
  expect(parts.at(-1)?.text).toBe("All is read.");
  // No prompt was longer than the window, and each was well formed.
  for (const body of llm.chats()) {
    expectWellFormed(toldBy(body));
    expect(promptTokens(body)).toBeLessThanOrEqual(WINDOW);
  }
  expect(await server.end("SIGTERM")).toBe(0);
  await database.drop();
}, 120_000);
