/** Personas over the whole program: prompt, tools, sampling, caps and model of a run; picked, remembered, overridden, gone. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Part } from "../../src/domain/message.ts";
import type { Usage } from "../../src/domain/usage.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { coder } from "../support/coder.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { tempDir } from "../support/repo.ts";
import { until } from "../support/until.ts";

const FILES = {
  "README.md": "# Relay\n",
  "AGENTS.md": `# Notes

## Build
\`\`\`bash
bun test
\`\`\`

## Narrow One
\`\`\`
description: Sees little.
tools: view_file, git_*, !git_show
temperature: 0.3
top_p: 0.9
steps: 2
max_tool_calls: 3
\`\`\`
You see little, {{name}}.

## Code Reviewer
\`\`\`
description: Ours.
\`\`\`
You are ours.

## Broken
\`\`\`
description: x
steps: 9000
\`\`\`
Prompt.
`,
};
interface ChatAnswer {
  chat: { agent: string | null };
  messages: { role: string; run: { agent: string | null } | null; parts: Part[] }[];
}
const read = (boo: TestApp, chat: string) => boo.get<ChatAnswer>(`/chats/${chat}`);
const status = async (boo: TestApp, path: string, body: unknown) => {
  const answer = await fetch(boo.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as { error?: { message: string; field?: string } } };
};

describe("a run with a persona", () => {
  test("has its prompt, its tools, its sampling; the next message of the chat has them, too", async () => {
    await using llm = await fakeLlm();
    await using home = await tempDir();
    await using boo = await testApp({ llm, files: FILES, env: { BOOCODE_HOME: home.root } });
    const { chat, session } = await boo.chat();
    llm.set("[[then:Yes.]]");
    await boo.settled((await boo.ask(chat, "Plain.")).run.id, session);
    await boo.settled((await boo.ask(chat, "Look.", { agent: "Narrow One" })).run.id, session);
    await boo.settled((await boo.ask(chat, "Again.")).run.id, session);
    const [plain, narrow, again] = llm.chats() as unknown as [Body, Body, Body];
    expect(plain.temperature).toBeUndefined();
    expect(plain.messages[0]!.content).not.toContain("Your part");
    expect(narrow).toMatchObject({ temperature: 0.3, top_p: 0.9 });
    expect(narrow.tools.map((t) => t.function.name)).toEqual(["git_diff", "git_log", "git_status", "view_file"]);
    // What a persona says is text: no placeholder of ours is filled in it.
    expect(narrow.messages[0]!.content).toContain("\n\n# Your part here: Narrow One\n\nYou see little, {{name}}.");
    // Its notes are told to everybody, its personas only to those who were picked.
    expect(plain.messages[0]!.content).toContain("bun test");
    expect(plain.messages[0]!.content).not.toMatch(/You see little|You are ours|steps: 9000/);
    expect(again.messages[0]).toEqual(narrow.messages[0]!);
    const { chat: now, messages } = await read(boo, chat);
    const { usage } = await boo.get<{ usage: Usage }>("/usage");
    expect(usage.agents).toMatchObject([{ agent: "narrow-one", calls: 2 }]);
    expect(now.agent).toBe("narrow-one");
    expect(messages.filter((m) => m.role === "assistant").map((m) => m.run?.agent)).toEqual([
      null,
      "narrow-one",
      "narrow-one",
    ]);
  });

  test("ends at its caps, with Continue; a tool that it has not is answered with those it has", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm, files: FILES });
    const { chat, session } = await boo.chat();
    let turn = 0;
    llm.set((body) => (body.tools?.length ? `[[again]][[tool:grep {"pattern":"a${turn++}"}]]` : "[[then:Summed up.]]"));
    const run = await boo.settled((await boo.ask(chat, "Look.", { agent: "narrow-one" })).run.id, session);
    expect(run).toMatchObject({ state: "limited", reason: "step_cap" });
    const tools = (await read(boo, chat)).messages.flatMap((m) => m.parts).filter((p) => p.kind === "tool");
    expect(tools).toHaveLength(2);
    expect(tools[0]!.text).toContain('There is no tool "grep"');
    llm.set((body) =>
      body.tools?.length
        ? '[[again]][[tool:view_file {"path":"README.md"}]][[tool:view_file {"path":"AGENTS.md"}]][[tool:git_log {}]]'
        : "[[then:Summed up.]]",
    );
    const second = await boo.settled((await boo.ask(chat, "More.")).run.id, session);
    expect(second).toMatchObject({ state: "limited", reason: "tool_cap" });
  });

  test("takes its model where the chat picked none", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({
      llm,
      files: { "AGENTS.md": "## Small\n```\ndescription: Quick.\nmodel: fake-mini\n```\nBe quick.\n" },
    });
    const { chat, session } = await boo.chat();
    llm.set("[[then:Yes.]]");
    const run = await boo.settled((await boo.ask(chat, "Hi.", { agent: "small" })).run.id, session);
    expect(run).toMatchObject({ model: "fake-mini", agent: "small" });
    const page = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
    expect(page).toContain('aria-label="Model: fake-mini"');
    const none = await boo.settled((await boo.ask(chat, "Hi.", { agent: "" })).run.id, session);
    expect(none).toMatchObject({ model: "fake-model", agent: null });
  });

  test("shows what a call of its tools costs, once calls were made", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm, files: FILES });
    const { chat, session } = await boo.chat();
    llm.set((body) =>
      body.messages!.some((m) => m.role === "tool") ? "[[then:Done.]]" : '[[tool:view_file {"path":"README.md"}]]',
    );
    await boo.settled((await boo.ask(chat, "Look.")).run.id, session);
    const label = async () => {
      const page = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
      return /Debugger\s*<\/span>\s*<small[^>]*>([^<]*)</.exec(page)?.[1] ?? "";
    };
    // Counted behind the page: one of the next has it.
    await until(async () => /\d tools · [\d.]+k? tokens a call/.test(await label()), 20_000);
    expect(await label()).not.toContain("NaN");
  });

  test("that is not there any more answers without it, and says so", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm, files: FILES });
    const { chat, session } = await boo.chat();
    llm.set("[[then:Yes.]]");
    await boo.send("PATCH", `/chats/${chat}`, { agent: "narrow-one" });
    await Bun.write(join(boo.repo.root, "AGENTS.md"), "# Notes\n");
    const run = await boo.settled((await boo.ask(chat, "Look.")).run.id, session);
    expect(run).toMatchObject({ state: "completed", agent: "narrow-one" });
    const notice = (await read(boo, chat)).messages
      .flatMap((m) => m.parts)
      .find((p) => p.kind === "notice" && p.meta.notice === "persona");
    expect(notice?.text).toContain('no persona "narrow-one" any more');
  });
});

test("listed with where they come from; the nearest of a name wins; what is broken is told; unknown ones are refused", async () => {
  await using home = await tempDir({
    "AGENTS.md": "## Debugger\n```\ndescription: Mine.\ntools: veiw_file\n```\nMine.\n",
  });
  await using boo = await testApp({ files: FILES, env: { BOOCODE_HOME: home.root } });
  const { chat, project } = await coder(boo);
  const { agents, problems } = await boo.get<{
    agents: { id: string; origin: string; description: string }[];
    problems: { origin: string; place: string; line: number; message: string }[];
  }>(`/agents?project=${project}`);
  const originOf = (id: string) => agents.find((a) => a.id === id)?.origin;
  expect([originOf("code-reviewer"), originOf("debugger"), originOf("architect"), originOf("narrow-one")]).toEqual([
    "project",
    "data",
    "builtin",
    "project",
  ]);
  expect(problems).toEqual([
    { origin: "project", place: "AGENTS.md", line: 28, message: expect.stringContaining("Broken: steps") },
    { origin: "data", place: "AGENTS.md", line: 1, message: expect.stringContaining("veiw_file") },
  ]);
  const everywhere = await boo.get<{ agents: { id: string }[] }>("/agents");
  expect(everywhere.agents.map((a) => a.id)).not.toContain("narrow-one");
  for (const [path, body] of [
    [`/chats/${chat}/persona`, { agent: "nobody" }],
    [`/chats/${chat}/messages`, { text: "Hi.", agent: "nobody" }],
  ] as const) {
    const refused = await status(boo, path, body);
    expect(refused).toMatchObject({ status: 422, body: { error: { field: "agent" } } });
    expect(refused.body.error!.message).toContain("narrow-one");
  }
  const page = await (await fetch(`${boo.url}/settings`, { headers: { accept: "text/html" } })).text();
  expect(page).toContain("Broken: steps is");
  expect(page).toContain("Narrow One");
  // A form without script: 303 back to the chat, whose composer shows it.
  const picked = await fetch(`${boo.url}/chats/${chat}/persona`, {
    method: "POST",
    headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" },
    body: "agent=narrow-one",
    redirect: "manual",
  });
  expect(picked.status).toBe(303);
  const composer = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
  expect(composer).toContain('aria-label="Persona: Narrow One"');
  expect(composer).toContain("4 tools · project");
});

interface Body {
  messages: { role: string; content: string }[];
  tools: { function: { name: string } }[];
  temperature?: number;
  top_p?: number;
}
