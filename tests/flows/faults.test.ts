/** Endpoints that refuse, hang, break and lie: every run ends with a sentence, keeps what came, and can be continued. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type SettledRun, type TestApp, testApp } from "../support/app.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { expectStablePrefix, toldBy } from "../support/told.ts";

let llm: TestLlm;
let boo: TestApp;
beforeAll(async () => {
  llm = await fakeLlm();
  boo = await testApp({ llm, env: { BOOCODE_FIRST_TOKEN_S: "0.4", BOOCODE_STALL_S: "0.4" } });
});
afterAll(async () => {
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});

interface Part {
  kind: string;
  state: string;
  text: string;
  meta: { name?: string; note?: string };
}
interface ChatJson {
  messages: { id: string; role: string; parts: Part[]; run: { id: string } | null }[];
}

/** Asks, waits, and gives the run, its answer's parts, and what the model was told of this chat from here on. */
async function ask(text: string, more: Record<string, unknown> = {}) {
  llm.set(null);
  const { session, chat } = await boo.chat();
  const from = llm.chats().length;
  const { run } = await boo.ask(chat, text, more);
  const settled = await boo.settled(run.id, session);
  return { session, chat, run: settled, parts: await partsOf(chat, settled), bodies: () => llm.chats().slice(from) };
}
async function partsOf(chat: string, run: SettledRun): Promise<Part[]> {
  const { messages } = await boo.get<ChatJson>(`/chats/${chat}`);
  const parts = messages.find((m) => m.id === run.answer_id)!.parts;
  expect(parts.filter((p) => p.state === "open")).toEqual([]);
  return parts;
}
const textOf = (parts: Part[]) =>
  parts
    .filter((p) => p.kind === "text")
    .map((p) => p.text)
    .join("");

/** Continue works: the run ends well, and no request of the chat contradicts the one before. */
async function goesOn({ run, session, chat, bodies }: Awaited<ReturnType<typeof ask>>): Promise<void> {
  llm.set("[[say:and so on]]");
  const next = await boo.send<{ run: { id: string } }>("POST", `/runs/${run.id}/continuation`, {});
  const settled = await boo.settled(next.run.id, session);
  expect(settled).toMatchObject({ state: "completed", reason: "done" });
  expect(textOf(await partsOf(chat, settled))).toBe("and so on");
  llm.set("[[say:another]]");
  const third = await boo.ask(chat, "one more question");
  expect(await boo.settled(third.run.id, session)).toMatchObject({ state: "completed" });
  expectStablePrefix(bodies());
}

describe("an endpoint that", () => {
  const cases: [string, string, Partial<SettledRun>, RegExp | null, string][] = [
    ["never answers", "[[hang]]", { state: "failed", reason: "stalled" }, /no sign of life for 0\.4 s/, ""],
    [
      "falls silent",
      "[[say:one two three four]][[stall:3]]",
      { state: "failed", reason: "stalled" },
      /no token for 0\.4 s/,
      "one two three ",
    ],
    ["answers 401", "[[error:401]]", { state: "failed", reason: "endpoint" }, /401.*key/, ""],
    [
      "answers 429 for long",
      "[[error:429]][[retryafter:99]]",
      { state: "failed", reason: "endpoint" },
      /429.*99 s/,
      "",
    ],
    [
      "answers 500",
      "[[error:500]][[message:out of <b>memory</b>]]",
      { state: "failed", reason: "endpoint" },
      /500.*out of <b>memory<\/b>/,
      "",
    ],
    [
      "answers 503 again and again",
      "[[error:503]][[retryafter:0]]",
      { state: "failed", reason: "endpoint" },
      /503/,
      "",
    ],
    ["is a login page", "[[garbage]]", { state: "failed", reason: "endpoint" }, /web page.*Sign in/, ""],
    [
      "sends broken JSON",
      "[[say:one two three]][[badjson:2]]",
      { state: "failed", reason: "endpoint" },
      /not JSON/,
      "one two ",
    ],
    [
      "breaks in the middle",
      "[[slow:200]][[say:one two three]][[errorat:2]]",
      { state: "failed", reason: "endpoint" },
      /./,
      "one two ",
    ],
    ["ends too early", "[[say:one two three]][[eof:2]]", { state: "failed", reason: "endpoint" }, /./, "one two "],
    [
      "reports an error in its stream",
      "[[say:one two three]][[errchunk:2]]",
      { state: "failed", reason: "endpoint" },
      /CUDA out of memory/,
      "one two ",
    ],
    ["says nothing", "[[empty]]", { state: "failed", reason: "endpoint" }, /empty answer/, ""],
    [
      "runs out of tokens",
      "[[say:one two]][[finish:length]]",
      { state: "limited", reason: "token_limit" },
      null,
      "one two",
    ],
  ];
  for (const [name, script, ending, error, kept] of cases)
    test(`${name}: the run ends with a sentence, keeps what came, and goes on`, async () => {
      const asked = await ask(script);
      expect(asked.run).toMatchObject(ending);
      if (error) expect(asked.run.error).toMatch(error);
      expect(textOf(asked.parts)).toBe(kept);
      await goesOn(asked);
    });

  test("refuses the connection: the run says who, and goes on elsewhere", async () => {
    const dead = await fakeLlm();
    const { endpoint } = await boo.send<{ endpoint: { id: string } }>("POST", "/endpoints", { url: dead.url });
    await dead[Symbol.asyncDispose]();
    const asked = await ask("hello", { endpoint_id: endpoint.id, model: "fake-model" });
    expect(asked.run).toMatchObject({ state: "failed", reason: "endpoint" });
    expect(asked.run.error).toContain(`127.0.0.1:${dead.port} refused the connection`);
    await boo.send("DELETE", `/endpoints/${endpoint.id}`);
    await goesOn(asked);
  });

  test("is slow but alive is waited for: progress counts as a sign of life", async () => {
    const asked = await ask("[[wait:200]][[slow:150]][[say:a b c d e]]");
    expect(asked.run).toMatchObject({ state: "completed" });
    expect(textOf(asked.parts)).toBe("a b c d e");
  });
});

describe("a model that", () => {
  test("calls what there is not, and writes broken arguments, is told so and goes on", async () => {
    const asked = await ask(
      '[[tool:view_fil {"path":"README.md"}]][[tool:view_file {"path":]][[tool:list_dir {"path":"."}]][[then:Found.]]',
    );
    expect(asked.run).toMatchObject({ state: "completed", turns: 2, tool_calls: 3 });
    const tools = asked.parts.filter((p) => p.kind === "tool");
    expect(tools.map((t) => t.state)).toEqual(["failed", "failed", "closed"]);
    expect(tools[0]!.text).toContain("view_file");
    expect(tools[1]!.text).toContain("JSON");
    expectStablePrefix(asked.bodies());
  });

  test("writes odd arguments is told byte for byte what it wrote", async () => {
    const args = '{"start": 1, "path":"README.md",  "end":2}';
    const asked = await ask(`[[toolstyle:whole]][[tool:view_file ${args}]][[then:Read.]]`);
    expect(toldBy(asked.bodies()[1]!).find((m) => m.tool_calls)!.tool_calls![0]!.function.arguments).toBe(args);
    expectStablePrefix(asked.bodies());
  });

  test("uses names and arguments that no database stores does not fail the run", async () => {
    llm.set(null);
    const asked = await ask('[[toolstyle:whole]][[tool:a\\u0000b\ud83d {"x\\u0000\\ud83d":"\\u0000"}]][[then:Well.]]');
    expect(asked.run).toMatchObject({ state: "completed" });
    expect(asked.parts.map((p) => p.state)).toEqual(["failed", "closed"]);
  });

  test("makes the same call three times is stopped, sums up without tools, and can go on", async () => {
    const asked = await ask('[[tool:list_dir {"path":"."}]][[again]][[say:Look]][[then:never]]');
    expect(asked.run).toMatchObject({ state: "limited", reason: "repeated_call", turns: 4, tool_calls: 3 });
    const last = asked.bodies().at(-1)!;
    expect(last.tools ?? []).toEqual([]);
    expect(toldBy(last).at(-1)!.content).toContain("no more tools");
    expect(asked.parts.at(-1)).toMatchObject({ kind: "text", state: "closed" });
    await goesOn(asked);
  });

  test("calls a hundred times is stopped, with all its results kept", async () => {
    const calls = Array.from({ length: 25 }, (_, i) => `[[tool:view_file {"path":"src/$N/${i}.ts"}]]`).join("");
    const asked = await ask(`${calls}[[again]]`);
    expect(asked.run).toMatchObject({ state: "limited", reason: "tool_cap", turns: 5, tool_calls: 100 });
    expect(asked.parts.filter((p) => p.kind === "tool")).toHaveLength(100);
    await goesOn(asked);
  });

  test("makes too many calls at once has the rest refused with a sentence", async () => {
    const calls = Array.from({ length: 34 }, (_, i) => `[[tool:view_file {"path":"src/${i}.ts"}]]`).join("");
    const asked = await ask(`${calls}[[then:Enough.]]`);
    expect(asked.run).toMatchObject({ state: "completed", tool_calls: 34 });
    const texts = asked.parts.filter((p) => p.kind === "tool").map((p) => p.text);
    expect(texts.filter((text) => text.includes("at most") || text.includes("may make 32"))).toHaveLength(2);
    expectStablePrefix(asked.bodies());
  });
});

test("Continue after a cancel in the middle of a tool call: the call without a result is not told", async () => {
  llm.set(null);
  const { session, chat } = await boo.chat();
  const from = llm.chats().length;
  await using reader = await boo.events(session);
  const { run } = await boo.ask(
    chat,
    '[[say:First this.]][[tool:list_dir {"path":"."}]][[next:{{slow:5}}{{tokens:2000}}]]',
  );
  await reader.find((e) => e.kind === "part.delta" && e.payload.text!.includes("tok1"));
  await boo.send("POST", `/runs/${run.id}/cancellation`, {});
  const cancelled = await boo.settled(run.id, session);
  expect(cancelled).toMatchObject({ state: "cancelled", reason: "cancelled" });
  await goesOn({ run: cancelled, session, chat, parts: [], bodies: () => llm.chats().slice(from) });
});

test("only the newest run can be continued, once, and one that ended well not at all", async () => {
  const asked = await ask("[[say:a]][[errorat:1]]");
  const again = (id: string) =>
    fetch(`${boo.url}/runs/${id}/continuation`, { method: "POST", headers: { accept: "application/json" } });
  llm.set("[[say:b]]");
  const first = (await (await again(asked.run.id)).json()) as { run: { id: string } };
  await boo.settled(first.run.id, asked.session);
  expect((await again(asked.run.id)).status).toBe(409);
  expect((await again(first.run.id)).status).toBe(409);
  expect((await boo.get<ChatJson>(`/chats/${asked.chat}`)).messages).toHaveLength(3);
});

test("an answer of 50,000 tokens comes whole", async () => {
  const asked = await ask("[[tokens:50000]]");
  expect(asked.run).toMatchObject({ state: "completed" });
  const wanted = Array.from({ length: 50_000 }, (_, i) => `tok${i} `).join("");
  expect(textOf(asked.parts) === wanted).toBe(true);
}, 20_000);
