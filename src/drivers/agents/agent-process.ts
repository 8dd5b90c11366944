/**
 * One agent as a child process: a process group of its own, a marker in the environment, the tail of what it complains
 * about, and a ladder down which it is ended. Whatever it leaves behind is found by the marker and killed.
 */
import { messageOf } from "../../lib/errors.ts";
import { chunksOf } from "../../lib/stream-chunks.ts";
import { childEnvironment } from "../proc.ts";
import { errnoOf, Refusal } from "../refusal.ts";
import { killMarked, MARKER, processFacts, signal } from "./process-table.ts";

/** Kept of standard error: the end, where the reason stands. */
const STDERR_TAIL_CHARS = 8_000;
/** Most agents end within 150 ms of their input's end; codex, kilo and qwen take up to 2 s. */
const AFTER_EOF_MS = 2_500;
const AFTER_TERM_MS = 2_000;

/** What programs of a person's login expect beside the usual; no secret, no setting of ours. */
const PERSONAL = ["SHELL", "SSH_AUTH_SOCK", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"];
const NETWORK = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
];

export interface AgentCommandLine {
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Variables of our own environment that it may see. */
  passes?: readonly string[];
  /** `<instance>:<row>`. */
  marker: string;
}

export interface AgentExit {
  code: number | null;
  signal: string | null;
}

export interface AgentProcess {
  pid: number;
  /** Clock ticks of its start; "" where the system does not tell. */
  started: string;
  marker: string;
  stdin: Bun.FileSink;
  stdout: ReadableStream<Uint8Array>;
  stderr(): string;
  exited: Promise<AgentExit>;
  readonly alive: boolean;
  /** End of input, TERM, KILL, each with its time; then whatever bears the marker. Repeated calls wait for the first. */
  end(how?: "gently" | "now"): Promise<AgentExit>;
}

export function agentEnvironment(line: Omit<AgentCommandLine, "argv" | "cwd">): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of [...PERSONAL, ...NETWORK, ...(line.passes ?? [])]) {
    const value = process.env[name];
    if (value !== undefined) passed[name] = value;
  }
  return childEnvironment({ ...passed, TERM: "dumb", NO_BROWSER: "1", ...line.env, [MARKER]: line.marker });
}

/** Throws Refusal("unavailable") when the program is not there. */
export async function startAgent(line: AgentCommandLine): Promise<AgentProcess> {
  const child = spawn(line);
  const facts = await processFacts(child.pid);
  const tail = new Tail();
  void tail.read(child.stderr);
  let alive = true;
  const exited = child.exited.then((): AgentExit => {
    alive = false;
    const by = child.signalCode;
    return { code: by ? null : child.exitCode, signal: by === null ? null : String(by) };
  });
  let ending: Promise<AgentExit> | null = null;
  const end = async (how: "gently" | "now"): Promise<AgentExit> => {
    if (how === "gently") await Promise.resolve(child.stdin.end()).catch(() => {});
    if (how === "gently" && (await within(exited, AFTER_EOF_MS))) return swept(line.marker, child.pid, exited);
    signal(-child.pid, "SIGTERM");
    if (!(await within(exited, AFTER_TERM_MS))) signal(-child.pid, "SIGKILL");
    return swept(line.marker, child.pid, exited);
  };
  return {
    pid: child.pid,
    started: facts?.started ?? "",
    marker: line.marker,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: () => tail.text(),
    exited,
    get alive() {
      return alive;
    },
    end: (how = "gently") => {
      ending ??= end(how);
      if (how === "now" && alive) signal(-child.pid, "SIGTERM");
      return ending;
    },
  };
}

/** The leader is gone; its group and what ran away from the group go after it. */
async function swept(marker: string, pid: number, exited: Promise<AgentExit>): Promise<AgentExit> {
  signal(-pid, "SIGKILL");
  const exit = await exited;
  await killMarked(marker);
  return exit;
}

function spawn({ argv, cwd, ...rest }: AgentCommandLine) {
  try {
    return Bun.spawn([...argv], {
      cwd,
      env: agentEnvironment(rest),
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      detached: true, // setsid: a group of its own, and no terminal to ask for passwords on
    });
  } catch (error) {
    const missing = errnoOf(error) === "ENOENT";
    throw new Refusal(
      "unavailable",
      missing ? "not installed" : "did not start",
      missing
        ? `${argv[0]} is not installed, or not on the server's PATH.`
        : `${argv[0]} did not start: ${messageOf(error)}.`,
      { cause: error },
    );
  }
}

async function within(done: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const result = await Promise.race([done.then(() => true as const), late]);
  clearTimeout(timer);
  return result;
}

/** The end of a text that keeps coming. */
class Tail {
  private kept = "";

  async read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of chunksOf(stream)) {
        this.kept += decoder.decode(chunk, { stream: true });
        if (this.kept.length > 2 * STDERR_TAIL_CHARS) this.kept = this.kept.slice(-STDERR_TAIL_CHARS);
      }
    } catch {
      // A pipe that breaks has said what it said.
    }
  }

  text(): string {
    return this.kept.slice(-STDERR_TAIL_CHARS).toWellFormed();
  }
}
