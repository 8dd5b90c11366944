/** A run of any length goes on past the window: what is old is hidden or summarised, visibly, and nothing is deleted. */
import { describe, expect, test } from "bun:test";
import { promptTokens } from "../../scripts/fake-llm/flavours.ts";
import type { FakeRequest } from "../../scripts/fake-llm.ts";
import type { CompactionPart, Part } from "../../src/domain/message.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { testDatabase } from "../support/database.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { expectWellFormed, toldBy } from "../support/told.ts";
import { until } from "../support/until.ts";

const WINDOW = 12_000;
/** About 1,600 tokens a reading. */
const FILES = {
  "README.md": "# Relay\n",
  "big.txt": `${Array.from({ length: 2_000 }, (_, i) => `line ${i + 1}: ${"abcdefgh ".repeat(6)}`).join("\n")}\n`,
};

interface ChatJson {
  messages: { id: string; role: string; parts: Part[]; run: { id: string; context_used: number } | null }[];
}
const partsOf = async (boo: TestApp, chat: string) =>
  (await boo.get<ChatJson>(`/chats/${chat}`)).messages.flatMap((m) => m.parts);
const boundariesOf = async (boo: TestApp, chat: string) =>
  (await partsOf(boo, chat)).filter((p): p is CompactionPart => p.kind === "compaction");

const isSummarising = (body: FakeRequest["body"]) =>
  toldBy(body).some(({ content }) => content?.includes("Write the summary only."));
/** Reads on for `turns` turns, then says that it is done; summaries are counted. */
function reading(turns: number) {
  let summaries = 0;
  let turn = 0;
  return (body: FakeRequest["body"]) => {
    if (isSummarising(body)) return `[[say:## Goal\nRead on.\n## Progress\nSummary number ${++summaries}.]]`;
    if (++turn > turns) return "[[say:All is read.]][[again]]";
    return `[[tool:view_file {"path":"big.txt","from":${turn * 20},"to":${turn * 20 + 99}}]][[again]]`;
  };
}

/** Prompts begin with the one before, byte for byte, but where a boundary was made between them. */
function countBreaks(bodies: readonly FakeRequest["body"][]): number {
  let breaks = 0;
  let before: string[] = [];
  for (const body of bodies.filter((b) => !isSummarising(b))) {
    expectWellFormed(toldBy(body));
    const now = toldBy(body).map((message) => JSON.stringify(message));
    if (before.some((message, at) => now[at] !== message)) breaks++;
    before = now;
  }
  return breaks;
}

const summaryTold = (body: FakeRequest["body"] | undefined) =>
  body
    ? toldBy(body).find(({ role, content }) => role === "user" && content?.includes("summarised to save room"))?.content
    : undefined;

async function withApp(
  options: Parameters<typeof fakeLlm>[0],
  use: (boo: TestApp, llm: TestLlm) => Promise<void>,
): Promise<void> {
  await using llm = await fakeLlm(options);
  await using boo = await testApp({ llm, files: FILES });
  await use(boo, llm);
}

test("what is compacted under the demo model is summarised by the program: it would answer the instruction", async () => {
  await using boo = await testApp({ files: FILES });
  const { session, chat } = await boo.chat();
  for (const question of ["What is in this project?", "what changed?"]) {
    const { run } = await boo.ask(chat, question);
    await boo.settled(run.id, session);
  }
  const { run } = await boo.send<{ run: { id: string } }>("POST", `/chats/${chat}/compaction`, {
    focus: "what changed",
  });
  expect(await boo.settled(run.id, session)).toMatchObject({ state: "completed" });
  const [boundary] = await boundariesOf(boo, chat);
  expect(boundary!.meta.by).toBe("program");
  expect(boundary!.text).toContain("- What is in this project?");
});

describe("a run that is longer than its window", () => {
  test("is compacted between its turns, again and again, and goes on to its end", async () => {
    await withApp({ flavour: "vllm", n_ctx: WINDOW, refuse_over: WINDOW }, async (boo, llm) => {
      llm.set(reading(40));
      const { session, chat } = await boo.chat();
      const { run } = await boo.ask(chat, "Read all of big.txt and count the lines.");
      expect(await boo.settled(run.id, session)).toMatchObject({ state: "completed", reason: "done" });

      const boundaries = await boundariesOf(boo, chat);
      expect(boundaries.length).toBeGreaterThanOrEqual(3);
      for (const { state, text, meta } of boundaries) {
        expect(state).toBe("closed");
        expect(text).toContain("Summary number");
        expect(meta).toMatchObject({ tier: "summary", cause: "due", by: "model" });
        expect(meta.tokens_after!).toBeLessThan(meta.tokens_before);
        expect(meta.request).toBe("Read all of big.txt and count the lines.");
      }
      // The prefix of the prompt changes at boundaries and nowhere else; no prompt was refused.
      expect(countBreaks(llm.chats())).toBe(boundaries.length);
      for (const body of llm.chats()) expect(promptTokens(body)).toBeLessThanOrEqual(WINDOW);
      // Nothing is deleted: every call stands in the transcript with its whole result.
      const calls = (await partsOf(boo, chat)).filter((p) => p.kind === "tool");
      expect(calls).toHaveLength(40);
      for (const { text } of calls) expect(text.length).toBeGreaterThan(4_000);
      // A later summary was made of the one before.
      const asked = llm.chats().filter(isSummarising);
      expect(asked.at(-1) && JSON.stringify(asked.at(-1)!.messages)).toContain("Summary number");
      // What the calls for summaries took is paid for with the run; they are no turns of it.
      const { run: row } = await boo.get<{ run: { turns: number; tokens_out: number } }>(`/runs/${run.id}`);
      expect(row.turns).toBe(41);

      // The next message is told the summary, and the question with it.
      llm.set("[[say:So it is.]]");
      const next = await boo.ask(chat, "Thanks?");
      await boo.settled(next.run.id, session);
      const told = summaryTold(llm.chats().at(-1));
      expect(told).toContain(`Summary number ${boundaries.length}.`);
    });
  }, 60_000);

  test("an endpoint that tells no window and refuses is asked again with a shorter prompt, which it tells from then on", async () => {
    for (const flavour of ["openai", "llama.cpp", "ollama", "lm-studio"] as const)
      await withApp({ flavour, n_ctx: 500_000, refuse_over: WINDOW }, async (boo, llm) => {
        llm.set(reading(16));
        const { session, chat } = await boo.chat();
        const { run } = await boo.ask(chat, "Read it.");
        expect(await boo.settled(run.id, session)).toMatchObject({ state: "completed", reason: "done" });
        const boundaries = await boundariesOf(boo, chat);
        expect(boundaries.length).toBeGreaterThanOrEqual(1);
        expect(boundaries[0]!.meta.cause).toBe("refused");
        // It may say how large its window is: then the next boundary comes before a refusal.
        if (flavour === "openai" || flavour === "llama.cpp") {
          expect(boundaries.slice(1).every(({ meta }) => meta.cause === "due")).toBe(true);
          const { run: now } = await boo.get<{ run: { context_window: number } }>(`/runs/${run.id}`);
          expect(now.context_window).toBe(WINDOW);
        }
      });
  }, 60_000);

  test("a question that is longer than the window fails with the endpoint's words, and nothing is made of it", async () => {
    await withApp({ flavour: "openai", refuse_over: 6_000 }, async (boo) => {
      const { session, chat } = await boo.chat();
      const { run } = await boo.ask(chat, "word ".repeat(10_000));
      const settled = await boo.settled(run.id, session);
      expect(settled).toMatchObject({ state: "failed", reason: "endpoint" });
      expect(settled.error).toContain("longer than the context window");
      expect(await boundariesOf(boo, chat)).toEqual([]);
    });
  });
});

test("a summary that comes empty, or as a call, is asked for in pieces; without any the program writes an outline", async () => {
  await withApp({ flavour: "vllm", n_ctx: WINDOW, refuse_over: WINDOW }, async (boo, llm) => {
    const script = reading(12);
    llm.set((body) =>
      isSummarising(body) ? (body.tools ? '[[tool:list_dir {"path":"."}]]' : "[[say: ]]") : script(body),
    );
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(chat, "Read big.txt, please.");
    expect(await boo.settled(run.id, session)).toMatchObject({ state: "completed", reason: "done" });
    const [first] = await boundariesOf(boo, chat);
    expect(first).toMatchObject({ state: "closed", meta: { by: "program" } });
    expect(first!.text).toContain("Read big.txt, please.");
    expect(first!.text).toContain("view_file");
    // What it did not call was not called.
    expect((await partsOf(boo, chat)).some((p) => p.kind === "tool" && p.meta.name === "list_dir")).toBe(false);
  });
}, 30_000);

test("/compact does it at once: as a message or as a route, with what to keep; the model never reads the command", async () => {
  await withApp({ flavour: "vllm", n_ctx: 100_000, refuse_over: 100_000 }, async (boo, llm) => {
    const { session, chat } = await boo.chat();
    const say = async (text: string, script: string | ReturnType<typeof reading>) => {
      llm.set(script);
      const { run } = await boo.ask(chat, text);
      return boo.settled(run.id, session);
    };
    await say("/compact", "[[say:never asked]]");
    expect(llm.chats()).toHaveLength(0);
    expect((await partsOf(boo, chat)).find((p) => p.kind === "notice")?.text).toContain("nothing to compact");

    await say("Who claims?", "[[say:claimDue does.]]");
    const before = llm.chats().length;
    expect(await say("/compact the name of the function", reading(0))).toMatchObject({ state: "completed" });
    expect(llm.chats()).toHaveLength(before + 1);
    expect(JSON.stringify(llm.chats().at(-1)!.messages)).toContain("kept above all: the name of the function");
    const [boundary] = await boundariesOf(boo, chat);
    expect(boundary!.meta).toMatchObject({ cause: "asked", stands_for: 2, request: null });

    await say("And then?", "[[say:It delivers.]]");
    const told = toldBy(llm.chats().at(-1)!);
    expect(told.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(told[1]!.content).toContain("Summary number 1.");
    expect(told[1]!.content).toEndWith("And then?");
    expect(JSON.stringify(told)).not.toContain("/compact");

    // By the route, and only once for one client_id.
    llm.set(reading(0));
    const post = () => boo.send<{ run: { id: string } }>("POST", `/chats/${chat}/compaction`, { client_id: "c-1" });
    const [one, two] = [await post(), await post()];
    expect(two.run.id).toBe(one.run.id);
    await boo.settled(one.run.id, session);
    const all = await boundariesOf(boo, chat);
    expect(all).toHaveLength(2);

    // Branch from before: everything as it was said, without the boundary.
    const { chat: branch } = await boo.send<{ chat: { id: string } }>("POST", `/parts/${all[1]!.id}/branch`);
    llm.set("[[say:Here, too.]]");
    const asked = await boo.ask(branch.id, "Here?");
    await boo.settled(asked.run.id, session);
    const there = toldBy(llm.chats().at(-1)!);
    expect(there.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(there[1]!.content).toEndWith("And then?");
    expect(await boundariesOf(boo, branch.id)).toHaveLength(1);
    const html = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
    expect(html).toContain("Compacted 2 messages");
    expect(html).toContain("Branch from before");
    expect(await (await fetch(`${boo.url}/chats/${chat}.md`)).text()).toContain("> **2 messages compacted**");
  });
}, 30_000);

test("old results are hidden first, where that wins enough; the newest and all of the transcript stay", async () => {
  await withApp({ flavour: "vllm", n_ctx: 80_000, refuse_over: 80_000 }, async (boo, llm) => {
    let turn = 0;
    llm.set((body) => {
      if (isSummarising(body)) return "[[say:## Goal\nSummary number 1.]]";
      const from = ++turn * 10;
      return turn > 11
        ? "[[say:All is read.]][[again]]"
        : `[[tool:view_file {"path":"big.txt","from":${from},"to":${from + 449}}]][[again]]`;
    });
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(chat, "Read it.");
    expect(await boo.settled(run.id, session)).toMatchObject({ state: "completed", reason: "done" });
    const [first] = await boundariesOf(boo, chat);
    expect(first).toMatchObject({ state: "closed", text: "", meta: { tier: "results", cause: "due" } });
    expect(first!.meta.tokens_before - first!.meta.tokens_after!).toBeGreaterThanOrEqual(20_000);
    const told = toldBy(llm.chats().at(-1)!);
    const hidden = told.filter(({ role, content }) => role === "tool" && content?.startsWith("[This result"));
    expect(hidden).toHaveLength(first!.meta.stands_for);
    expect(told.filter(({ role, content }) => role === "tool" && content!.length > 20_000).length).toBeGreaterThan(3);
    expect(countBreaks(llm.chats())).toBe((await boundariesOf(boo, chat)).length);
  });
}, 30_000);

test("killed in the middle of a summary: the run is interrupted, the boundary is none, and Continue compacts again", async () => {
  await using llm = await fakeLlm({ flavour: "vllm", n_ctx: WINDOW, refuse_over: WINDOW });
  await using repo = await tempRepo({ files: FILES });
  const database = await testDatabase();
  const script = reading(12);
  llm.set((body) => (isSummarising(body) ? "[[hang]]" : script(body)));
  const server = await startServer({ home: repo.root, llm, database });
  const send = async <T>(url: string, method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { accept: "application/json", "content-type": "application/json" };
    const response = await fetch(url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const { project } = await send<{ project: { id: string } }>(server.url, "POST", "/projects", { path: repo.root });
  const made = await send<{ session: { id: string }; chat: { id: string } }>(
    server.url,
    "POST",
    `/projects/${project.id}/sessions`,
    {},
  );
  const { run } = await send<{ run: { id: string } }>(server.url, "POST", `/chats/${made.chat.id}/messages`, {
    text: "Read it.",
  });
  await until(() => llm.chats().some(isSummarising), 30_000);
  await server.end("SIGKILL");

  llm.set(script);
  await using boo = await testApp({ llm, database, repo });
  const cut = await boundariesOf(boo, made.chat.id);
  expect(cut.map(({ state }) => state)).toEqual(["cancelled"]);
  expect((await boo.get<{ run: { state: string } }>(`/runs/${run.id}`)).run.state).toBe("interrupted");
  const next = await boo.send<{ run: { id: string } }>("POST", `/runs/${run.id}/continuation`, {});
  expect(await boo.settled(next.run.id, made.session.id)).toMatchObject({ state: "completed", reason: "done" });
  const all = await boundariesOf(boo, made.chat.id);
  expect(all.filter(({ state }) => state === "closed").length).toBeGreaterThan(0);
  await boo.stop();
  await database.drop();
}, 60_000);
