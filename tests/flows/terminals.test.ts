/** Terminals through the whole program: opened, typed in, watched by two, started again, ended; and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { TerminalNow } from "../../src/domain/terminal.ts";
import { Tmux } from "../../src/drivers/tmux/server.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { testDatabase } from "../support/database.ts";
import { tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { endTmuxWithUs, openSocket, plainShell } from "../support/terminal.ts";
import { until } from "../support/until.ts";

let boo: TestApp;
let session: string;
const BUSY_MS = 15_000;
const shellIn = (directory: string) => ({ terminal_shell: plainShell(directory), terminal_env: "MINE=yes" });

beforeAll(async () => {
  boo = await testApp();
  endTmuxWithUs(boo.config.home);
  await boo.send("PATCH", "/settings", shellIn(boo.repo.root));
  ({ session } = await boo.chat());
});
afterAll(() => boo[Symbol.asyncDispose]());

const open = async (body: unknown = {}) =>
  (await boo.send<{ terminal: TerminalNow }>("POST", `/sessions/${session}/terminals`, body)).terminal;
const read = async (id: string) => (await boo.get<{ terminal: TerminalNow }>(`/terminals/${id}`)).terminal;
const screen = (id: string) => new Tmux(boo.config.home).screen(id);
const shows = (id: string, text: string) =>
  until(async () => (await screen(id))?.includes(text), BUSY_MS).catch(async () =>
    expect(await screen(id)).toContain(text),
  );
const status = async (path: string, init: RequestInit = {}) => (await fetch(boo.url + path, init)).status;
const json = { accept: "application/json", "content-type": "application/json" };

describe("a terminal", () => {
  test("starts in the project with the settings' environment and none of ours, and has a tab", async () => {
    const terminal = await open({ name: "first" });
    expect(terminal).toMatchObject({ state: "open", name: "first", directory: boo.repo.root, exit_code: null });
    await using socket = await openSocket(boo.url, terminal.id);
    await socket.sees("ready>");
    socket.type('echo "[$PWD|$MINE|$TERM|$DATABASE_URL|$BOOCODE_HOME|$BOOCODE_TERMINAL]"\r');
    await shows(terminal.id, `[${boo.repo.root}|yes|tmux-256color|||${terminal.id}]`);
    const { layout } = await boo.get<{ layout: unknown }>(`/sessions/${session}/layout`);
    expect(JSON.stringify(layout)).toContain(`{"kind":"terminal","terminal_id":"${terminal.id}"}`);
    const { events } = await boo
      .get<{ terminals: TerminalNow[] }>(`/sessions/${session}/terminals`)
      .then(({ terminals }) => ({ events: terminals.map((t) => t.number) }));
    expect(events).toContain(terminal.number);
  });

  test("waits for the first size, shows two viewers the same, and has the size of who typed last", async () => {
    const { id } = await open();
    await using first = await openSocket(boo.url, id, { size: null });
    await until(() => first.said.length > 0);
    expect(first.said.some((message) => "attached" in message)).toBe(false);
    expect(first.bytes()).toBe(0);
    first.say({ cols: 90, rows: 25 });
    await first.sees("ready>");
    await using second = await openSocket(boo.url, id, { size: { cols: 44, rows: 18 } });
    await second.sees("ready>");
    // Looking on does not make it smaller; typing does.
    second.type("\x1b[I\x1b[>0;276;0c");
    await until(async () => (await read(id)).live?.viewers === 2, BUSY_MS);
    expect((await read(id)).live?.cols).toBe(90);
    second.type("echo by-$((40+2))\r");
    await first.sees("by-42");
    await second.sees("by-42");
    await until(async () => (await read(id)).live?.cols === 44, BUSY_MS);
    first.type("\r");
    await until(async () => (await read(id)).live?.cols === 90, BUSY_MS);
    // A screen that becomes smaller, or larger, while it looks on.
    for (const [cols, rows] of [
      [70, 20],
      [120, 40],
    ]) {
      first.say({ cols, rows });
      await until(async () => (await read(id)).live?.cols === cols, BUSY_MS);
      first.type(`until [ "$(stty size)" = "${rows} ${cols}" ]; do sleep 0.1; done; echo fits-${cols}-$((1+1))\r`);
      await shows(id, `fits-${cols}-2`);
    }
  });

  test("says what runs, asks before it ends that, and shows how it exited; a restart brings it back", async () => {
    const terminal = await open();
    const { id } = terminal;
    await using socket = await openSocket(boo.url, id);
    await socket.sees("ready>");
    socket.type("sleep 1000\r");
    await until(async () => (await read(id)).live?.running === "sleep 1000", BUSY_MS);
    expect((await read(id)).command).toBe("sleep 1000");
    for (const [method, path] of [
      ["DELETE", `/terminals/${id}`],
      ["POST", `/terminals/${id}/restarts`],
    ] as const) {
      const refused = await fetch(boo.url + path, { method, headers: json, ...(method === "POST" && { body: "{}" }) });
      expect(refused.status).toBe(409);
      expect(await refused.json()).toMatchObject({ error: { code: "conflict", current: { running: "sleep 1000" } } });
    }
    // The page asks in words, with a form that does it all the same.
    const asked = await fetch(`${boo.url}/terminals/${id}/removal`, {
      method: "POST",
      headers: { accept: "text/html", origin: boo.url, "content-type": "application/x-www-form-urlencoded" },
    });
    expect(asked.status).toBe(409);
    expect(await asked.text()).toMatch(/sleep 1000.*is running in.*name="force" value="1"/s);
    socket.type("\x03exit 7\r");
    await until(async () => (await read(id)).state === "exited", BUSY_MS);
    expect(await read(id)).toMatchObject({ exit_code: 7, exit_signal: null, live: null });
    await until(() => socket.said.some((m) => (m.terminal as TerminalNow)?.state === "exited"), BUSY_MS);
    const again = await boo.send<{ terminal: TerminalNow }>("POST", `/terminals/${id}/restarts`, {});
    expect(again.terminal).toMatchObject({ state: "open", exit_code: null, number: terminal.number });
    socket.type("echo back-$((1+1))\r");
    await shows(id, "back-2");
  });

  test("is ended for good: its viewers are told, its tab goes, its shell is gone", async () => {
    const { id } = await open();
    await using socket = await openSocket(boo.url, id);
    await socket.sees("ready>");
    await boo.send("DELETE", `/terminals/${id}`);
    expect((await socket.closed).code).toBe(4404);
    expect(await status(`/terminals/${id}`, { headers: json })).toBe(404);
    expect(await screen(id)).toBeNull();
    const { layout } = await boo.get<{ layout: unknown }>(`/sessions/${session}/layout`);
    expect(JSON.stringify(layout)).not.toContain(id);
    await expect(openSocket(boo.url, id)).rejects.toThrow("refused");
  });

  test("keeps its scrollback: found, gone to, downloaded, cleared; any key returns to the end", async () => {
    const { id } = await open();
    await using socket = await openSocket(boo.url, id);
    await socket.sees("ready>");
    socket.type("seq 1 500; echo needle-`echo 9`; seq 501 1000; echo done-$((1+1))\r");
    await shows(id, "done-2");
    const found = await boo.get<{ total: number; hits: { text: string }[] }>(
      `/terminals/${id}/scrollback?text=NEEDLE-9`,
    );
    expect(found).toMatchObject({ total: 1, hits: [{ text: "needle-9" }] });
    await boo.send("POST", `/terminals/${id}/searches`, { text: "needle-9" });
    await until(async () => (await read(id)).live?.scrolled, BUSY_MS);
    await socket.sees(/needle-9[\s\S]*501/);
    socket.type("echo typed-$((2+2))\r");
    await shows(id, "typed-4");
    expect((await read(id)).live?.scrolled).toBe(false);
    const file = await fetch(`${boo.url}/terminals/${id}/file`);
    expect(file.headers.get("content-disposition")).toStartWith("attachment");
    expect((await file.text()).split("\n").filter((line) => /^\d+$/.test(line))).toHaveLength(1000);
    await boo.send("POST", `/terminals/${id}/clearings`);
    await until(async () => {
      const { scrollback } = await boo.get<{ scrollback: { lines: number } }>(`/terminals/${id}/scrollback`);
      return scrollback.lines < 40;
    }, BUSY_MS);
  });

  test("opens the files that it names, from where its program is, and none outside the project", async () => {
    const { id } = await open();
    await using socket = await openSocket(boo.url, id);
    await socket.sees("ready>");
    socket.type("cd src\r");
    const openings = (path: string, line?: number) =>
      fetch(`${boo.url}/terminals/${id}/openings`, {
        method: "POST",
        headers: json,
        body: JSON.stringify({ path, line }),
      });
    await until(async () => (await openings("claim.ts", 2)).status === 200, BUSY_MS);
    expect(await (await openings("claim.ts", 2)).json()).toEqual({ path: "src/claim.ts", line: 2 });
    expect(await (await openings("a/src/deliver.ts")).json()).toEqual({ path: "src/deliver.ts", line: null });
    for (const path of ["/etc/passwd", "../../../etc/passwd", "none.ts", "src"])
      expect((await openings(path)).status).toBe(404);
  });
});

describe("refused or bounded", () => {
  test("sockets: foreign pages, unknown terminals, requests that are none", async () => {
    const { id } = await open();
    await expect(openSocket(boo.url, id, { headers: { origin: "http://evil.example" } })).rejects.toThrow("refused");
    await expect(openSocket(boo.url, id, { headers: { host: "evil.example" } })).rejects.toThrow("refused");
    await expect(openSocket(boo.url, id, { headers: { "sec-fetch-site": "cross-site" } })).rejects.toThrow("refused");
    await expect(openSocket(boo.url, "nosuchterminal00")).rejects.toThrow("refused");
    expect(await status(`/terminals/${id}/socket`)).toBe(426);
    await using own = await openSocket(boo.url, id, { headers: { origin: boo.url } });
    await own.sees("ready>");
  });

  test("absurd sizes are answered and left alone; frames that are none end the socket with the reason", async () => {
    const { id } = await open();
    await using socket = await openSocket(boo.url, id, { size: null });
    for (const size of [{ cols: 0, rows: 24 }, { cols: 100_000, rows: 24 }, { cols: 80, rows: "x" }, { cols: 1.5 }])
      socket.say(size);
    socket.say(7);
    socket.say({ nothing: true });
    await until(() => socket.said.filter((m) => "error" in m).length === 6);
    expect(socket.said.some((m) => "attached" in m)).toBe(false);
    socket.say({ cols: 80, rows: 24 });
    await socket.sees("ready>");
    socket.say({ ping: 5 });
    await until(() => socket.said.some((m) => m.pong === "5"));
    for (const frame of ["text", new Uint8Array([9, 1]), new Uint8Array([1, 0xff, 0xfe]), new Uint8Array([])]) {
      await using bad = await openSocket(boo.url, id);
      bad.send(frame);
      expect(await bad.closed).toMatchObject({ code: 4400, reason: expect.stringMatching(/./) });
    }
    await using large = await openSocket(boo.url, id);
    large.send(new Uint8Array(3 * 1024 * 1024));
    expect((await large.closed).code).not.toBe(1000);
    expect(await status("/health")).toBe(200);
  });

  test("a megabyte pasted arrives whole, any bytes do no harm, a flood is cut off with the reason", async () => {
    const { id } = await open();
    await using socket = await openSocket(boo.url, id);
    await socket.sees("ready>");
    socket.type("stty raw -echo; head -c 1000000 | wc -c; stty sane; echo over-$((1+1))\r");
    await until(async () => (await read(id)).live?.running?.startsWith("head"), BUSY_MS);
    socket.type("x".repeat(1_000_000));
    await shows(id, "1000000");
    await shows(id, "over-2");
    socket.type(new Uint8Array([0xff, 0xfe, 0xc3, 0x41, 0x80, 0x0d]));
    await socket.sees(/over-2[\s\S]*not found/);
    socket.type("echo alive-$((1+1))\r");
    await shows(id, "alive-2");
    await using flood = await openSocket(boo.url, id);
    const block = new Uint8Array(512 * 1024).fill(0x20);
    for (let i = 0; i < 40; i++) flood.type(block);
    expect(await flood.closed).toMatchObject({ code: 4400, reason: expect.stringContaining("Too much input") });
  }, 60_000);

  test("titles are text, the clipboard is nobody's, and a hostile name is one line", async () => {
    const { id } = await open();
    await using socket = await openSocket(boo.url, id);
    await socket.sees("ready>");
    socket.type(
      "printf '\\033]2;<script>alert(1)</script>%0200d\\007\\033]52;c;aGFja2Vk\\007\\033kname\\033\\\\'; echo set-$((1+1))\r",
    );
    await shows(id, "set-2");
    await until(async () => (await read(id)).title !== null, BUSY_MS);
    const { title } = await read(id);
    expect(title).toStartWith("<script>alert(1)</script>");
    expect(title!.length).toBe(80);
    expect(socket.output()).not.toContain("\x1b]52;");
    const page = await (await fetch(`${boo.url}/sessions/${session}`, { headers: { accept: "text/html" } })).text();
    expect(page).not.toContain("<script>alert");
    const named = await boo.send<{ terminal: TerminalNow }>("PATCH", `/terminals/${id}`, { name: "a\u202e\n\tb" });
    expect(named.terminal.name).toBe("a b");
  });

  test("settings that make no sense come back with the line that is wrong", async () => {
    for (const [field, value] of [
      ["terminal_shell", "bash"],
      ["terminal_env", "A=1\nnonsense"],
      ["terminal_env", "DATABASE_URL=x"],
      ["terminal_targets", "box -oProxyCommand=evil"],
      ["terminal_targets", "one two three"],
      ["terminal_font_px", 1000],
      ["terminal_scrollback", 0],
    ]) {
      const answer = await fetch(`${boo.url}/settings`, {
        method: "PATCH",
        headers: json,
        body: JSON.stringify({ [field as string]: value }),
      });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ error: { field } });
    }
    await boo.send("PATCH", "/settings", { terminal_shell: "/no/such/shell" });
    const refused = await fetch(`${boo.url}/sessions/${session}/terminals`, { method: "POST", headers: json });
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain("/no/such/shell");
    await boo.send("PATCH", "/settings", shellIn(boo.repo.root));
  });

  test("a reader that does not read is caught up, not waited for", async () => {
    const { id } = await open();
    await using slow = await openSocket(boo.url, id, { size: { cols: 300, rows: 100 } });
    slow.say({ ack: 0 });
    await using quick = await openSocket(boo.url, id);
    await slow.sees("ready>");
    // Without an end: as much as tmux will send.
    quick.type('yes "$(seq 1 40 | tr -d "\\n")"\r');
    await until(() => slow.said.some((m) => "behind" in m), 60_000);
    quick.type("\x03");
    await until(async () => (await read(id)).live?.running === null, 60_000);
    quick.type("\recho end-$((1+1))\r");
    await shows(id, "end-2");
    await quick.sees("end-2");
    const had = slow.bytes();
    expect(had).toBeLessThan(2 * 1024 * 1024);
    slow.say({ ack: had });
    await slow.sees("end-2");
    expect(slow.said.filter((m) => "attached" in m)).toHaveLength(2);
  }, 90_000);
});

describe("terminals outlive", () => {
  test("the server: stopped, killed, started again; and the death of tmux is told", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "a\n" } });
    const database = await testDatabase();
    endTmuxWithUs(repo.root);
    const tmux = new Tmux(repo.root);
    const call = async <T>(base: string, method: string, path: string, body?: unknown) => {
      const answer = await fetch(base + path, {
        method,
        headers: json,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as T;
    };
    const start = () => startServer({ home: repo.root, database });
    try {
      let server = await start();
      await call(server.url, "PATCH", "/settings", shellIn(repo.root));
      const { project } = await call<{ project: { id: string } }>(server.url, "POST", "/projects", { path: repo.root });
      const made = await call<{ session: { id: string } }>(server.url, "POST", `/projects/${project.id}/sessions`, {});
      const one = async () =>
        (await call<{ terminal: TerminalNow }>(server.url, "POST", `/sessions/${made.session.id}/terminals`, {}))
          .terminal;
      const [stays, ends] = [await one(), await one()];
      const seen = async (id: string) =>
        (await call<{ terminal: TerminalNow }>(server.url, "GET", `/terminals/${id}`)).terminal;
      {
        await using socket = await openSocket(server.url, stays.id);
        await socket.sees("ready>");
        socket.type("KEPT=here; sleep 1000\r");
        await until(async () => (await seen(stays.id)).live?.running, BUSY_MS);
        const clients = async () => (await tmux.run(["list-clients", "-F", "#{client_control_mode}"])).stdout;
        expect((await clients()).split("\n").sort()).toEqual(["", "0", "1"]);
        await server.end("SIGKILL");
        // Whoever is left would keep a tmux server from ending.
        await until(async () => (await clients()) === "", BUSY_MS);
      }
      await tmux.run(["send-keys", "-t", `=bc-${ends.id}:`, "exit 5", "Enter"]);
      server = await start();
      expect(await seen(stays.id)).toMatchObject({ state: "open", live: { running: "sleep 1000" } });
      await until(async () => (await seen(ends.id)).state === "exited", BUSY_MS);
      expect((await seen(ends.id)).exit_code).toBe(5);
      {
        await using socket = await openSocket(server.url, stays.id);
        await socket.sees("sleep 1000");
        await server.end("SIGTERM");
        expect((await socket.closed).code).toBe(1001);
      }
      server = await start();
      {
        await using socket = await openSocket(server.url, stays.id);
        socket.type("\x03echo $KEPT-$((1+1))\r");
        await socket.sees("here-2");
        await tmux.killServer();
        await until(() => socket.said.some((m) => (m.terminal as TerminalNow)?.state === "exited"), BUSY_MS);
        expect(await seen(stays.id)).toMatchObject({ state: "exited", exit_code: null, live: null });
        const again = await call<{ terminal?: TerminalNow }>(server.url, "POST", `/terminals/${stays.id}/restarts`, {});
        expect(again).toMatchObject({ terminal: { state: "open" } });
        await until(() => socket.said.filter((m) => "attached" in m).length >= 2, BUSY_MS);
        socket.type("echo again-$((1+1))\r");
        await socket.sees("again-2");
      }
      // Deleting the session ends what is left of it.
      await fetch(`${server.url}/sessions/${made.session.id}?force=1`, { method: "DELETE" });
      await until(async () => (await tmux.ids()).length === 0, BUSY_MS);
      await server.end("SIGTERM");
    } finally {
      await tmux.killServer();
      await database.drop();
    }
  }, 90_000);
});
