/** Skills over the whole program: named at the front of a message, by the model, under an outside agent; the menu's list. */
import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Part } from "../../src/domain/message.ts";
import type { SlashCommand } from "../../src/domain/slash.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { coder } from "../support/coder.ts";
import { fakeAgentCommand } from "../support/fake-agent.ts";
import { fakeLlm } from "../support/fake-llm.ts";

const FILES = {
  "README.md": "# Relay\n",
  "skills/ops/deploy/SKILL.md":
    "---\ndescription: Ship relay\nhint: <stage>\n---\nBuild, then ship as steps.md says.\n",
  "skills/ops/deploy/steps.md": "1. Build\n",
  "skills/ops/broken/SKILL.md": "no front matter\n",
};
const partsOf = async (boo: TestApp, chat: string, role: string) =>
  (await boo.get<{ messages: { role: string; parts: Part[] }[] }>(`/chats/${chat}`)).messages
    .filter((m) => m.role === role)
    .flatMap((m) => m.parts);
const commandsOf = async (boo: TestApp, chat: string, q = "") =>
  (await boo.get<{ commands: SlashCommand[] }>(`/chats/${chat}/commands?q=${encodeURIComponent(q)}`)).commands;

test("the menu's options opened by themselves are the chat that they belong to", async () => {
  await using boo = await testApp({ files: FILES });
  const { chat } = await boo.chat();
  const opened = await fetch(`${boo.url}/chats/${chat}/commands?q=t`, {
    headers: { accept: "text/html" },
    redirect: "manual",
  });
  expect([opened.status, opened.headers.get("location")]).toEqual([303, `/chats/${chat}`]);
});

describe("a skill named at the front of a message", () => {
  test("goes before it to the model, stands in the transcript, and stays as it was", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm, files: FILES });
    const { chat, session } = await boo.chat();
    llm.set("[[then:Shipped.]]");
    await boo.settled((await boo.ask(chat, "/deploy to staging")).run.id, session);
    const [system, asked] = llm.chats()[0]!.messages!;
    expect(system!.role).toBe("system");
    expect(asked!.content).toMatch(
      /^\[Skill deploy: .*\nBuild, then ship.*- steps\.md\n\[End of the skill\]\n\n\/deploy to staging$/s,
    );
    const [said, skill] = await partsOf(boo, chat, "user");
    expect(said).toMatchObject({ kind: "text", text: "/deploy to staging" });
    expect(skill).toMatchObject({ kind: "notice", meta: { notice: "skill", skill: "deploy" } });
    // What was told is what was told: the prompt of the next message begins with that of this one.
    await rm(join(boo.repo.root, "skills"), { recursive: true });
    await boo.settled((await boo.ask(chat, "/deploy again")).run.id, session);
    const second = llm.chats()[1]!.messages!;
    expect(second.slice(0, 2)).toEqual([system!, asked!]);
    expect(second.at(-1)!.content).toBe("/deploy again");
  });

  test("what names none is only a message", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm, files: FILES });
    const { chat, session } = await boo.chat();
    llm.set("[[then:Yes.]]");
    for (const text of ["/etc/hosts looks odd", "/nothing-of-the-kind here"]) {
      await boo.settled((await boo.ask(chat, text)).run.id, session);
      expect(llm.chats().at(-1)!.messages!.at(-1)!.content).toBe(text);
    }
  });

  test("a model finds, reads and follows one by itself", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm, files: FILES });
    const { chat, session } = await boo.chat();
    const calls = [
      '[[again]][[tool:skill_find {"query":"ship"}]]',
      '[[again]][[tool:skill_use {"name":"deploy"}]]',
      '[[again]][[tool:skill_resource {"name":"deploy","path":"steps.md"}]]',
    ];
    llm.set((body) => calls[body.messages!.filter((m) => m.role === "assistant").length] ?? "[[then:Done.]]");
    await boo.settled((await boo.ask(chat, "Ship it.")).run.id, session);
    const tools = (await partsOf(boo, chat, "assistant")).filter((p) => p.kind === "tool");
    expect(tools.map((p) => p.state)).toEqual(["closed", "closed", "closed"]);
    expect(tools.map((p) => p.text)).toEqual([
      expect.stringContaining("deploy (ops): Ship relay"),
      expect.stringContaining("Build, then ship"),
      "1. Build",
    ]);
  });
});

test("under an outside agent the skill goes into the prompt; a command of the agent's own name is the agent's", async () => {
  await using boo = await testApp({
    files: { ...FILES, "skills/own/init/SKILL.md": "---\ndescription: Our init\n---\nOurs.\n" },
  });
  await boo.send("POST", "/providers", { id: "fake", command: fakeAgentCommand().join(" ") });
  const at = await coder(boo);
  const answer = async (text: string) => {
    await boo.settled((await boo.ask(at.chat, text, { provider: "fake" })).run.id, at.session);
    return (await partsOf(boo, at.chat, "assistant")).filter((p) => p.kind === "text").at(-1)!.text;
  };
  const heard = await answer("/deploy to staging");
  expect(heard).toStartWith("You said: [Skill deploy");
  expect(heard).toContain(`they lie in ${boo.repo.root}/skills/ops/deploy`);
  expect(heard).toEndWith("/deploy to staging");
  expect(await answer("/init now")).toBe("You said: /init now");
  // Announced by the live agent, kept with the chat: the menu has them after a restart, too.
  const names = (all: SlashCommand[]) => all.filter((c) => c.kind === "agent").map((c) => c.name);
  expect(names(await commandsOf(boo, at.chat))).toEqual(["review", "init"]);
  await boo.stop();
  await using again = await testApp({ database: boo.database, repo: boo.repo });
  const [review, init] = await commandsOf(again, at.chat);
  expect(review).toEqual({
    kind: "agent",
    name: "review",
    description: "Look at the changes",
    hint: "what to look at",
    from: "fake",
  });
  expect(init).toMatchObject({ kind: "agent", name: "init" });
  expect((await commandsOf(again, at.chat)).filter((c) => c.name === "init")).toHaveLength(1);
}, 40_000);

test("what a message may begin with: by name, near a name, and in the palette", async () => {
  await using boo = await testApp({ files: FILES });
  const { chat, session, project } = await boo.chat();
  expect((await commandsOf(boo, chat)).map((c) => c.name)).toContain("code-review");
  expect((await commandsOf(boo, chat, "dep"))[0]).toEqual({
    kind: "skill",
    name: "deploy",
    description: "Ship relay",
    hint: "<stage>",
    from: "project, ops",
  });
  expect(await commandsOf(boo, chat, "qqqq")).toEqual([]);
  const { skills, problems } = await boo.get<{ skills: { name: string }[]; problems: { place: string }[] }>(
    `/skills?project=${project}`,
  );
  expect(skills.map((s) => s.name)).toContain("deploy");
  expect(problems.map((p) => p.place)).toContain("skills/ops/broken/SKILL.md");
  const { items } = await boo.get<{ items: { title: string; url: string }[] }>(`/palette?q=%2Fdep&session=${session}`);
  expect(items[0]).toMatchObject({ title: "/deploy", url: `/chats/${chat}?draft=%2Fdeploy%20` });
  const page = await (await fetch(boo.url + items[0]!.url, { headers: { accept: "text/html" } })).text();
  expect(page).toMatch(/<textarea[^>]*>\s*\/deploy <\/textarea>/);
  const everywhere = await boo.get<{ items: { title: string; url: string }[] }>("/palette?q=%2Ftour");
  expect(everywhere.items[0]).toMatchObject({ title: "/tour", url: "/skills" });
});
