/** Second thoughts: another answer, another question, a chat that branches off; calls a model prints; a title by the small model. */
import { expect, test } from "bun:test";
import { testApp } from "../support/app.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { LivePage } from "../support/live-page.ts";
import { until } from "../support/until.ts";

interface Row {
  id: string;
  role: string;
  earlier?: number;
  parts: { id: string; kind: string; state: string; text: string; meta: Record<string, unknown> }[];
  run: { id: string } | null;
}
interface ChatJson {
  chat: { id: string; title: string; forked_from: string | null };
  messages: Row[];
}
type Started = { message: { id: string }; run: { id: string; chat_id: string } };
const said = (messages: Row[]) => messages.map((m) => m.parts.map((p) => p.text).join(""));
const told = (llm: { chats(): unknown[] }) =>
  (llm.chats().at(-1) as { messages: { role: string; content: string }[] }).messages.slice(1).map((m) => m.content);

test("Answer again, edit and send again: what is replaced is put aside, live as well as read again, and not told to the model", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  const first = await boo.ask(chat, "one [[say:first answer]]");
  await boo.settled(first.run.id, session);
  const second = await boo.ask(chat, "two [[say:second answer]]");
  await boo.settled(second.run.id, session);
  await using page = await LivePage.load(boo.url, `/chats/${chat}`);
  await page.connect();

  llm.set("[[say:better answer]]");
  const answer = (await boo.get<ChatJson>(`/chats/${chat}`)).messages[1]!;
  const again = await boo.send<Started>("POST", `/messages/${answer.id}/regeneration`, {});
  await boo.settled(again.run.id, session);
  const { messages } = await boo.get<ChatJson>(`/chats/${chat}`);
  expect(said(messages)).toEqual(["one [[say:first answer]]", "better answer"]);
  expect(messages.map((m) => m.earlier)).toEqual([undefined, 3]);
  expect(told(llm)).toEqual(["one [[say:first answer]]"]);
  await until(() => page.text(`#log-${chat}`).includes("better answer"));
  expect(page.text(`#log-${chat}`)).not.toContain("second answer");
  expect(page.text(`#log-${chat}`)).toContain("3 messages put aside");

  llm.set("[[say:to the edited one]]");
  const edited = await boo.send<Started>("POST", `/messages/${first.message.id}/revision`, { text: "one, better" });
  await boo.settled(edited.run.id, session);
  const now = (await boo.get<ChatJson>(`/chats/${chat}`)).messages;
  expect(said(now)).toEqual(["one, better", "to the edited one"]);
  expect(told(llm)).toEqual(["one, better"]);
  const { messages: aside } = await boo.get<{ messages: Row[] }>(`/messages/${edited.message.id}/earlier`);
  expect(said(aside)).toEqual([
    "one [[say:first answer]]",
    "first answer",
    "two [[say:second answer]]",
    "second answer",
    "better answer",
  ]);
  // A reader who was away for all of it sees the same.
  await until(() => page.shown(`#log-${chat}`).includes("to the edited one"));
  await using later = await LivePage.load(boo.url, `/chats/${chat}`);
  await until(() => page.shown(`#log-${chat}`) === later.shown(`#log-${chat}`));
});

test("A reader who comes back after an edit sees neither too much nor too little", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  const first = await boo.ask(chat, "[[say:old]]");
  await boo.settled(first.run.id, session);
  await using page = await LivePage.load(boo.url, `/chats/${chat}`);
  await page.connect();
  await page.drop();
  llm.set("[[say:new]]");
  const edited = await boo.send<Started>("POST", `/messages/${first.message.id}/revision`, { text: "again" });
  await boo.settled(edited.run.id, session);
  await page.connect();
  await using later = await LivePage.load(boo.url, `/chats/${chat}`);
  await until(() => page.shown(`#log-${chat}`) === later.shown(`#log-${chat}`));
  expect(page.text(`#log-${chat}`)).not.toContain("old");
});

test("While a run is open nothing can be put aside; one that never began gives back what it took the place of", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  const done = await boo.ask(chat, "[[say:kept]]");
  await boo.settled(done.run.id, session);
  await using reader = await boo.events(session);
  const live = await boo.ask(chat, "[[tokens:5000]] [[slow:10]]");
  await reader.find((e) => e.kind === "part.delta");
  const refused = (what: string, body: unknown) =>
    boo.send("POST", `/messages/${done.message.id}/${what}`, body).then(() => "done", String);
  expect(await refused("regeneration", {})).toContain("409");
  expect(await refused("revision", { text: "other" })).toContain("409");
  expect(await refused("revision", { text: " " })).toContain("Write a message first.");
  await boo.send("POST", `/runs/${live.run.id}/cancellation`, {});
  // The lane is held, so that the run stays in the queue.
  let release = () => {};
  const held = boo.app.core.lanes.run(chat, () => new Promise<void>((resolve) => (release = resolve)));
  const waiting = await boo.send<Started>("POST", `/messages/${done.message.id}/revision`, { text: "other" });
  expect((await boo.get<ChatJson>(`/chats/${chat}`)).messages).toEqual([]);
  await boo.send("DELETE", `/runs/${waiting.run.id}`);
  release();
  await held;
  expect(said((await boo.get<ChatJson>(`/chats/${chat}`)).messages).slice(0, 2)).toEqual(["[[say:kept]]", "kept"]);
});

test("A fork begins with everything up to a message, reads its results, and both go on by themselves", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  const first = await boo.ask(chat, '[[tool:view_file {"path":"README.md"}]] [[then:It delivers.]]');
  await boo.settled(first.run.id, session);
  const second = await boo.ask(chat, "[[say:not copied]]");
  await boo.settled(second.run.id, session);
  const source = await boo.get<ChatJson>(`/chats/${chat}`);
  const { chat: fork } = await boo.send<{ chat: ChatJson["chat"] }>("POST", `/messages/${source.messages[1]!.id}/fork`);
  expect(fork.forked_from).toBe(source.messages[1]!.id);
  const copy = await boo.get<ChatJson>(`/chats/${fork.id}`);
  expect(said(copy.messages)).toEqual(said(source.messages.slice(0, 2)));
  expect(copy.messages[1]!.parts.map((p) => p.kind)).toEqual(source.messages[1]!.parts.map((p) => p.kind));
  const tool = copy.messages[1]!.parts.find((p) => p.kind === "tool")!;
  expect(tool.meta.group_id).toBe(tool.id);
  llm.set("[[say:goes on]]");
  const { run } = await boo.ask(fork.id, "and now");
  await boo.settled(run.id, session);
  expect(told(llm).at(-1)).toBe("and now");
  expect(said((await boo.get<ChatJson>(`/chats/${chat}`)).messages)).toEqual(said(source.messages));
  expect(said((await boo.get<ChatJson>(`/chats/${fork.id}`)).messages).at(-1)).toBe("goes on");
  const html = await (await fetch(`${boo.url}/chats/${fork.id}`, { headers: { accept: "text/html" } })).text();
  expect(html).toContain("copied from");
  await expect(boo.send("POST", `/messages/${copy.messages[1]!.id}/regeneration`, {})).rejects.toThrow("422");
});

test("Calls that a model prints as text are made, and their text is not shown", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  const printed = '<tool_call>\n{"name": "view_file", "arguments": {"path": "README.md"}}\n</tool_call>';
  const { run } = await boo.ask(
    chat,
    `[[json:${JSON.stringify(`I look.\n\n${printed}`)}]] [[next:{{say:It delivers webhooks.}}]]`,
  );
  await boo.settled(run.id, session);
  const { messages } = await boo.get<ChatJson>(`/chats/${chat}`);
  const parts = messages[1]!.parts;
  expect(parts.map((p) => [p.kind, p.state])).toEqual([
    ["text", "closed"],
    ["tool", "closed"],
    ["text", "closed"],
  ]);
  expect(parts[0]!.text.trim()).toBe("I look.");
  expect(parts[1]!.text).toContain("Delivers webhooks.");
});

test("The small model names chat and session once; a human's title stays", async () => {
  await using small = await fakeLlm({
    models: ["small"],
    script: '[[say:<think>hm</think>"Webhook delivery, briefly."]]',
  });
  await using llm = await fakeLlm();
  await using boo = await testApp({
    llm,
    env: { LLAMA_SWAP_URL: small.url, FAST_MODEL: "small", DEFAULT_MODEL: "fake" },
  });
  const { chat, session } = await boo.chat();
  type Endpoints = { endpoints: { id: string; url: string; models: { id: string }[] }[] };
  const endpoint = await until(async () => {
    const { endpoints } = await boo.get<Endpoints>("/endpoints");
    return endpoints.every((e) => e.models.length > 0) ? endpoints.find((e) => e.url === llm.url) : null;
  });
  const pick = { endpoint_id: endpoint.id, model: endpoint.models[0]!.id };
  const { run } = await boo.ask(chat, "What does this do? [[say:It delivers.]]", pick);
  await boo.settled(run.id, session);
  const titles = async () => {
    const { chat: c, session: s } = await boo.get<{ chat: { title: string }; session: { title: string } }>(
      `/chats/${chat}`,
    );
    return [c.title, s.title];
  };
  await until(async () => (await titles())[0] === "Webhook delivery, briefly");
  expect((await titles())[1]).toBe("Webhook delivery, briefly");
  await boo.send("PATCH", `/chats/${chat}`, { title: "Mine" });
  const next = await boo.ask(chat, "[[say:more]]", pick);
  await boo.settled(next.run.id, session);
  await boo.app.core.lanes.drain();
  expect((await titles())[0]).toBe("Mine");
  expect(small.chats()).toHaveLength(1);
});
