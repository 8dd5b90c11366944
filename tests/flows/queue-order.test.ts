/** The transcript is in the order in which the chat took its runs, live and read again, whatever was sent first. */
import { expect, test } from "bun:test";
import { testApp } from "../support/app.ts";
import { EventReader } from "../support/events.ts";
import { fakeLlm } from "../support/fake-llm.ts";

interface ChatJson {
  messages: { id: string; role: string; parts: { text: string }[] }[];
}
const asked = (chat: ChatJson) => chat.messages.filter((m) => m.role === "user").map((m) => m.parts[0]?.text);

test("A message sent ahead of the queue comes before the waiting one, for the reader and for the model", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  await using reader = await boo.events(session);
  await boo.ask(chat, "[[tokens:5000]] [[slow:10]]");
  await reader.find((e) => e.kind === "part.delta");
  const waiting = await boo.ask(chat, "[[say:waiting]]");
  const ahead = await boo.ask(chat, "[[say:ahead]]", { now: true });
  await boo.settled(ahead.run.id, session);
  await boo.settled(waiting.run.id, session);
  const json = await boo.get<ChatJson>(`/chats/${chat}`);
  expect(asked(json)).toEqual(["[[tokens:5000]] [[slow:10]]", "[[say:ahead]]", "[[say:waiting]]"]);
  expect(json.messages.map((m) => m.role)).toEqual(["user", "assistant", "user", "assistant", "user", "assistant"]);
  const told = (llm.chats()[1] as { messages: { content: string }[] }).messages.map((m) => m.content);
  expect(told).toContain("[[say:ahead]]");
  expect(told).not.toContain("[[say:waiting]]");
});

test("Continue appends an answer and leaves the question where it stands", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  await using reader = await boo.events(session);
  const first = await boo.ask(chat, "[[tokens:5000]] [[slow:10]]");
  await reader.find((e) => e.kind === "part.delta");
  await boo.send("POST", `/runs/${first.run.id}/cancellation`, {});
  const { head } = await boo.get<{ head: number }>(`/chats/${chat}`);
  await using page = await EventReader.open(`${boo.url}/stream?session=${session}&chat=${chat}&since=${head}`);
  llm.set("[[say:and so on]]");
  const next = await boo.send<{ run: { id: string } }>("POST", `/runs/${first.run.id}/continuation`, {});
  await boo.settled(next.run.id, session);
  const html = await page.until(`ev-${next.run.id}`);
  expect(html).not.toContain(first.message.id);
  expect((await boo.get<ChatJson>(`/chats/${chat}`)).messages.map((m) => m.role)).toEqual([
    "user",
    "assistant",
    "assistant",
  ]);
});

test("One line a chat runs; what is queued behind it is no run of its own in the lists, nor its chat's state", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  await using reader = await boo.events(session);
  await boo.ask(chat, "[[tokens:5000]] [[slow:10]]");
  await reader.find((e) => e.kind === "part.delta");
  await boo.ask(chat, "second");
  await boo.ask(chat, "third");
  const page = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
  expect(page).toContain("Running 1 · last output");
  const tab = page.slice(page.indexOf('class="tablist"'), page.indexOf("</a>", page.indexOf('class="tablist"')));
  expect(tab).toContain("Running");
  expect(tab).not.toContain("Queued");
});
