/** What agents have of their own: conversations on disk that become chats, and accounts that somebody signs in to. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KeptList } from "../../src/domain/kept.ts";
import type { Part } from "../../src/domain/message.ts";
import type { Provider } from "../../src/domain/provider.ts";
import type { TerminalNow } from "../../src/domain/terminal.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { fakeAgentCommand } from "../support/fake-agent.ts";
import { tempDir } from "../support/repo.ts";
import { endTmuxWithUs, openSocket } from "../support/terminal.ts";
import { until } from "../support/until.ts";

const BUSY_MS = 20_000;

async function withAgent(...options: string[]) {
  const home = await tempDir();
  const boo = await testApp({ env: { BOOCODE_HOME: home.root } });
  endTmuxWithUs(home.root);
  const kept = join(home.root, "kept");
  await boo.send("POST", "/providers", {
    id: "fake",
    label: "Fake",
    command: fakeAgentCommand("--home", kept, ...options).join(" "),
  });
  const { project } = await boo.chat();
  return {
    boo,
    home,
    project,
    /** As if somebody had talked to it without us. */
    async keep(id: string, cwd: string, history: { role: "user" | "agent"; text: string }[]) {
      await mkdir(kept, { recursive: true });
      await writeFile(join(kept, `${id}.json`), JSON.stringify({ cwd, history }));
    },
    list: async () => (await boo.get<{ kept: KeptList }>(`/projects/${project}/conversations?provider=fake`)).kept,
    adopt: (conversation: string) =>
      boo.send<{ session: { id: string; title: string }; chat: { id: string; kind: string; provider: string } }>(
        "POST",
        `/projects/${project}/conversations`,
        { provider: "fake", conversation },
      ),
    async [Symbol.asyncDispose]() {
      await boo[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

interface Told {
  messages: { role: string; parts: Part[] }[];
}
const said = ({ messages }: Told) => messages.map((m) => [m.role, m.parts.map((p) => p.text).join("|")]);
const noticesOf = (parts: Part[]) => parts.flatMap((p) => (p.kind === "notice" ? p.text : [])).join("|");
const marked = (boo: TestApp) => markedProcesses(`${boo.app.core.instance}:`);

describe("conversations on disk", () => {
  test("those of the project's directory are listed, one becomes a chat with all that was said, and goes on", async () => {
    await using at = await withAgent();
    const { boo } = at;
    await at.keep("fake-old", boo.repo.root, [
      { role: "user", text: "What is the answer?" },
      { role: "agent", text: "The answer is **42**." },
      { role: "user", text: "Sure?" },
      { role: "agent", text: "Quite." },
    ]);
    await at.keep("fake-elsewhere", "/somewhere/else", [{ role: "user", text: "Not here." }]);
    expect(await at.list()).toMatchObject({
      label: "Fake",
      can: { list: true, load: true },
      conversations: [{ id: "fake-old", title: "What is the answer?", chat_id: null }],
    });
    const { session, chat } = await at.adopt("fake-old");
    expect(session.title).toBe("What is the answer?");
    expect(chat).toMatchObject({ kind: "coder", provider: "fake" });
    expect(said(await boo.get<Told>(`/chats/${chat.id}`))).toEqual([
      ["user", "What is the answer?"],
      ["assistant", "The answer is **42**."],
      ["user", "Sure?"],
      ["assistant", "Quite."],
    ]);
    expect((await at.list()).conversations).toMatchObject([{ chat_id: chat.id }]);
    expect(at.adopt("fake-old")).rejects.toThrow("is a chat already");
    const { run } = await boo.ask(chat.id, "[[write:a.txt|x\n]][[history]]", { mode: "auto" });
    expect(await boo.settled(run.id, session.id)).toMatchObject({ state: "completed", provider: "fake" });
    const { messages } = await boo.get<Told>(`/chats/${chat.id}`);
    expect(
      messages
        .at(-1)!
        .parts.map((p) => p.text)
        .join(""),
    ).toContain("I remember 4 messages: What is the answer?");
    expect(existsSync(join(boo.repo.root, "a.txt"))).toBe(false);
    expect(await boo.get(`/sessions/${session.id}/changes`)).toMatchObject({ changes: [{ path: "a.txt" }] } as never);
  }, 60_000);

  test("an agent that cannot list, or cannot tell again, is said to; so is one that has nothing of that name", async () => {
    await using at = await withAgent("--no", "list");
    await at.keep("fake-old", at.boo.repo.root, [{ role: "user", text: "Hello" }]);
    expect(await at.list()).toMatchObject({ can: { list: false, load: true }, conversations: [] });
    expect(at.adopt("fake-none")).rejects.toThrow("404");
    // Known by name it can be adopted all the same.
    expect((await at.adopt("fake-old")).session.title).toBe("Hello");
    await at.boo.send("PATCH", "/providers/fake", { command: fakeAgentCommand("--no", "load").join(" ") });
    expect(at.adopt("fake-x")).rejects.toThrow("offers no session/load");
    const page = await fetch(`${at.boo.url}/projects/${at.project}/conversations?provider=fake`, {
      headers: { accept: "text/html" },
    });
    expect(await page.text()).toContain("Fake lists its conversations and does not tell them again");
    expect(at.boo.get(`/projects/${at.project}/conversations`)).rejects.toThrow("422");
    await until(async () => (await marked(at.boo)).length === 0, BUSY_MS);
  }, 60_000);

  test("one that fails is a sentence on the page, and nothing of it stays", async () => {
    await using at = await withAgent("--fault", "initialize:die");
    const page = await fetch(`${at.boo.url}/projects/${at.project}/conversations?provider=fake`, {
      headers: { accept: "text/html" },
    });
    expect(await page.text()).toContain("ended with code 7");
    await until(async () => (await marked(at.boo)).length === 0, BUSY_MS);
  }, 40_000);
});

describe("signing in", () => {
  const account = (home: { root: string }) => join(home.root, "account");
  const provider = async (boo: TestApp) => (await boo.get<{ provider: Provider }>("/providers/fake")).provider;

  async function signedOut() {
    const directory = await tempDir();
    const at = await withAgent("--account", account(directory));
    await until(async () => (await provider(at.boo)).state === "error", BUSY_MS);
    const made = await at.boo.send<{ session: { id: string }; chat: { id: string } }>(
      "POST",
      `/projects/${at.project}/sessions`,
      { kind: "coder" },
    );
    const dispose = async () => {
      await at[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    };
    return { ...at, directory, session: made.session.id, chat: made.chat.id, [Symbol.asyncDispose]: dispose };
  }

  test("the run says so with a way forward, and by the protocol it is done with one call", async () => {
    await using at = await signedOut();
    const { boo } = at;
    expect((await provider(boo)).logins).toMatchObject([
      { id: "login", name: "Log in", by: "agent" },
      { id: "tty", by: "terminal", args: ["--login"] },
    ]);
    const { run } = await boo.ask(at.chat, "[[say:hi]]", { provider: "fake" });
    const failed = await boo.settled(run.id, at.session);
    expect(failed).toMatchObject({ state: "failed", reason: "agent" });
    expect(failed.error).toContain("wants you to sign in");
    const { messages } = await boo.get<Told>(`/chats/${at.chat}`);
    expect(noticesOf(messages.at(-1)!.parts)).toContain("then send the message again");
    const html = await (await fetch(`${boo.url}/chats/${at.chat}`, { headers: { accept: "text/html" } })).text();
    expect(html).toContain('action="/providers/fake/logins"');
    expect(boo.send("POST", "/providers/fake/logins", { method: "magic" })).rejects.toThrow("There are: login, tty");
    await boo.send("POST", "/providers/fake/logins", { method: "login" });
    await until(async () => (await provider(boo)).state === "ready", BUSY_MS);
    const again = await boo.ask(at.chat, "[[say:hi]]");
    expect(await boo.settled(again.run.id, at.session)).toMatchObject({ state: "completed" });
  }, 60_000);

  test("what needs a person is run in a terminal of the session", async () => {
    await using at = await signedOut();
    expect(at.boo.send("POST", "/providers/fake/logins", { method: "tty" })).rejects.toThrow("say in which chat");
    const { terminal } = await at.boo.send<{ terminal: TerminalNow }>("POST", "/providers/fake/logins", {
      method: "tty",
      chat_id: at.chat,
    });
    expect(terminal).toMatchObject({ name: "Sign in: Fake", session_id: at.session });
    await using socket = await openSocket(at.boo.url, terminal.id);
    await socket.sees("Who are you?");
    socket.type("ada\r");
    await until(() => existsSync(account(at.directory)), BUSY_MS);
    await at.boo.send("POST", "/providers/probes", { id: "fake" });
    await until(async () => (await provider(at.boo)).state === "ready", BUSY_MS);
  }, 60_000);
});
