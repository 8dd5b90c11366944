/** The event stream's contract with its readers: positions, resets, heartbeats, bounds, and who hears what. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import type { NewEvent, Topic } from "../../src/domain/event.ts";
import { StreamHub } from "../../src/http/stream/hub.ts";
import { trimJournal } from "../../src/store/journal.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { EventReader, type Frame } from "../support/events.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { LivePage } from "../support/live-page.ts";
import { Seeded } from "../support/seeded.ts";
import { until } from "../support/until.ts";

let llm: TestLlm;
let boo: TestApp;
beforeAll(async () => {
  llm = await fakeLlm();
  boo = await testApp({ llm });
});
afterAll(async () => {
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});

const event = (topic: Topic, key: string): NewEvent => ({ topic, kind: "setting.changed", payload: { key } });
const emit = (topic: Topic, ...names: string[]) =>
  boo.app.core.journal.transact(async (_tx, say) => names.forEach((name) => void say(event(topic, name))));
const head = () => boo.app.core.journal.published;
const stream = (query: string, headers?: Record<string, string>) =>
  EventReader.open(`${boo.url}/stream?${query}`, headers);
const keyOf = ({ data }: Frame) => (JSON.parse(data) as { payload: { key: string } }).payload.key;

/** Frames until one fits, that one included. */
async function framesUntil(reader: EventReader, fits: (frame: Frame) => boolean): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (let frame = await reader.nextFrame(); frame; frame = await reader.nextFrame()) {
    frames.push(frame);
    if (fits(frame)) return frames;
  }
  throw new Error(`the stream ended after ${frames.length} frames`);
}
const journalOnly = (frames: Frame[]) => frames.filter((f) => !["hello", "heartbeat"].includes(f.event ?? ""));

/** A hub of its own on the app's core, over http. */
function ownHub(limits: { heartbeat_ms: number; connections: number }, caller?: () => Promise<boolean>) {
  const hub = new StreamHub(boo.app.core, "build", limits);
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch(request) {
      const query = new URL(request.url).searchParams;
      const params = {
        session_id: query.get("session"),
        chat_id: query.get("chat"),
        page: null,
        json: query.get("as") === "json",
        since: Number(query.get("since") ?? head()),
        again: false,
        build: null,
        ...(caller && { caller }),
      };
      return hub.open(params, request.signal) ?? new Response("full", { status: 429 });
    },
  });
  return {
    hub,
    url: `http://127.0.0.1:${server.port}/?`,
    port: server.port!,
    async [Symbol.asyncDispose]() {
      hub.close();
      await server.stop(true);
    },
  };
}

describe("a stream", () => {
  test("says hello at once, before anything happens", async () => {
    await using reader = await stream("as=json");
    expect(reader.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(reader.response.headers.get("cache-control")).toBe("no-store");
    const hello = await reader.nextFrame();
    expect(hello).toMatchObject({ event: "hello", id: null });
    const said = JSON.parse(hello!.data) as { head: number; epoch: string };
    expect(said.epoch).toBe(boo.app.core.journal.epoch);
    // What a server that just started finds out about its surroundings may have been told meanwhile.
    expect(said.head).toBeLessThanOrEqual(head());
  });

  test("has the desk, and with a session both", async () => {
    const [a, b] = [await boo.chat(), await boo.chat()];
    await using desk = await stream("as=json");
    await using both = await stream(`as=json&session=${a.session}`);
    await desk.nextFrame();
    await both.nextFrame();
    await emit(`session:${a.session}`, "a");
    await emit(`session:${b.session}`, "b");
    await emit("desk", "end");
    const end = (f: Frame) => f.event === "setting.changed" && keyOf(f) === "end";
    expect(journalOnly(await framesUntil(desk, end)).map(keyOf)).toEqual(["end"]);
    expect(journalOnly(await framesUntil(both, end)).map(keyOf)).toEqual(["a", "end"]);
  });

  test("of no such session, or from no such place, is refused", async () => {
    expect((await fetch(`${boo.url}/stream?session=nope`)).status).toBe(404);
    expect((await fetch(`${boo.url}/stream?since=-1`)).status).toBe(422);
    expect((await fetch(`${boo.url}/stream?since=x`)).status).toBe(422);
    expect((await fetch(`${boo.url}/stream?as=xml`)).status).toBe(422);
  });

  test("beats with its position while nothing of its own happens", async () => {
    await using own = ownHub({ heartbeat_ms: 10, connections: 9 });
    const { session, chat } = await boo.chat();
    for (const query of [
      "as=json",
      "",
      `session=${session}`,
      `session=${session}&chat=${chat}`,
      `as=json&session=${session}`,
    ]) {
      await using reader = await EventReader.open(own.url + query);
      const [first] = (await framesUntil(reader, (f) => f.event === "heartbeat" && f.id === String(head()))).slice(-1);
      expect(JSON.parse(first!.data).at).toBeGreaterThan(0);
      // Of another session: not for this reader, but its position moves.
      await emit("session:other", "x", "y");
      await framesUntil(reader, (f) => f.event === "heartbeat" && f.id === String(head()));
    }
  });

  test("ends when its caller was signed out, and not before", async () => {
    let signedIn = true;
    await using own = ownHub({ heartbeat_ms: 10, connections: 9 }, () => Promise.resolve(signedIn));
    await using reader = await EventReader.open(own.url);
    for (let beat = 0; beat < 3; beat++) await framesUntil(reader, (f) => f.event === "heartbeat");
    signedIn = false;
    await until(() => own.hub.size === 0);
  });

  test("is refused when there are too many, and again possible when one is gone", async () => {
    await using own = ownHub({ heartbeat_ms: 1_000, connections: 2 });
    const one = await EventReader.open(own.url);
    await using two = await EventReader.open(own.url);
    expect((await fetch(own.url)).status).toBe(429);
    await one[Symbol.asyncDispose]();
    await until(() => own.hub.size === 1);
    await using three = await EventReader.open(own.url);
    expect([two.response.status, three.response.status]).toEqual([200, 200]);
  });
});

describe("a cursor", () => {
  test("resets a cursor above the head, below the floor, or of another build; Last-Event-ID wins", async () => {
    await using boo = await testApp();
    const head = () => boo.app.core.journal.published;
    const stream = (query: string, headers?: Record<string, string>) =>
      EventReader.open(`${boo.url}/stream?${query}`, headers);
    const first = async (query: string, headers?: Record<string, string>) => {
      await using reader = await stream(query, headers);
      const frames = await framesUntil(reader, (f) => f.event !== "hello");
      return frames.at(-1)!.event === "reset" && (await reader.nextFrame()) === null ? "reset" : frames.at(-1)!.data;
    };
    await boo.app.core.journal.transact(async (_tx, say) =>
      ["1", "2", "3", "4"].forEach((k) => void say(event("desk", k))),
    );
    expect(await first(`as=json&since=${head() + 1}`)).toBe("reset");
    expect(await first(`since=${head() + 1}`)).toBe("reset");
    expect(await first(`since=${head()}&build=other`)).toBe("reset");
    expect(await first(`as=json&since=0`, { "last-event-id": String(head() - 1) })).toContain('"4"');
    expect(await first(`as=json&since=${head()}`, { "last-event-id": String(head() + 9) })).toBe("reset");
    await trimJournal(boo.database.sql, 2, 600);
    expect(await first(`as=json&since=${head() - 3}`)).toBe("reset");
    expect(await first(`since=${head() - 3}`)).toBe("reset");
    expect(await first(`as=json&since=${head() - 2}`)).toContain('"3"');
    // Nothing was read yet: what is kept, and no reset.
    expect(await first("as=json&since=0")).toContain('"3"');
    expect(await first("since=0")).toBe("reset");
  });
});

describe("for clients", () => {
  test("every event comes once and in order, whatever the cursor, while more keep coming", async () => {
    const random = new Seeded(11);
    const topics = ["desk", "session:elsewhere"] as const;
    const start = head();
    let writing = true;
    const names: string[] = [];
    const writer = (async () => {
      for (let n = 0; n < 1_500; n++) {
        const topic = random.chance(0.7) ? topics[0] : topics[1];
        if (topic === "desk") names.push(String(n));
        await emit(topic, String(n));
      }
      writing = false;
      await emit("desk", "end");
      names.push("end");
    })();
    const readers: Promise<Frame[]>[] = [];
    while (writing) {
      const since = random.int(start, head());
      const reader = await stream(`as=json&since=${since}`);
      readers.push(
        framesUntil(reader, (f) => f.event === "setting.changed" && keyOf(f) === "end").finally(() =>
          reader[Symbol.asyncDispose](),
        ),
      );
      await Bun.sleep(random.int(5, 40));
    }
    await writer;
    expect(readers.length).toBeGreaterThan(5);
    for (const frames of (await Promise.all(readers)).map(journalOnly)) {
      expect(frames.map(keyOf)).toEqual(names.slice(-frames.length));
      expect(frames.map((f) => Number(f.id))).toEqual(frames.map((f) => JSON.parse(f.data).seq));
    }
    const [whole] = await Promise.all([stream(`as=json&since=${start}`)]);
    expect(
      journalOnly(await framesUntil(whole, (f) => f.event === "setting.changed" && keyOf(f) === "end")).map(keyOf),
    ).toEqual(names);
    await whole[Symbol.asyncDispose]();
  }, 20_000);

  test("a catch-up larger than the bound is no reason to drop a reader that reads", async () => {
    const start = head();
    const long = "x".repeat(20_000);
    for (let n = 0; n < 30; n++) await emit("desk", ...Array.from({ length: 20 }, (_, i) => `${n}.${i} ${long}`));
    await using reader = await stream(`as=json&since=${start}`);
    const frames = journalOnly(
      await framesUntil(reader, (f) => f.event === "setting.changed" && keyOf(f).startsWith("29.19 ")),
    );
    expect(frames).toHaveLength(600);
    expect(reader.bytes).toBeGreaterThan(12_000_000);
  });

  test("who does not read is dropped at the bound, keeps what was sent, and catches up", async () => {
    await using own = ownHub({ heartbeat_ms: 1_000, connections: 9 });
    const start = head();
    const socket = connect(own.port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk as Buffer)).on("error", () => {});
    socket.write(`GET /?as=json&since=${start} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until(() => own.hub.size === 1 && chunks.length > 0);
    socket.pause();
    const long = "y".repeat(100_000);
    let sent = 0;
    while (own.hub.size > 0) {
      await emit("desk", `${sent++} ${long}`);
      expect(sent).toBeLessThan(400);
    }
    socket.resume();
    // The end of the body; the connection itself may stay.
    await until(() => chunks.at(-1)!.subarray(-5).toString() === "0\r\n\r\n");
    socket.destroy();
    const ids = [
      ...Buffer.concat(chunks)
        .toString("latin1")
        .matchAll(/^id: (\d+)$/gm),
    ].map((m) => Number(m[1]));
    expect(ids.length).toBeGreaterThan(10);
    expect(ids).toEqual(ids.map((_, i) => start + 1 + i));
    await using again = await EventReader.open(`${own.url}as=json&since=${ids.at(-1)}`);
    const rest = journalOnly(await framesUntil(again, (f) => f.id === String(head())));
    expect(ids.length + rest.length).toBe(sent);
  });
});

describe("for pages", () => {
  test("text of another chat is not sent to a page that shows one, nor that of another session", async () => {
    const { session, chat } = await boo.chat();
    const { chat: other } = await boo.send<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, {});
    const elsewhere = await boo.chat();
    await using reader = await stream(`session=${session}&chat=${chat}&since=${head()}`);
    await reader.nextFrame();
    for (const to of [other.id, elsewhere.chat]) {
      llm.set("[[think:confidential thought]][[say:confidential text]]");
      const { run } = await boo.ask(to, "a question");
      await boo.settled(run.id, to === other.id ? session : elsewhere.session);
    }
    llm.set(null);
    await boo.ask(chat, "[[say:for everybody here]]");
    expect((await reader.until("for everybody here")).includes("confidential")).toBe(false);
  });

  test("two browsers on one chat see the same", async () => {
    const { session, chat } = await boo.chat();
    await using one = await LivePage.load(boo.url, `/chats/${chat}`);
    await using two = await LivePage.load(boo.url, `/chats/${chat}`);
    await Promise.all([one.connect(), two.connect()]);
    const { run } = await boo.ask(chat, "[[slow:1]][[tokens:60]]");
    await until(() => one.count(".open") > 0 && two.count(".open") > 0);
    await boo.settled(run.id, session);
    await until(() =>
      [one, two].every((page) => page.text(`#log-${chat}`).includes("tok59") && page.count(".open") === 0),
    );
    await until(() => one.shown(`#log-${chat}`) === two.shown(`#log-${chat}`));
    expect(one.text(`#log-${chat}`)).toContain(Array.from({ length: 60 }, (_, i) => `tok${i}`).join(" "));
  });

  test("more pages and streams at once than there are connections to the database", async () => {
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(chat, "[[say:here]]");
    await boo.settled(run.id, session);
    const pages = await Promise.all(Array.from({ length: 24 }, () => LivePage.load(boo.url, `/chats/${chat}`)));
    await emit(`session:${session}`, "so that there is something to catch up with");
    await Promise.all(pages.map((page) => page.connect()));
    await until(() => pages.every((page) => page.last_id === String(head())));
    for (const page of pages) await page.drop();
  });
});
