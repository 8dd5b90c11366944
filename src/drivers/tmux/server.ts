/**
 * BooCode's own tmux server: a socket and a configuration per data directory, one tmux session per terminal (`bc-<id>`).
 * It starts with the first terminal, ends with the last, and outlives us: nothing here ends it but `kill`.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment, type Finished, runCommand } from "../proc.ts";
import { Refusal } from "../refusal.ts";
import { CHANNEL, tmuxConfig } from "./config.ts";
import { Control } from "./control.ts";
import { type TmuxPlaces, tmuxPlaces } from "./places.ts";

const TIMEOUT_MS = 10_000;
const OUTPUT_LIMIT_BYTES = 1_000_000;
/** A whole history: the most lines that the settings allow, at a usual width. */
const HISTORY_LIMIT_BYTES = 64_000_000;

/** What a person's shell may see of our environment, beside what every child gets. No BOOCODE_ setting, no secret. */
const SHELL_ENVIRONMENT =
  /^(SHELL|LC_\w+|LANGUAGE|SSH_AUTH_SOCK|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|EDITOR|VISUAL|PAGER|BROWSER|MANPATH|INFOPATH)$/;

export interface StartTerminal {
  id: string;
  cwd: string;
  argv: readonly string[];
  /** Added to the environment of what runs in it. */
  env: Record<string, string>;
  cols: number;
  rows: number;
  /** Lines of scrollback. */
  history_lines: number;
}

export class Tmux {
  private readonly places: TmuxPlaces;
  private readonly term: string;
  /** By its path: the PATH of a terminal's settings need not lead to it. */
  private readonly program = Bun.which("tmux") ?? "tmux";
  private control: Control | null = null;

  /** Writes the configuration; a server that runs already reads it at `reload`. */
  constructor(home: string) {
    this.places = tmuxPlaces(home);
    this.term = hasTerminfo("tmux-256color") ? "tmux-256color" : "screen-256color";
    writeFileSync(this.places.config, tmuxConfig({ history_lines: 50_000, term: this.term }), { mode: 0o600 });
  }

  /** False where no terminal was ever opened: then there is nothing to ask tmux about. */
  static wasUsed(home: string): boolean {
    return existsSync(join(home, "tmux"));
  }

  get socket(): string {
    return this.places.socket;
  }

  /** Runs one tmux command against the server; `code` is not 0 when it, the session or the pane is not there. */
  async run(
    args: readonly string[],
    more: { stdin?: string; limit_bytes?: number; env?: Record<string, string> } = {},
  ): Promise<Finished> {
    return runCommand({
      argv: this.argv(args),
      cwd: "/",
      env: { ...environment(), ...more.env },
      ...(more.stdin !== undefined && { stdin: more.stdin }),
      timeout_ms: TIMEOUT_MS,
      stdout_limit_bytes: more.limit_bytes ?? OUTPUT_LIMIT_BYTES,
    });
  }

  /** As `run`, but of the client that stays where there is one: a question then costs no process. */
  async ask(
    args: readonly string[],
    more: { limit_bytes?: number } = {},
  ): Promise<Pick<Finished, "code" | "stdout" | "stderr">> {
    const answer = await this.control?.ask(args.map(quoted).join(" "));
    if (!answer) return this.run(args, more);
    return answer.ok ? { code: 0, stdout: answer.text, stderr: "" } : { code: 1, stdout: "", stderr: answer.text };
  }

  /** Keeps a client for questions, attached to this terminal: with one of its own, our server would outlive its last. */
  follow(id: string): void {
    if (this.control && !this.control.ended) return;
    this.control = new Control(this.argv(["-C", ...attachTo(id, ["no-output", "ignore-size"])]), environment());
  }

  async unfollow(): Promise<void> {
    const control = this.control;
    this.control = null;
    await control?.close();
  }

  /** For programs that run on: the attach client of a viewer, the waiting watcher. */
  argv(args: readonly string[]): [string, ...string[]] {
    return [this.program, "-u", "-S", this.places.socket, "-f", this.places.config, ...args];
  }

  /** An onlooker does not count for the size of the window, until `letCount`. */
  attachArgv(id: string, onlooker: boolean): [string, ...string[]] {
    return this.argv(attachTo(id, onlooker ? ["ignore-size"] : []));
  }

  /** From now on the attach client with this process id counts for the size of its window. */
  async letCount(pid: number): Promise<void> {
    const { stdout } = await this.run(["list-clients", "-F", "#{client_pid} #{client_name}"]);
    const name = stdout
      .split("\n")
      .find((line) => line.startsWith(`${pid} `))
      ?.slice(`${pid} `.length);
    if (name) await this.run(["refresh-client", "-t", name, "-f", "!ignore-size"]);
  }

  /** Ends when something happened in the server (config.ts says what), or when it is gone. */
  waitArgv(): [string, ...string[]] {
    return this.argv(["wait-for", CHANNEL]);
  }

  /** True when a server of ours answers; it then runs by today's configuration. */
  async reload(): Promise<boolean> {
    if (!existsSync(this.places.socket)) return false;
    return (await this.run(["source-file", "-q", this.places.config])).code === 0;
  }

  /** Terminals that the server has; none when there is none. */
  async ids(): Promise<string[]> {
    if (!existsSync(this.places.socket)) return [];
    const { code, stdout } = await this.run(["list-sessions", "-F", "#{session_name}"]);
    return code === 0 ? stdout.split("\n").flatMap((name) => idOf(name) ?? []) : [];
  }

  /** Throws Refusal when tmux is missing or does not take it (a directory that is gone, a shell that does not exist). */
  async start(t: StartTerminal): Promise<void> {
    const history = ["set-option", "-g", "history-limit", String(t.history_lines)];
    const size = ["-x", String(t.cols), "-y", String(t.rows)];
    const session = ["new-session", "-d", "-s", nameOf(t.id), ...size, ...this.what(t)];
    const { code, stderr } = await this.run(["start-server", ";", ...history, ";", ...session], pathOf(t));
    if (code !== 0) throw refused(stderr);
  }

  /** The same terminal with a fresh process; its scrollback stays where tmux still has it. */
  async restart(t: StartTerminal): Promise<void> {
    const args = ["respawn-pane", "-k", "-t", paneOf(t.id), ...this.what(t)];
    const again = await this.run(args, pathOf(t)).catch(() => null);
    if (again?.code !== 0) await this.start(t);
  }

  async kill(id: string): Promise<void> {
    await this.run(["kill-session", "-t", `=${nameOf(id)}`]);
  }

  /** Its screen and scrollback as text, wrapped lines joined, oldest first; null when tmux does not have it. */
  async history(id: string): Promise<string | null> {
    const taken = await this.run(["capture-pane", "-p", "-J", "-S", "-", "-t", paneOf(id)], {
      limit_bytes: HISTORY_LIMIT_BYTES,
    });
    if (taken.code !== 0 && !taken.truncated) return null;
    return `${taken.stdout.replace(/[ \t]+$/gm, "").replace(/\n+$/, "")}\n`;
  }

  /** The screen alone. */
  async screen(id: string): Promise<string | null> {
    const { code, stdout } = await this.run(["capture-pane", "-p", "-t", paneOf(id)]);
    return code === 0 ? stdout.replace(/\s+$/, "\n") : null;
  }

  /** Goes to the next place with `text` in the scrollback, older ones or newer ones; every viewer sees it. */
  async find(id: string, text: string, back: boolean): Promise<void> {
    const pane = paneOf(id);
    const command = back ? "search-backward-text" : "search-forward-text";
    await this.run(["copy-mode", "-t", pane, ";", "send-keys", "-t", pane, "-X", command, text]);
  }

  /** tmux sometimes sleeps through the end of a child of its own; another one that ends wakes it, and it collects both. */
  async collectExits(): Promise<void> {
    await this.run(["run-shell", "-b", "true"]);
  }

  async toEnd(id: string): Promise<void> {
    await this.run(["send-keys", "-t", paneOf(id), "-X", "cancel"]);
  }

  /** Forgets the scrollback and has the program draw its screen anew. */
  async clear(id: string): Promise<void> {
    const pane = paneOf(id);
    await this.run(["send-keys", "-t", pane, "-X", "cancel"]);
    await this.run(["send-keys", "-t", pane, "C-l", ";", "clear-history", "-t", pane]);
  }

  /** Forgets screen and scrollback; nothing is drawn anew. */
  async forget(id: string): Promise<void> {
    const pane = paneOf(id);
    await this.run(["send-keys", "-R", "-t", pane, ";", "clear-history", "-t", pane]);
  }

  /** Types text as if it were pasted. */
  async paste(id: string, text: string): Promise<void> {
    const buffer = `in-${id}`;
    const { code } = await this.run(
      ["load-buffer", "-b", buffer, "-", ";", "paste-buffer", "-p", "-d", "-b", buffer, "-t", paneOf(id)],
      { stdin: text },
    );
    if (code !== 0) throw new Refusal("unavailable", "terminal is gone", "tmux does not have this terminal any more.");
  }

  /** A key by its tmux name: "Enter", "C-c". */
  async press(id: string, key: string): Promise<void> {
    await this.run(["send-keys", "-t", paneOf(id), key]);
  }

  /** Only for tests: the server belongs to the terminals, not to us. */
  async killServer(): Promise<void> {
    await this.run(["kill-server"]);
  }

  private what({ cwd, env, argv }: StartTerminal): string[] {
    const pairs = Object.entries({ ...environment(), ...env, COLORTERM: "truecolor" });
    // One word would be a line for a shell; two are a program and its argument.
    const words = argv.length === 1 ? ["/usr/bin/env", ...argv] : argv;
    return ["-c", cwd, ...pairs.flatMap(([k, v]) => ["-e", `${k}=${v}`]), "--", ...words];
  }
}

/** tmux gives a new program the PATH of the client that asks for it, whatever `-e` says. */
const pathOf = ({ env }: StartTerminal) => (env.PATH === undefined ? {} : { env: { PATH: env.PATH } });

/** `-N`: to attach starts no server. One that has nothing to attach to would end at once, and take with it who comes then. */
const attachTo = (id: string, flags: readonly string[]): string[] => [
  "-N",
  "attach-session",
  ...(flags.length > 0 ? ["-f", flags.join(",")] : []),
  "-t",
  `=${nameOf(id)}`,
];

/** A word of a tmux command line. */
const quoted = (word: string): string => (/^[\w-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

export const nameOf = (id: string): string => `bc-${id}`;
/** Null for a tmux session that is not one of ours. */
export const idOf = (name: string): string | null => /^bc-([0-9a-z]{1,40})$/.exec(name)?.[1] ?? null;
export const paneOf = (id: string): string => `=${nameOf(id)}:`;

/** What terminals see of our environment; without a UTF-8 locale they get one. */
export function environment(): Record<string, string> {
  const env = childEnvironment();
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && SHELL_ENVIRONMENT.test(name)) env[name] = value;
  if (!/utf-?8/i.test(env.LC_ALL ?? env.LC_CTYPE ?? env.LANG ?? "")) {
    delete env.LC_ALL;
    env.LANG = "C.UTF-8";
  }
  return env;
}

function hasTerminfo(name: string): boolean {
  try {
    return Bun.spawnSync(["infocmp", name], { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
  } catch {
    return false;
  }
}

function refused(stderr: string): Refusal {
  const said = stderr.trim().split("\n")[0] ?? "";
  return new Refusal(
    "unavailable",
    "terminal did not start",
    `The terminal did not start: ${said || "tmux gave no reason"}.`,
  );
}
