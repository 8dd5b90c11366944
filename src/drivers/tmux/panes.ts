/** What runs in our tmux server right now. */
import { readFile } from "node:fs/promises";
import { runCommand } from "../proc.ts";
import { Refusal } from "../refusal.ts";
import { idOf, type Tmux } from "./server.ts";

/** One terminal as tmux has it. */
export interface PaneFacts {
  id: string;
  dead: boolean;
  exit_code: number | null;
  exit_signal: string | null;
  pid: number;
  title: string;
  viewers: number;
  output_at: Date | null;
  cols: number;
  rows: number;
  mouse: boolean;
  scrolled: boolean;
  cwd: string;
}

const FIELDS = [
  "session_name",
  "pane_dead",
  "pane_dead_status",
  "pane_dead_signal",
  "pane_pid",
  "session_attached_list",
  "window_activity",
  "window_width",
  "window_height",
  "mouse_any_flag",
  "pane_in_mode",
  "host",
  "pane_current_path",
  "pane_title",
] as const;
/** tmux prints control characters of titles and paths escaped, so that none of them holds one of these. */
const BETWEEN = "\t";
const SIGNALS: Record<number, string> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  6: "SIGABRT",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  15: "SIGTERM",
};
const LIMIT_BYTES = 4_000_000;

/** tmux says so when there is nobody to ask. Whatever else goes wrong says nothing about terminals. */
const NO_SERVER = /no server running|error connecting|no sessions|no current|server exited|lost server/i;

/** Null when there is no server. Throws Refusal when it does not answer: a busy server is not a dead one. */
export async function listPanes(tmux: Tmux): Promise<PaneFacts[] | null> {
  const format = FIELDS.map((field) => `#{${field}}`).join(BETWEEN);
  const { code, stdout, stderr } = await tmux.ask(["list-panes", "-a", "-F", format], { limit_bytes: LIMIT_BYTES });
  if (code !== 0 && NO_SERVER.test(stderr)) return null;
  if (code !== 0)
    throw new Refusal(
      "unavailable",
      "tmux does not answer",
      "tmux does not answer right now; terminals go on. Try again.",
    );
  const panes = stdout.split("\n").flatMap((line) => paneOfLine(line) ?? []);
  // The next look finds how they ended.
  if (panes.some((p) => p.dead && p.exit_code === null && p.exit_signal === null)) await tmux.collectExits();
  return panes;
}

/** A client is called by its terminal's device; one in control mode has none, shows nothing, and is ours. */
const isTerminal = (client: string): boolean => client.startsWith("/");

function paneOfLine(line: string): PaneFacts | null {
  const [name = "", dead, status, signal, pid, attached, activity, width, height, mouse, mode, host, cwd, ...title] =
    line.split(BETWEEN);
  const id = idOf(name);
  if (!id) return null;
  const said = title.join(" ");
  return {
    id,
    dead: dead === "1",
    exit_code: dead === "1" && status !== "" && !signal ? Number(status) : null,
    exit_signal: signal
      ? (SIGNALS[Number(signal)] ?? (/^\d+$/.test(signal) ? `signal ${signal}` : `SIG${signal.toUpperCase()}`))
      : null,
    pid: Number(pid),
    // A pane nobody named has the machine's name.
    title: said === host ? "" : said,
    viewers: attached === undefined ? 0 : attached.split(",").filter(isTerminal).length,
    output_at: Number(activity) > 0 ? new Date(Number(activity) * 1000) : null,
    cols: Number(width),
    rows: Number(height),
    mouse: mouse === "1",
    scrolled: mode === "1",
    cwd: cwd ?? "",
  };
}

/** The command line that has the terminal's keyboard; null while that is the terminal's first process itself. */
export async function foregroundOf(pid: number): Promise<string | null> {
  const group = await foregroundGroup(pid);
  return group === null || group === pid ? null : commandLine(group);
}

/** `/proc` where it is, `ps` elsewhere. */
async function foregroundGroup(pid: number): Promise<number | null> {
  if (process.platform !== "linux") return Number(await ps("tpgid", pid)) || null;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in parentheses and may hold anything; after it: state ppid pgrp session tty tpgid.
    const tpgid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[5]);
    return tpgid > 0 ? tpgid : null;
  } catch {
    return null;
  }
}

export async function commandLine(pid: number): Promise<string | null> {
  if (process.platform !== "linux") return (await ps("args", pid)) || null;
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim() || null;
  } catch {
    return null;
  }
}

async function ps(field: string, pid: number): Promise<string> {
  const { stdout } = await runCommand({
    argv: ["ps", "-o", `${field}=`, "-p", String(pid)],
    cwd: "/",
    timeout_ms: 2_000,
    stdout_limit_bytes: 10_000,
  });
  return stdout.trim();
}
