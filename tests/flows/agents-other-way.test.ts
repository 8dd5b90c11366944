/** A built-in agent that does not come up by the protocol: its own program is offered, and the protocol again. */
import { expect, test } from "bun:test";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NoticePart, Part } from "../../src/domain/message.ts";
import type { Provider } from "../../src/domain/provider.ts";
import { agentApp } from "../support/agent-app.ts";
import { claudeInPath } from "../support/fake-cli.ts";

test("claude whose adapter dies is run by its JSON stream, and by the protocol again, from the page that is linked", async () => {
  await using app = await agentApp();
  const { boo, session, chat } = app;
  const programs = claudeInPath(app.home.root);
  const adapter = join(programs, "claude-agent-acp");
  await writeFile(adapter, "#!/bin/sh\necho no adapter today >&2\nexit 3\n");
  await chmod(adapter, 0o755);
  await boo.send("PATCH", "/providers/claude", { env: { PATH: `${programs}:${process.env.PATH}` } });
  const run = async (text: string) => boo.settled((await boo.ask(chat, text, { provider: "claude" })).run.id, session);
  expect(await run("[[say:Hello.]]")).toMatchObject({ state: "failed" });
  const { messages } = await boo.get<{ messages: { parts: Part[] }[] }>(`/chats/${chat}`);
  const notice = messages
    .at(-1)!
    .parts.find((p): p is NoticePart => p.kind === "notice" && p.meta.notice === "fallback");
  expect(notice?.text).toStartWith("Claude Code itself is installed and can be run by its JSON stream instead");
  const html = async (path: string) => (await fetch(boo.url + path, { headers: { accept: "text/html" } })).text();
  expect(await html(`/chats/${chat}`)).toContain('href="/providers/claude/diagnostic"');

  const press = async (way: string) => {
    const page = await html("/providers/claude/diagnostic");
    expect(page).toContain(`name="way" value="${way}"`);
    const headers = { "content-type": "application/x-www-form-urlencoded", origin: boo.url, accept: "text/html" };
    const body = new URLSearchParams({ way }).toString();
    await fetch(`${boo.url}/providers/claude/change`, { method: "POST", headers, body, redirect: "manual" });
    return (await boo.get<{ provider: Provider }>("/providers/claude")).provider.way;
  };
  expect(await press("json-claude")).toBe("json");
  expect(await run("[[say:By the stream.]]")).toMatchObject({ state: "completed" });
  expect(await press("acp")).toBe("acp");
}, 60_000);
