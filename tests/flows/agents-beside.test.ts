/** Agents that work beside each other in one session's worktree. */
import { expect, test } from "bun:test";
import type { Change } from "../../src/domain/change.ts";
import type { Part } from "../../src/domain/message.ts";
import { agentApp } from "../support/agent-app.ts";
import { until } from "../support/until.ts";

test("whichever ends first, each file is told as the work of the one that wrote it", async () => {
  await using at = await agentApp();
  const { boo, session, chat } = at;
  const beside = (await boo.send<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, { kind: "coder" }))
    .chat.id;
  const { run: long } = await at.ask(
    "[[say:An edit.]][[write:lib/a.txt|1\n]][[bash:echo 1 > ./by-command.txt]][[say:wrote]][[hang]]",
    { mode: "auto" },
  );
  await until(async () => {
    const { messages } = await boo.get<{ messages: { parts: Part[] }[] }>(`/chats/${chat}`);
    return messages.at(-1)?.parts.some((p) => p.kind === "text" && p.text.includes("wrote"));
  });
  const { run: short } = await boo.ask(beside, "[[write:a.txt|2\n]]", { provider: "fake", mode: "auto" });
  await boo.settled(short.id, session);
  const told = async () => {
    const { changes } = await boo.get<{ changes: Change[] }>(`/sessions/${session}/changes`);
    return Object.fromEntries(changes.map((c) => [c.path, [c.chat_id, c.hunks[0]!.sources[0]!.run_id]]));
  };
  const whose = { "a.txt": [beside, short.id], "by-command.txt": [chat, long.id], "lib/a.txt": [chat, long.id] };
  expect(await told()).toEqual(whose);
  const { changes } = await boo.get<{ changes: Change[] }>(`/sessions/${session}/changes`);
  const source = changes.find((c) => c.path === "lib/a.txt")!.hunks[0]!.sources[0]!;
  expect(source).toMatchObject({ tool: "edit", said: "An edit." });

  await boo.send("POST", `/runs/${long.id}/cancellation`);
  await boo.settled(long.id, session);
  expect(await told()).toEqual(whose);
});
