/** Agents without the protocol, as real processes: in a terminal that one types into, and by their JSON stream. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Change } from "../../src/domain/change.ts";
import type { NoticePart, Part, ToolPart } from "../../src/domain/message.ts";
import type { TerminalNow } from "../../src/domain/terminal.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { type SettledRun, type TestApp, testApp } from "../support/app.ts";
import { claudeInPath, fakeCliCommand } from "../support/fake-cli.ts";
import { tempDir } from "../support/repo.ts";
import { endTmuxWithUs, openSocket } from "../support/terminal.ts";
import { until } from "../support/until.ts";

const BUSY_MS = 20_000;

/** A program with the scripted one as provider "fake", and a coder's chat that uses it. */
async function withProgram(way: string, command: string) {
  const home = await tempDir();
  const boo = await testApp({ env: { BOOCODE_HOME: home.root } });
  endTmuxWithUs(home.root);
  await boo.send("POST", "/providers", { id: "fake", label: "Fake", way, command });
  const { project } = await boo.chat();
  const made = await boo.send<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project}/sessions`,
    { kind: "coder" },
  );
  const [session, chat] = [made.session.id, made.chat.id];
  const ask = (text: string, more: Record<string, unknown> = {}) => boo.ask(chat, text, { provider: "fake", ...more });
  return {
    boo,
    home,
    session,
    chat,
    ask,
    run: async (text: string, more: Record<string, unknown> = {}) => settled(boo, (await ask(text, more)).run.id),
    terminals: async () => (await boo.get<{ terminals: TerminalNow[] }>(`/sessions/${session}/terminals`)).terminals,
    async [Symbol.asyncDispose]() {
      await boo[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** A stop has steps of seconds, in which nothing is told. */
const settled = (boo: TestApp, id: string) =>
  until(async () => {
    const { run } = await boo.get<{ run: SettledRun & { ended_at: string | null } }>(`/runs/${id}`);
    return run.ended_at ? run : null;
  }, BUSY_MS);

const inTerminal = (...options: string[]) => withProgram("terminal", `${fakeCliCommand(...options)} -- {prompt}`);
const byStream = (format: string, ...options: string[]) =>
  withProgram(`json-${format}`, fakeCliCommand("--json", format, ...options));

async function lastParts(boo: TestApp, chat: string): Promise<Part[]> {
  const { messages } = await boo.get<{ messages: { role: string; parts: Part[] }[] }>(`/chats/${chat}`);
  return messages.at(-1)?.parts ?? [];
}
const textOf = (parts: Part[]) => parts.flatMap((p) => (p.kind === "text" ? p.text : [])).join("|");
const noticesOf = (parts: Part[]) => parts.flatMap((p) => (p.kind === "notice" ? p.text : [])).join("|");
const toolOf = (parts: Part[]) => parts.find((p): p is ToolPart => p.kind === "tool")!;
const changesOf = async (boo: TestApp, session: string) =>
  (await boo.get<{ changes: Change[] }>(`/sessions/${session}/changes`)).changes;
const marked = (boo: TestApp) => markedProcesses(`${boo.app.core.instance}:`);

describe("in a terminal", () => {
  test("what it prints is a row and text without colours, what it wrote waits for review, and its terminal stays", async () => {
    await using at = await inTerminal();
    const ended = await at.run("[[say:Hello there.]][[write:src/new.ts|export const a = 1;\n]]");
    expect(ended).toMatchObject({ state: "completed", provider: "fake" });
    const parts = await lastParts(at.boo, at.chat);
    expect(parts.map((p) => p.kind)).toEqual(["notice", "tool", "text"]);
    const [terminal] = await at.terminals();
    expect(terminal).toMatchObject({ name: "Fake", state: "exited", exit_code: 0 });
    expect((parts[0] as NoticePart).meta).toMatchObject({ notice: "terminal", terminal_id: terminal!.id });
    expect(toolOf(parts)).toMatchObject({
      state: "closed",
      text: `fake-cli ready\nHello there.\n+ ${terminal!.directory}/src/new.ts`,
    });
    expect(textOf(parts)).toContain("```text\nfake-cli ready\nHello there.");
    expect(await changesOf(at.boo, at.session)).toMatchObject([
      { path: "src/new.ts", provider: "fake", state: "pending" },
    ]);
    const page = await fetch(`${at.boo.url}/chats/${at.chat}`, { headers: { accept: "text/html" } });
    const html = await page.text();
    expect(html).toContain(`href="/terminals/${terminal!.id}"`);
    // As a tab of the session where there is script.
    expect(html.replaceAll("&#34;", '"')).toContain(`"kind":"terminal","terminal_id":"${terminal!.id}"`);
    expect(await marked(at.boo)).toEqual([]);
  }, 40_000);

  test("the message is a word and nothing else, whatever stands in it", async () => {
    await using at = await inTerminal();
    const text = `-rf "$(touch pwned)" 'it''s' \`touch pwned\` $HOME \\ ; touch pwned\n\n{prompt} [[broken ünï 🦉`;
    expect(await at.run(text)).toMatchObject({ state: "completed" });
    const said = toolOf(await lastParts(at.boo, at.chat)).text;
    expect(said).toContain(`You said:  ${text.split("\n")[0]}`);
    expect(said).toContain("{prompt} [[broken ünï 🦉");
    expect(await changesOf(at.boo, at.session)).toEqual([]);
    expect(readdirSync(join(at.home.root, "launch"))).toEqual([]);
  }, 40_000);

  test("one types into it from the page, and the next message runs in the same terminal", async () => {
    await using at = await inTerminal();
    const { run } = await at.ask("[[ask:May I?]][[bash:echo yes > answer.txt]]");
    const terminal = await until(async () => (await at.terminals())[0], BUSY_MS);
    await until(async () => toolOf(await lastParts(at.boo, at.chat))?.meta.agent?.tail?.includes("May I?"), BUSY_MS);
    expect((await at.boo.get<{ processes: unknown[] }>("/processes")).processes).toMatchObject([
      { provider: "fake", busy: true },
    ]);
    await using socket = await openSocket(at.boo.url, terminal.id);
    await socket.sees("May I?");
    socket.type("yes please\r");
    expect(await settled(at.boo, run.id)).toMatchObject({ state: "completed" });
    expect(toolOf(await lastParts(at.boo, at.chat)).text).toContain("You typed: yes please");
    expect(await at.run("[[say:once more]]")).toMatchObject({ state: "completed" });
    const parts = await lastParts(at.boo, at.chat);
    expect(noticesOf(parts)).toContain("It keeps no conversation");
    expect(toolOf(parts).text).toBe("fake-cli ready\nonce more");
    expect((await at.terminals()).map((t) => t.id)).toEqual([terminal.id]);
    await socket.sees("once more");
  }, 60_000);

  test("a program that has no place for the message gets it typed in", async () => {
    await using at = await withProgram("terminal", fakeCliCommand("--wait"));
    expect(await at.run("[[say:heard you]]")).toMatchObject({ state: "completed" });
    expect(toolOf(await lastParts(at.boo, at.chat)).text).toContain("heard you");
  }, 40_000);

  test("cancelled it is gone with everything that it started, whatever it ignores; what it wrote is kept", async () => {
    await using at = await inTerminal("--ignore", "int,term");
    const { run } = await at.ask("[[bash:echo kept > kept.txt]][[stray:300]][[say:now]][[hang]]");
    await until(async () => toolOf(await lastParts(at.boo, at.chat))?.meta.agent?.tail?.includes("now"), BUSY_MS);
    expect((await marked(at.boo)).length).toBeGreaterThan(1);
    await at.boo.send("POST", `/runs/${run.id}/cancellation`);
    expect(await settled(at.boo, run.id)).toMatchObject({ state: "cancelled" });
    expect(await marked(at.boo)).toEqual([]);
    expect((await at.terminals())[0]).toMatchObject({ state: "exited" });
    expect((await changesOf(at.boo, at.session)).map((c) => c.path)).toEqual(["kept.txt"]);
    expect(toolOf(await lastParts(at.boo, at.chat))).toMatchObject({ state: "cancelled" });
  }, 60_000);

  test.each([
    ["[[say:so far\n]][[die:3]]", "Fake exited with 3: fatal: the fake program was told to die"],
    ["[[login]]", "wants you to sign in"],
  ])(
    "%s fails the run with a sentence",
    async (text, words) => {
      await using at = await inTerminal();
      const ended = await at.run(text);
      expect(ended).toMatchObject({ state: "failed", reason: "agent" });
      expect(ended.error).toContain(words);
    },
    40_000,
  );

  test("floods and garbage are bounded and harmless", async () => {
    await using at = await inTerminal();
    expect(await at.run("[[garbage:3]][[flood:6]][[say:the end]]")).toMatchObject({ state: "completed" });
    const parts = await lastParts(at.boo, at.chat);
    expect(textOf(parts).length).toBeLessThan(5_000);
    expect(textOf(parts)).toContain("the end");
    expect(toolOf(parts).text.length).toBeLessThanOrEqual(30_000);
  }, 60_000);

  test("it ends with the server, and with its terminal", async () => {
    await using at = await inTerminal();
    const first = await at.ask("[[say:now]][[hang]]");
    await until(async () => toolOf(await lastParts(at.boo, at.chat))?.meta.agent?.tail?.includes("now"), BUSY_MS);
    const [terminal] = await at.terminals();
    await at.boo.send("DELETE", `/terminals/${terminal!.id}?force=1`);
    expect(await settled(at.boo, first.run.id)).toMatchObject({
      state: "failed",
      error: "Fake was ended with its terminal.",
    });
    await at.ask("[[say:now]][[hang]]");
    await until(async () => (await marked(at.boo)).length > 0, BUSY_MS);
    await at.boo.stop();
    expect(await marked(at.boo)).toEqual([]);
  }, 60_000);
});

describe("by its JSON stream", () => {
  test.each(["claude", "codex", "gemini"])(
    "%s: text, a call, a file for review, tokens",
    async (format) => {
      await using at = await byStream(format);
      const ended = await at.run(
        "[[think:Hm.]][[plan:look|write]][[say:I write.]][[write:a.txt|one\n]][[bash:echo out]]",
      );
      expect(ended).toMatchObject({ state: "completed", tokens_in: 120, tokens_out: 8, tokens_cached: 100 });
      const parts = await lastParts(at.boo, at.chat);
      expect(textOf(parts).trim()).toBe("I write.");
      const calls = parts.filter((p): p is ToolPart => p.kind === "tool" && p.meta.name !== "tool");
      expect(calls.map((p) => [p.meta.name, p.state, p.meta.shown])).toEqual([
        ["edit", "closed", "a.txt"],
        ["run", "closed", "echo out"],
      ]);
      expect(calls[1]!.text).toContain("out");
      expect(await changesOf(at.boo, at.session)).toMatchObject([
        { path: "a.txt", provider: "fake", hunks: [{ sources: [{ part_id: calls[0]!.id, tool: "edit" }] }] },
      ]);
      expect(await marked(at.boo)).toEqual([]);
    },
    40_000,
  );

  test("its conversation goes on; one that it lost begins anew and is told so; plan is an argument", async () => {
    await using at = await byStream("claude");
    const kept = join(at.home.root, "kept");
    const bin = claudeInPath(at.home.root, "--home", kept);
    await at.boo.send("PATCH", "/providers/claude", { env: { PATH: `${bin}:${process.env.PATH}` } });
    const run = (text: string, more = {}) => at.run(text, { provider: "claude", ...more });
    expect(await run("[[say:The answer is 42.]]")).toMatchObject({ state: "completed", model: "fake-cli-1" });
    await run("[[history]]", { model: "opus" });
    expect(textOf(await lastParts(at.boo, at.chat))).toBe(
      "I remember 2 messages: [[say:The answer is 42.]]\n / The answer is 42.",
    );
    await run("[[write:a.txt|x]][[args]]", { mode: "plan" });
    const planned = await lastParts(at.boo, at.chat);
    expect(toolOf(planned)).toMatchObject({ state: "failed" });
    expect(textOf(planned)).toContain("--permission-mode plan --model opus --resume");
    await Bun.$`rm -r ${kept}`;
    expect(await run("[[history]]")).toMatchObject({ state: "completed" });
    const parts = await lastParts(at.boo, at.chat);
    expect(textOf(parts)).toBe("I remember 0 messages: ");
    expect(noticesOf(parts)).toContain("could not take up its conversation again");
  }, 60_000);

  test.each([
    ["[[say:so far]][[die:3]]", "Fake ended with code 3: fatal: the fake program was told to die."],
    ["[[login]]", "wants you to sign in"],
    ["[[say:so far]][[fail:out of tokens]]", "Fake answered: out of tokens"],
  ])(
    "%s fails the run with a sentence, and the next one works",
    async (text, words) => {
      await using at = await byStream("claude");
      const ended = await at.run(text);
      expect(ended).toMatchObject({ state: "failed", reason: "agent" });
      expect(ended.error).toContain(words);
      expect(await at.run("[[say:again]]")).toMatchObject({ state: "completed" });
    },
    40_000,
  );

  test("lines that are no JSON are passed over; a program that writes nothing else is said to", async () => {
    await using at = await byStream("codex");
    expect(await at.run("[[garbage:5]][[say:fine]]")).toMatchObject({ state: "completed" });
    expect(textOf(await lastParts(at.boo, at.chat)).trim()).toBe("fine");
    await at.boo.send("PATCH", "/providers/fake", { command: fakeCliCommand() });
    const ended = await at.run("[[say:no JSON]]");
    expect(ended).toMatchObject({ state: "failed" });
    expect(ended.error).toContain("nothing that belongs to its JSON stream: no JSON");
  }, 40_000);

  test("a flood is stopped, and so is one that hangs, with everything that it started", async () => {
    await using at = await byStream("gemini", "--ignore", "term");
    expect(await at.run("[[flood:6]]")).toMatchObject({ state: "limited" });
    const { run } = await at.ask("[[bash:echo kept > kept.txt]][[stray:300]][[say:now]][[hang]]");
    await until(async () => textOf(await lastParts(at.boo, at.chat)) === "now", BUSY_MS);
    await at.boo.send("POST", `/runs/${run.id}/cancellation`);
    expect(await settled(at.boo, run.id)).toMatchObject({ state: "cancelled" });
    expect(await marked(at.boo)).toEqual([]);
    expect((await changesOf(at.boo, at.session)).map((c) => c.path)).toEqual(["kept.txt"]);
  }, 60_000);

  test("one that is done and stays is ended, and its answer counts", async () => {
    await using at = await byStream("claude");
    expect(await at.run("[[say:done]][[linger]]")).toMatchObject({ state: "completed" });
    expect(await marked(at.boo)).toEqual([]);
  }, 60_000);
});

test("a mode that cannot be told to it is refused with those that can; the page has its way of being spoken to", async () => {
  await using at = await inTerminal();
  expect(at.ask("x", { mode: "plan" })).rejects.toThrow("There are: ask, bypass");
  const { provider } = await at.boo.get<{ provider: object }>("/providers/fake");
  expect(provider).toMatchObject({ way: "terminal", modes: [{ id: "ask" }, { id: "bypass" }] });
  expect(at.boo.send("POST", "/providers", { id: "x", command: "y", way: "telnet" })).rejects.toThrow("422");
  expect(existsSync(join(at.home.root, "providers.json"))).toBe(true);
}, 40_000);
