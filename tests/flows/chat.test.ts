/** A message from post to settlement over the real program, a real database and a scripted model server. */
import { describe, expect, test } from "bun:test";
import { testApp } from "../support/app.ts";
import { fakeLlm } from "../support/fake-llm.ts";

interface ChatJson {
  messages: {
    id: string;
    role: string;
    parts: { kind: string; state: string; text: string; meta: Record<string, unknown> }[];
  }[];
}
const textOf = (chat: ChatJson, at: number) =>
  chat.messages[at]?.parts
    .filter((p) => p.kind === "text")
    .map((p) => p.text)
    .join("");

describe("a chat turn", () => {
  test("streams an answer, stores it, and settles with usage", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(chat, "[[say:Hello there]] [[usage:120,7]]");
    const settled = await boo.settled(run.id, session);
    expect(settled).toMatchObject({ state: "completed", reason: "done", tokens_in: 120, tokens_out: 7, turns: 1 });
    const json = await boo.get<ChatJson>(`/chats/${chat}`);
    expect(json.messages.map((m) => m.role)).toEqual(["user", "assistant"]);
    expect(textOf(json, 1)).toBe("Hello there");
  });

  test("runs tool calls of one turn and gives their results to the model", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(
      chat,
      '[[tool:view_file {"path":"src/claim.ts"}]] [[tool:list_dir {"path":"."}]] [[then:Read both.]]',
    );
    expect(await boo.settled(run.id, session)).toMatchObject({ state: "completed", tool_calls: 2, turns: 2 });
    const json = await boo.get<ChatJson>(`/chats/${chat}`);
    const tools = json.messages[1]!.parts.filter((p) => p.kind === "tool");
    expect(tools.map((t) => [t.meta.name, t.state])).toEqual([
      ["view_file", "closed"],
      ["list_dir", "closed"],
    ]);
    expect(tools[0]!.text).toContain("claimDue");
    const second = llm.chats()[1] as { messages: { role: string; content: string }[] };
    expect(second.messages.filter((m) => m.role === "tool").map((m) => m.content.includes("claimDue"))).toEqual([
      true,
      false,
    ]);
  });

  test("the same client_id twice is one message and one run", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { chat, session } = await boo.chat();
    const [a, b] = await Promise.all([
      boo.ask(chat, "[[say:once]]", { client_id: "c-1" }),
      boo.ask(chat, "[[say:once]]", { client_id: "c-1" }),
    ]);
    expect(b.run.id).toBe(a.run.id);
    await boo.settled(a.run.id, session);
    expect((await boo.get<ChatJson>(`/chats/${chat}`)).messages).toHaveLength(2);
    expect(llm.chats()).toHaveLength(1);
  });

  test("a NUL byte and a lone surrogate in the answer are stored as replacement characters", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { chat, session } = await boo.chat();
    const { run } = await boo.ask(chat, "[[say:a\u0000b \ud83d tail]]");
    await boo.settled(run.id, session);
    expect(textOf(await boo.get<ChatJson>(`/chats/${chat}`), 1)).toContain("a\uFFFDb");
  });

  test("cancel keeps what was written and stops the endpoint's stream", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { chat, session } = await boo.chat();
    await using reader = await boo.events(session);
    const { run } = await boo.ask(chat, "[[tokens:5000]] [[slow:10]]");
    await reader.find((e) => e.kind === "part.delta");
    const { run: stopped } = await boo.send<{ run: { state: string } }>("POST", `/runs/${run.id}/cancellation`, {});
    expect(stopped.state).toBe("cancelled");
    const json = await boo.get<ChatJson>(`/chats/${chat}`);
    expect(textOf(json, 1)).toStartWith("tok0 ");
    // What came before the stop was generated and is counted.
    const { run: counted } = await boo.get<{ run: { tokens_out: number; turns: number } }>(`/runs/${run.id}`);
    expect(counted.turns).toBe(1);
    // A busy machine hands a few tokens over between the last one that was written and the stop.
    expect(Math.abs(counted.tokens_out - textOf(json, 1)!.trim().split(" ").length)).toBeLessThanOrEqual(5);
    expect(json.messages[1]!.parts.every((p) => p.state !== "open")).toBe(true);
    const again = await fetch(`${boo.url}/runs/${run.id}/cancellation`, {
      method: "POST",
      headers: { accept: "application/json" },
    });
    expect(again.status).toBe(409);
  });

  test("messages queue, can be taken back, and send-now stops what runs", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { chat, session } = await boo.chat();
    await using reader = await boo.events(session);
    const first = await boo.ask(chat, "[[tokens:5000]] [[slow:10]]");
    await reader.find((e) => e.kind === "part.delta");
    const second = await boo.ask(chat, "[[say:second]]");
    const third = await boo.ask(chat, "[[say:third]]");
    const { queue } = await boo.get<{ queue: { run: { id: string }; text: string }[] }>(`/chats/${chat}`);
    expect(queue.map((q) => q.text)).toEqual(["[[say:second]]", "[[say:third]]"]);
    await boo.send("DELETE", `/runs/${second.run.id}`);
    await boo.send("POST", `/runs/${third.run.id}/promotion`, {});
    expect(await boo.settled(third.run.id, session)).toMatchObject({ state: "completed" });
    expect(await boo.settled(first.run.id, session)).toMatchObject({ state: "cancelled", reason: "superseded" });
    const json = await boo.get<ChatJson>(`/chats/${chat}`);
    expect(json.messages.map((m) => m.role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(textOf(json, 3)).toBe("third");
  });
});
