/** The layout over HTTP: saved at once, followed by whoever watches, never broken by what is stored or sent. */
import { describe, expect, test } from "bun:test";
import { type Layout, panes, tabsOf } from "../../src/domain/pane.ts";
import { testApp } from "../support/app.ts";
import { EventReader } from "../support/events.ts";
import { fakeLlm } from "../support/fake-llm.ts";

interface Read {
  layout: Layout;
  version: number;
  repaired: boolean;
}

describe("layout", () => {
  test("changes are stored, numbered, and told to watchers", async () => {
    await using boo = await testApp();
    const { session } = await boo.chat();
    await using reader = await boo.events(session);
    const before = await boo.get<Read>(`/sessions/${session}/layout`);
    const pane = panes(before.layout)[0]!.id;
    const file = await boo.send<Read>("POST", `/sessions/${session}/layout/changes`, {
      change: "open",
      kind: "file",
      path: "src/claim.ts",
      line: 2,
    });
    expect(tabsOf(file.layout).map((t) => [t.number, t.content.kind])).toEqual([
      [1, "chat"],
      [2, "file"],
    ]);
    const split = await boo.send<Read>("POST", `/sessions/${session}/layout/changes`, {
      change: "split",
      pane,
      direction: "row",
      tab: 2,
    });
    expect(panes(split.layout)).toHaveLength(2);
    expect(split.version).toBe(2);
    const event = await reader.find((e) => e.kind === "layout.changed" && Number(e.payload.version) === 2);
    expect(event.payload).toMatchObject({ session_id: session, version: 2 });
  });

  test("a number of a closed tab is never used again", async () => {
    await using boo = await testApp();
    const { session } = await boo.chat();
    const change = (body: unknown) => boo.send<Read>("POST", `/sessions/${session}/layout/changes`, body);
    await change({ change: "open", kind: "file", path: "README.md" });
    await change({ change: "close", tab: 2 });
    const again = await change({ change: "open", kind: "file", path: "src/claim.ts" });
    expect(tabsOf(again.layout).map((t) => t.number)).toEqual([1, 3]);
    const { chat } = await boo.send<{ chat: { number: number } }>("POST", `/sessions/${session}/chats`, {});
    expect(chat.number).toBe(4);
  });

  test("putting a whole tree needs its version: the second of two gets 409 with what is there", async () => {
    await using boo = await testApp();
    const { session } = await boo.chat();
    const { layout, version } = await boo.get<Read>(`/sessions/${session}/layout`);
    await boo.send("PUT", `/sessions/${session}/layout`, { layout, version });
    const second = await fetch(`${boo.url}/sessions/${session}/layout`, {
      method: "PUT",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify({ layout, version }),
    });
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ error: { code: "conflict", current: { version: version + 1 } } });
  });

  test("a corrupt layout is made anew and said so; tabs of deleted chats are gone; the page is drawn", async () => {
    await using boo = await testApp();
    const { session } = await boo.chat();
    await boo.database.sql`update sessions set layout = '{"root": {"kind": "pane", "tabs": 7}}' where id = ${session}`;
    expect(await boo.get<Read>(`/sessions/${session}/layout`)).toMatchObject({ repaired: true });
    const page = await fetch(`${boo.url}/sessions/${session}`, { headers: { accept: "text/html" } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("could not be read");
    const { chat } = await boo.send<{ chat: { id: string; number: number } }>("POST", `/sessions/${session}/chats`, {});
    await boo.send("DELETE", `/chats/${chat.id}`);
    const { layout, repaired } = await boo.get<Read>(`/sessions/${session}/layout`);
    expect(repaired).toBe(false);
    expect(tabsOf(layout).map((t) => t.number)).toEqual([1]);
  });

  test("nonsense is refused by name and changes nothing", async () => {
    await using boo = await testApp();
    const { session } = await boo.chat();
    const bad = [
      { change: "dance" },
      { change: "activate", tab: 99 },
      { change: "split", pane: "nope", direction: "row" },
      { change: "open", kind: "chat", chat_id: "nope" },
      { change: "resize", path: [7], shares: [500, 500] },
      {},
    ];
    for (const body of bad) {
      const answer = await fetch(`${boo.url}/sessions/${session}/layout/changes`, {
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      expect([JSON.stringify(body), answer.status >= 400 && answer.status < 500]).toEqual([JSON.stringify(body), true]);
    }
    expect((await boo.get<Read>(`/sessions/${session}/layout`)).version).toBe(0);
  });

  test("a watcher whose page gets a second chat hears it from where it was drawn, and other chats' text not at all", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { session, chat } = await boo.chat();
    const other = await boo.send<{ chat: { id: string; number: number } }>("POST", `/sessions/${session}/chats`, {});
    await boo.send("POST", `/sessions/${session}/layout/changes`, { change: "activate", tab: 1 });
    await using reader = await EventReader.open(`${boo.url}/stream?session=${session}`);
    await reader.nextFrame();
    llm.set("[[say:unseen words]]");
    const hidden = await boo.ask(other.chat.id, "one");
    await boo.settled(hidden.run.id, session);
    llm.set("[[say:visible words]]");
    const seen = await boo.ask(chat, "two");
    const first = await reader.until("visible");
    expect(first.includes("unseen")).toBe(false);
    await boo.settled(seen.run.id, session);
    const pane = panes((await boo.get<Read>(`/sessions/${session}/layout`)).layout)[0]!.id;
    await boo.send("POST", `/sessions/${session}/layout/changes`, {
      change: "split",
      pane,
      direction: "row",
      tab: other.chat.number,
    });
    const drawn = await reader.until("unseen words");
    expect(drawn.includes(`id="view-${other.chat.number}"`)).toBe(true);
    llm.set("[[say:more of it]]");
    const both = await boo.ask(other.chat.id, "three");
    expect((await reader.until("more of it")).includes("unseen words")).toBe(false);
    await boo.settled(both.run.id, session);
  });
});
