/** Our tmux server against the real program: what it tells, what it forgets, and that it is nobody's but ours. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { openPty } from "../../src/drivers/pty.ts";
import { foregroundOf, listPanes } from "../../src/drivers/tmux/panes.ts";
import { environment, Tmux } from "../../src/drivers/tmux/server.ts";
import { openWait } from "../../src/drivers/tmux/wait.ts";
import { type TempDir, tempDir } from "../support/repo.ts";
import { endTmuxWithUs, plainShell } from "../support/terminal.ts";
import { until } from "../support/until.ts";

const BUSY_MS = 15_000;
let home: TempDir;
let tmux: Tmux;
beforeAll(async () => {
  home = await tempDir();
  endTmuxWithUs(home.root);
  tmux = new Tmux(home.root);
});
afterAll(async () => {
  await tmux.killServer();
  await home[Symbol.asyncDispose]();
});

const start = (id: string, argv = [plainShell(home.root)], env: Record<string, string> = {}) =>
  tmux.start({ id, cwd: home.root, argv, env, cols: 80, rows: 24, history_lines: 1_000 });
const pane = async (id: string) => (await listPanes(tmux))?.find((p) => p.id === id) ?? null;

test("its configuration is understood without a word", async () => {
  await start("conf");
  const { code, stderr } = await tmux.run(["source-file", join(home.root, "tmux/tmux.conf")]);
  expect([code, stderr]).toEqual([0, ""]);
  const { stdout } = await tmux.run(["show-options", "-g"]);
  expect(stdout).toContain("prefix None");
  const keys = await tmux.run(["list-keys", "-T", "root"]);
  expect(keys.stdout.split("\n").filter((key) => !/Wheel|Mouse|S-PPage/.test(key) && key !== "")).toEqual([]);
});

test("what runs in the foreground is told, and how it ended, by whoever waits", async () => {
  await start("fore");
  await until(async () => (await tmux.screen("fore"))?.includes("ready>"), BUSY_MS);
  const { pid } = (await pane("fore"))!;
  expect(await foregroundOf(pid)).toBeNull();
  await tmux.paste("fore", "sleep 1000");
  await tmux.press("fore", "Enter");
  await until(async () => (await foregroundOf(pid)) === "sleep 1000", BUSY_MS);
  const wait = openWait(tmux);
  await tmux.press("fore", "C-c");
  await tmux.paste("fore", "exit 9");
  await tmux.press("fore", "Enter");
  // Looked at first: who looks wakes a tmux that slept through the end of a child.
  await until(async () => (await pane("fore"))?.exit_code === 9, BUSY_MS);
  expect(await wait.ended).toBe(true);
  expect(await pane("fore")).toMatchObject({ dead: true, exit_signal: null });
  await tmux.restart({
    id: "fore",
    cwd: home.root,
    argv: ["/bin/sh", "-c", "kill -9 $$"],
    env: {},
    cols: 80,
    rows: 24,
    history_lines: 10,
  });
  await until(async () => (await pane("fore"))?.exit_signal, BUSY_MS);
  expect(await pane("fore")).toMatchObject({ dead: true, exit_code: null, exit_signal: "SIGKILL" });
});

test("questions go to one client that stays, say the same, and go on without it", async () => {
  await start("kept");
  await start("other");
  for (const id of ["kept", "other"]) await until(async () => (await tmux.screen(id))?.includes("ready>"), BUSY_MS);
  const byProcess = await listPanes(tmux);
  tmux.follow("kept");
  const fields = '#{session_name}: it\'s \\ "$HOME" ; ~ #{pane_width}';
  const asked = () => tmux.ask(["display-message", "-p", "-t", "=bc-kept:", fields]);
  const clients = async () => (await tmux.run(["list-clients", "-F", "#{client_control_mode}"])).stdout;
  await until(async () => (await clients()) === "1\n", BUSY_MS);
  expect(await listPanes(tmux)).toEqual(byProcess);
  // Several at once are answered in their order, an error is that command's alone.
  const [first, wrong, last] = await Promise.all([asked(), tmux.ask(["kill-pane", "-t", "=nowhere:"]), asked()]);
  expect(first.stdout.trimEnd()).toBe('bc-kept: it\'s \\ "$HOME" ; ~ 80');
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("nowhere") });
  expect(last).toEqual(first);
  // It does not count as a viewer, nor for the size.
  expect(await pane("kept")).toMatchObject({ viewers: 0, cols: 80, rows: 24 });
  // The terminal that it is attached to ends: the others are told of all the same.
  await tmux.kill("kept");
  await until(async () => (await clients()) === "", BUSY_MS);
  expect((await listPanes(tmux))?.map(({ id }) => id)).not.toContain("kept");
  expect(await pane("other")).toMatchObject({ dead: false });
  tmux.follow("other");
  await until(async () => (await clients()) === "1\n", BUSY_MS);
  await tmux.unfollow();
  await until(async () => (await clients()) === "", BUSY_MS);
  expect(await pane("other")).toMatchObject({ dead: false });
});

test("one word is a program, not a line for a shell; the environment is the given one", async () => {
  const odd = join(home.root, "odd name; touch made");
  await Bun.write(odd, '#!/bin/sh\necho "at-$0-$GIVEN-${SECRET:-none}"; sleep 1000\n');
  chmodSync(odd, 0o755);
  process.env.SECRET = "hunter2";
  await start("odd", [odd], { GIVEN: "a b" }).finally(() => delete process.env.SECRET);
  await until(async () => (await tmux.screen("odd"))?.includes("a b-none"), BUSY_MS);
  expect(await Bun.file(join(home.root, "made")).exists()).toBe(false);
});

test("a Ctrl C that is typed while an attach client starts reaches the program", async () => {
  await start("early", ["/bin/sh", "-c", 'trap "echo caught; exit 0" INT; echo waiting; while :; do sleep 0.1; done']);
  await until(async () => (await tmux.screen("early"))?.includes("waiting"), BUSY_MS);
  const left = Promise.withResolvers<void>();
  const pty = openPty({
    argv: tmux.attachArgv("early", false),
    cwd: "/",
    env: { ...environment(), TERM: "xterm-256color" },
    cols: 80,
    rows: 24,
    onData: () => {},
    onExit: () => left.resolve(),
  });
  pty.write(new Uint8Array([3]));
  await until(async () => (await tmux.screen("early"))?.includes("caught"), BUSY_MS);
  pty.close();
  await left.promise;
});

test("a directory that is too deep for a socket has it elsewhere, and two homes have two servers", async () => {
  const deep = join(home.root, "d".repeat(120));
  mkdirSync(deep);
  const far = new Tmux(deep);
  expect(Buffer.byteLength(far.socket)).toBeLessThan(104);
  expect(far.socket).not.toStartWith(deep);
  await far.start({
    id: "far",
    cwd: deep,
    argv: [plainShell(home.root)],
    env: {},
    cols: 80,
    rows: 24,
    history_lines: 10,
  });
  expect(await far.ids()).toEqual(["far"]);
  expect(await tmux.ids()).not.toContain("far");
  await far.killServer();
  expect(await far.ids()).toEqual([]);
  rmSync(dirname(far.socket), { recursive: true });
});

test("whoever waits learns that the server is gone", async () => {
  await start("last");
  const wait = openWait(tmux);
  await tmux.killServer();
  // A server that is on its way out may answer once more.
  if (await wait.ended) await until(async () => !(await openWait(tmux).ended), BUSY_MS);
  expect(await listPanes(tmux)).toBeNull();
});
