import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTextFile, writeTextFile } from "../../../src/drivers/acp/client-fs.ts";
import { ClientTerminals } from "../../../src/drivers/acp/client-terminal.ts";
import {
  cancelPrompt,
  choose,
  listSessions,
  newSession,
  prompt,
  restoreSession,
} from "../../../src/drivers/acp/session.ts";
import { markedProcesses } from "../../../src/drivers/agents/process-table.ts";
import { hear } from "../../support/fake-agent.ts";
import { tempDir } from "../../support/repo.ts";
import { until } from "../../support/until.ts";

const text = (t: string) => [{ type: "text" as const, text: t }];

describe("a conversation", () => {
  test("text, thought, a call with its permission, plan and usage come in the order of the wire", async () => {
    await using dir = await tempDir();
    await using heard = await hear(dir.root, []);
    const session = await newSession(heard.agent, dir.root);
    expect(session.state.mode).toMatchObject({ current: "ask", way: { by: "mode" } });
    expect(session.state.model.choices.map((c) => c.id)).toEqual(["fake-large", "fake-small"]);
    const ended = await prompt(
      heard.agent,
      session.id,
      text("[[think:hm ]][[say:one two ]][[write:a.txt|hello]][[plan:x|y]][[usage:10,100,0.5]][[say:three]]"),
    );
    expect(ended).toMatchObject({ stop: "end_turn", tokens_in: 95 });
    expect(readFileSync(join(dir.root, "a.txt"), "utf8")).toBe("hello");
    expect(heard.events.map((e) => e.kind)).toEqual([
      "commands",
      "thought",
      "text",
      "text",
      "tool",
      "tool",
      "tool",
      "plan",
      "usage",
      "text",
    ]);
    expect(heard.events.at(-2)).toEqual({ kind: "usage", used: 10, size: 100, cost_usd: 0.5 });
  });

  test("mode, model and thinking are set and what the agent then has is read back", async () => {
    await using dir = await tempDir();
    await using heard = await hear(dir.root, []);
    const session = await newSession(heard.agent, dir.root);
    await choose(heard.agent, session, "mode", "auto");
    await choose(heard.agent, session, "model", "fake-small");
    const state = await choose(heard.agent, session, "thinking", "high");
    expect([state.mode.current, state.model.current, state.thinking.current]).toEqual(["auto", "fake-small", "high"]);
    expect(choose(heard.agent, session, "mode", "nonsense")).rejects.toThrow(
      'no mode "nonsense". There are: ask, auto, plan.',
    );
  });

  test("an agent that does not take what it was told is found out", async () => {
    await using dir = await tempDir();
    await using heard = await hear(dir.root, ["--ignore", "options"]);
    const session = await newSession(heard.agent, dir.root);
    expect(choose(heard.agent, session, "model", "fake-small")).rejects.toThrow("stayed with fake-large");
  });

  test("a conversation outlives its process: resumed in silence, loaded with its history, listed", async () => {
    await using dir = await tempDir();
    const home = ["--home", join(dir.root, "kept")];
    let id = "";
    {
      await using heard = await hear(dir.root, home);
      id = (await newSession(heard.agent, dir.root)).id;
      await prompt(heard.agent, id, text("[[say:first]]"));
    }
    await using heard = await hear(dir.root, home);
    expect((await listSessions(heard.agent, dir.root)).map((s) => s.id)).toEqual([id]);
    expect(await restoreSession(heard.agent, id, dir.root)).toMatchObject({ by: "resume" });
    expect(heard.events.some((e) => e.kind === "text")).toBe(false);
    expect(await restoreSession(heard.agent, id, dir.root, { history: true })).toMatchObject({ by: "load" });
    expect(heard.text()).toBe("first");
    expect(await restoreSession(heard.agent, "unknown", dir.root)).toBeNull();
  });

  test("cancel ends the prompt and the next one works", async () => {
    await using dir = await tempDir();
    await using heard = await hear(dir.root, []);
    const { id } = await newSession(heard.agent, dir.root);
    const going = prompt(heard.agent, id, text("[[slow:20]][[tokens:10000]]"));
    await until(() => heard.events.some((e) => e.kind === "text"));
    await cancelPrompt(heard.agent, id);
    expect((await going).stop).toBe("cancelled");
    expect((await prompt(heard.agent, id, text("[[say:alive]]"))).stop).toBe("end_turn");
  });

  test("files and commands through the client stay inside", async () => {
    await using dir = await tempDir({ "in.txt": "one\ntwo\nthree", ".env": "SECRET=1" });
    const out: string[] = [];
    const terminals = new ClientTerminals({
      root: dir.root,
      marker: "test:t",
      passes: [],
      env: {},
      output: (_, t) => out.push(t),
    });
    await using heard = await hear(dir.root, ["--client", "fs,terminal"], {
      client: {
        readTextFile: (p) => readTextFile(dir.root, p),
        writeTextFile: (p) => writeTextFile(dir.root, p),
        terminal: terminals,
      },
    });
    const { id } = await newSession(heard.agent, dir.root);
    await prompt(heard.agent, id, text("[[write:sub/new.txt|made]][[bash:echo out; pwd]][[read:in.txt]]"));
    expect(readFileSync(join(dir.root, "sub/new.txt"), "utf8")).toBe("made");
    expect(out.join("")).toBe(`out\n${dir.root}\n`);
    await prompt(heard.agent, id, text("[[write:../out.txt|x]][[write:.env|x]][[read:.env]][[read:missing]]"));
    expect(existsSync(join(dir.root, "../out.txt"))).toBe(false);
    expect(readFileSync(join(dir.root, ".env"), "utf8")).toBe("SECRET=1");
    const said = JSON.stringify(heard.events);
    expect(said).toContain("outside the project");
    expect(said).toContain("There is no ");
  });
});

describe("misbehaviour", () => {
  test("lines that are no messages, unknown updates and updates of others are passed over", async () => {
    await using dir = await tempDir();
    await using heard = await hear(dir.root, ["--banner", "Welcome to the agent!", "--fault", "new:garbage"]);
    const { id } = await newSession(heard.agent, dir.root);
    await prompt(heard.agent, id, text("[[say:a]][[garbage:2]][[unknown]][[say:b]]"));
    expect(heard.text()).toBe("anot for youb");
    expect(heard.noise).toContain("Welcome to the agent!");
    expect(heard.noise.length).toBe(5);
  });

  test.each([
    ["initialize:hang", "did not answer initialize"],
    ["initialize:die", "ended with code 7: Error: the fake agent died at initialize"],
    ["initialize:login", "wants you to sign in: You are not logged in"],
    ["initialize:version", "speaks version 2 of the agent protocol; BooCode speaks version 1"],
    ["initialize:error", "answered: Internal error (refused at initialize)"],
  ])("%s is told in a sentence, and nothing stays", async (fault, words) => {
    await using dir = await tempDir();
    expect(hear(dir.root, ["--fault", fault], { timeout_ms: fault.endsWith("hang") ? 300 : 20_000 })).rejects.toThrow(
      words,
    );
  });

  test.each([
    ["new:die", "ended with code 7"],
    ["new:auth", "wants you to sign in"],
    ["new:error", "refused at new"],
  ])("%s at the opening", async (fault, words) => {
    await using dir = await tempDir();
    await using heard = await hear(dir.root, ["--fault", fault]);
    expect(newSession(heard.agent, dir.root)).rejects.toThrow(words);
  });

  test("a program that is not there", async () => {
    await using dir = await tempDir();
    const { connectAgent } = await import("../../../src/drivers/acp/connection.ts");
    const line = { argv: ["no-such-agent-here"], cwd: dir.root, env: {}, marker: "test:none" };
    const made = connectAgent({ label: "X", line, client: { permission: async () => ({}) }, update: () => {} });
    expect(made).rejects.toThrow("no-such-agent-here is not installed");
  });

  test("death in the middle of a prompt is told with its last words", async () => {
    await using dir = await tempDir();
    await using heard = await hear(dir.root, []);
    const { id } = await newSession(heard.agent, dir.root);
    const going = prompt(heard.agent, id, text("[[say:so far]][[die:3]]"));
    expect(going).rejects.toThrow("ended with code 3: fatal: the fake agent was told to die");
    await heard.agent.exited;
    expect(heard.text()).toBe("so far");
  });

  test("a flood waits in the pipe while nobody takes it", async () => {
    await using dir = await tempDir();
    let open = () => {};
    let gate: Promise<void> | null = null;
    await using heard = await hear(dir.root, [], { ready: () => gate });
    const { id } = await newSession(heard.agent, dir.root);
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const going = prompt(heard.agent, id, text("[[flood:20]]"));
    // It goes on to write until pipe and buffers are full, and then stands: what we hold stays small.
    await Bun.sleep(200);
    expect(heard.events.filter((e) => e.kind === "text").length).toBe(0);
    gate = null;
    open();
    await going;
    expect(heard.events.filter((e) => e.kind === "text").length).toBe(2_000);
  });

  test("one that ignores end of input and TERM is killed, with what it left in a session of its own", async () => {
    await using dir = await tempDir();
    const heard = await hear(dir.root, ["--ignore", "eof,term"]);
    const { id } = await newSession(heard.agent, dir.root);
    await prompt(heard.agent, id, text("[[stray:300]]"));
    const { marker } = heard.agent.process;
    await until(async () => (await markedProcesses(marker)).length > 1);
    const exit = await heard.agent.end("now");
    expect(exit.signal).toBe("SIGKILL");
    expect(await markedProcesses(marker)).toEqual([]);
  }, 30_000);
});
