/** The server dies at any moment: what a watcher saw is stored, the run is interrupted, and everything can go on. */
import { expect, test } from "bun:test";
import type { JournalEvent } from "../../src/domain/event.ts";
import { testDatabase } from "../support/database.ts";
import { EventReader } from "../support/events.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { mkfifo } from "../support/fifo.ts";
import { tempRepo } from "../support/repo.ts";
import { Seeded, seeds } from "../support/seeded.ts";
import { commandOf, descendantsOf, type ServerProcess, startServer } from "../support/server.ts";
import { isAlive, until } from "../support/until.ts";

interface ChatJson {
  messages: { id: string; role: string; parts: { id: string; kind: string; state: string; text: string }[] }[];
  live: { id: string } | null;
  queue: unknown[];
}
interface RunJson {
  run: { id: string; state: string; reason: string | null; answer_id: string; tokens_out: number };
}

async function call<T>(server: ServerProcess, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(server.url + path, {
    method,
    headers: { accept: "application/json", "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

/** Somebody who watches over all lives of the server, and believes what was seen. */
class Watcher {
  /** Text seen, by part. */
  readonly texts = new Map<string, string>();
  readonly states = new Map<string, string>();
  last = 0;
  private reader: EventReader | null = null;
  private reading: Promise<void> = Promise.resolve();

  async watch(server: ServerProcess, session: string): Promise<void> {
    this.reader = await EventReader.open(`${server.url}/stream?as=json&session=${session}&since=${this.last}`);
    this.reading = this.follow(this.reader);
  }

  private async follow(reader: EventReader): Promise<void> {
    for (;;) {
      const frame = await reader.nextFrame().catch(() => undefined);
      if (frame === null) return;
      expect(frame?.event).not.toBe("reset");
      if (!frame || frame.event === "hello" || frame.event === "heartbeat") continue;
      this.see(JSON.parse(frame.data));
    }
  }

  private see(event: JournalEvent): void {
    expect(event.seq).toBeGreaterThan(this.last);
    this.last = event.seq;
    if (event.kind === "run.changed") this.states.set(event.payload.run_id, event.payload.state);
    if (event.kind !== "part.delta") return;
    const { part_id, offset, text } = event.payload;
    const seen = this.texts.get(part_id) ?? "";
    expect(offset).toBe(seen.length);
    this.texts.set(part_id, seen + text);
  }

  /** Reads to the end of what the dead server had sent. */
  async ended(): Promise<void> {
    await this.reading;
  }
}

const SCRIPT =
  "[[slow:2]][[think:I think about it, word by word by word.]][[say:First a few words, then two calls.]]" +
  '[[tool:list_dir {"path":"."}]][[tool:grep {"pattern":"claim"}]][[next:{{slow:2}}{{tokens:400}}]]';

/** No call that wrote this much was counted as less. */
const CHARS_PER_TOKEN_MAX = 8;

for (const seed of seeds([])) {
  test(`killed at ten moments, with a watcher and a queue (SEED=${seed})`, async () => {
    const random = new Seeded(seed);
    await using llm = await fakeLlm();
    await using repo = await tempRepo({ files: { "src/claim.ts": "export const claim = 1;\n" } });
    const database = await testDatabase();
    const options = { home: repo.root, llm, database };
    let server = await startServer(options);
    const { project } = await call<{ project: { id: string } }>(server, "POST", "/projects", { path: repo.root });
    const made = await call<{ session: { id: string }; chat: { id: string } }>(
      server,
      "POST",
      `/projects/${project.id}/sessions`,
      {},
    );
    const [session, chat] = [made.session.id, made.chat.id];
    const watcher = new Watcher();
    await watcher.watch(server, session);
    const asked: string[] = [];
    for (let kills = 0; kills < 10; kills++) {
      llm.set(SCRIPT);
      const { run } = await call<RunJson>(server, "POST", `/chats/${chat}/messages`, { text: `question ${kills}` });
      asked.push(run.id);
      const queued = random.chance(0.4)
        ? (await call<RunJson>(server, "POST", `/chats/${chat}/messages`, { text: "queued" })).run
        : null;
      if (random.chance(0.9)) await until(() => watcher.texts.size > 0 && watcher.states.get(run.id) === "running");
      await Bun.sleep(random.int(0, 350));
      expect(await server.end("SIGKILL")).toBe(null);
      await watcher.ended();

      llm.set("[[say:after the restart]]");
      server = await startServer(options);
      await watcher.watch(server, session);
      await until(async () => {
        const now = await call<ChatJson>(server, "GET", `/chats/${chat}`);
        return now.live === null && now.queue.length === 0;
      });
      const state = (await call<RunJson>(server, "GET", `/runs/${run.id}`)).run;
      // Killed before it was claimed, it was still queued and went on by itself.
      expect(["interrupted", "completed"]).toContain(state.state);
      if (queued) expect((await call<RunJson>(server, "GET", `/runs/${queued.id}`)).run.state).toBe("completed");
      const { messages } = await call<ChatJson>(server, "GET", `/chats/${chat}`);
      const parts = new Map(messages.flatMap((m) => m.parts).map((p) => [p.id, p]));
      for (const part of parts.values()) expect(part.state).not.toBe("open");
      for (const [id, seen] of watcher.texts) {
        const part = parts.get(id);
        // Older answers are outside of the window that is read here; they were looked at before.
        if (part) expect(part.text.startsWith(seen)).toBe(true);
      }
      if (state.state === "interrupted") {
        const written = messages.find((m) => m.id === state.answer_id)?.parts.filter((p) => p.kind !== "tool") ?? [];
        expect(state.tokens_out).toBeGreaterThanOrEqual(
          written.reduce((n, p) => n + p.text.length, 0) / CHARS_PER_TOKEN_MAX,
        );
      }
      if (state.state !== "interrupted" || queued) continue;
      expect(state.reason).toBe("restart");
      const { run: next } = await call<RunJson>(server, "POST", `/runs/${run.id}/continuation`, {});
      await until(async () => (await call<RunJson>(server, "GET", `/runs/${next.id}`)).run.state === "completed");
    }
    await until(() => asked.every((id) => ["interrupted", "completed"].includes(watcher.states.get(id) ?? "")));
    expect(asked.filter((id) => watcher.states.get(id) === "interrupted").length).toBeGreaterThan(4);
    await server.end("SIGTERM");
    await database.drop();
  }, 60_000);
}

test("SIGTERM in the middle: the run is interrupted, the program ends with 0, no child is left", async () => {
  await using llm = await fakeLlm();
  await using repo = await tempRepo({ files: { "a.txt": "a\n" } });
  const database = await testDatabase();
  const options = { home: repo.root, llm, database };
  let server = await startServer(options);
  const { project } = await call<{ project: { id: string } }>(server, "POST", "/projects", { path: repo.root });
  const made = await call<{ session: { id: string }; chat: { id: string } }>(
    server,
    "POST",
    `/projects/${project.id}/sessions`,
    {},
  );
  // One chat streams; in another git waits for ever, for its index is a pipe that nobody writes to.
  const { run } = await call<RunJson>(server, "POST", `/chats/${made.chat.id}/messages`, {
    text: "[[slow:5]][[tokens:9000]]",
  });
  const { chat: other } = await call<{ chat: { id: string } }>(
    server,
    "POST",
    `/sessions/${made.session.id}/chats`,
    {},
  );
  mkfifo(`${repo.root}/.git/index`);
  const stuck = await call<RunJson>(server, "POST", `/chats/${other.id}/messages`, { text: "[[tool:git_status {}]]" });
  const children = await until(() => {
    const found = descendantsOf(server.pid);
    return found.some((pid) => commandOf(pid).startsWith("git\0")) ? found : null;
  });
  await until(async () =>
    (await call<ChatJson>(server, "GET", `/chats/${made.chat.id}`)).messages[1]?.parts[0]?.text.includes("tok9 "),
  );
  expect(await server.end("SIGTERM")).toBe(0);
  for (const child of children) await until(() => !isAlive(child));
  expect(server.output()).not.toContain('"level":"error"');

  server = await startServer(options);
  for (const id of [run.id, stuck.run.id])
    expect((await call<RunJson>(server, "GET", `/runs/${id}`)).run).toMatchObject({
      state: "interrupted",
      reason: "restart",
    });
  const { messages } = await call<ChatJson>(server, "GET", `/chats/${made.chat.id}`);
  expect(messages[1]!.parts[0]).toMatchObject({ kind: "text", state: "cancelled" });
  const { text } = messages[1]!.parts[0]!;
  expect(text).toStartWith("tok0 tok1 ");
  const stopped = (await call<RunJson>(server, "GET", `/runs/${run.id}`)).run;
  expect(stopped.tokens_out).toBeGreaterThanOrEqual(text.length / CHARS_PER_TOKEN_MAX);
  expect(await server.end("SIGINT")).toBe(0);
  await database.drop();
}, 30_000);
