/**
 * Runs one short child process and gives back what it wrote. Everything is bounded: time, output, and what it leaves
 * behind: the child leads a process group of its own, and the whole group is killed on every way out.
 */
import { messageOf } from "../lib/errors.ts";
import { errnoOf, Refusal } from "./refusal.ts";

export interface Command {
  /** Program and arguments; never a shell line. */
  argv: readonly [string, ...string[]];
  cwd: string;
  /** Added to the allow-listed environment of `childEnvironment`. */
  env?: Record<string, string>;
  /** Written to standard input, which is empty otherwise. */
  stdin?: string;
  timeout_ms: number;
  /** Standard output past this many bytes kills the child; what came before is kept. */
  stdout_limit_bytes: number;
  signal?: AbortSignal;
}

export interface Finished {
  /** Exit code; null when the child was killed, by us or by a signal. */
  code: number | null;
  stdout: string;
  bytes: Uint8Array;
  /** At most STDERR_LIMIT_BYTES. */
  stderr: string;
  /** The output limit was reached. */
  truncated: boolean;
  timed_out: boolean;
}

const STDERR_LIMIT_BYTES = 16_384;
/** How long a pipe may stay open after the group was killed, by a process that left the group. */
const DRAIN_MS = 500;

const PASSED_ON = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "XDG_CONFIG_HOME"];

/** What a child may see of our environment: no secret, no BOOCODE_ setting, no GIT_DIR of a hook that started us. */
export function childEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}

/**
 * Runs a command to its end. Throws the signal's reason when aborted (after the child is gone) and
 * Refusal("unavailable") when the program is not there.
 */
export async function runCommand(command: Command): Promise<Finished> {
  command.signal?.throwIfAborted();
  const child = start(command);
  let timedOut = false;
  let truncated = false;
  // Only until the group was killed after the child's end: later its number may belong to somebody else.
  let over = false;
  const kill = () => {
    if (!over) killGroup(child.pid);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, command.timeout_ms);
  command.signal?.addEventListener("abort", kill, { once: true });
  const stdout = new Gathered(command.stdout_limit_bytes, () => {
    truncated = true;
    kill();
  });
  const stderr = new Gathered(STDERR_LIMIT_BYTES);
  try {
    const read = Promise.all([stdout.drain(child.stdout), stderr.drain(child.stderr)]);
    const code = await child.exited;
    kill(); // grandchildren that outlived their parent
    over = true;
    await Promise.race([read, Bun.sleep(DRAIN_MS)]);
    command.signal?.throwIfAborted();
    const killed = timedOut || truncated || child.signalCode !== null;
    return {
      code: killed ? null : code,
      stdout: stdout.text(),
      bytes: stdout.bytes(),
      stderr: stderr.text(),
      truncated,
      timed_out: timedOut,
    };
  } finally {
    clearTimeout(timer);
    command.signal?.removeEventListener("abort", kill);
    kill();
    stdout.stop();
    stderr.stop();
  }
}

function start({ argv, cwd, env, stdin }: Command) {
  try {
    return Bun.spawn([...argv], {
      cwd,
      env: childEnvironment(env),
      stdin: stdin === undefined ? "ignore" : new TextEncoder().encode(stdin),
      stdout: "pipe",
      stderr: "pipe",
      detached: true, // setsid: a group of its own, and no terminal to ask for passwords on
    });
  } catch (error) {
    const missing = errnoOf(error) === "ENOENT";
    throw new Refusal(
      "unavailable",
      missing ? `${argv[0]} is missing` : `${argv[0]} did not start`,
      missing
        ? `${argv[0]} could not be started in ${cwd}: it is not installed, or the directory is gone.`
        : `${argv[0]} could not be started: ${messageOf(error)}.`,
      { cause: error },
    );
  }
}

/** Nothing left in the group is an answer, not an error. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (errnoOf(error) !== "ESRCH" && errnoOf(error) !== "EPERM") throw error;
  }
}

/** Bytes of one pipe up to a limit; what comes after it is read and dropped, so the child never blocks on us. */
class Gathered {
  private readonly chunks: Uint8Array[] = [];
  private size = 0;
  private reader: { cancel(): Promise<void> } | null = null;

  constructor(
    private readonly limit: number,
    private readonly onFull: () => void = () => {},
  ) {}

  async drain(stream: ReadableStream<Uint8Array>): Promise<void> {
    const reader = stream.getReader();
    this.reader = reader;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const room = this.limit - this.size;
      if (value.length > room) this.onFull();
      if (room <= 0) continue;
      const kept = value.length > room ? value.subarray(0, room) : value;
      this.chunks.push(kept);
      this.size += kept.length;
    }
  }

  stop(): void {
    this.reader?.cancel().catch(() => {});
  }

  bytes(): Uint8Array {
    return this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
}
