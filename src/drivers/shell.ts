/**
 * One command of a model in a shell: a process group of its own, an allow-listed environment with a marker, output that
 * is handed on as it comes and kept up to a bound, and a ladder down which it is ended with all that it left behind.
 */
import { messageOf } from "../lib/errors.ts";
import { chunksOf } from "../lib/stream-chunks.ts";
import { agentEnvironment } from "./agents/agent-process.ts";
import { killMarked, processFacts, signal } from "./agents/process-table.ts";
import { Refusal } from "./refusal.ts";

/** Kept of the output: so much of its beginning and so much of its end. */
export const OUTPUT_HALF_CHARS = 2_000_000;
/** From TERM to KILL. */
const AFTER_TERM_MS = 2_000;
/** How long a pipe may stay open after the group was killed, by a process that left the group. */
const DRAIN_MS = 500;

export interface ShellCommand {
  command: string;
  cwd: string;
  /** `<instance>:<row>`: what bears it is killed at the end, wherever it went. */
  marker: string;
  timeout_ms: number;
  signal: AbortSignal;
  /** New output, as it comes. */
  onOutput(piece: string): void;
}

export interface ShellEnd {
  how: "exit" | "signal" | "time" | "stopped";
  /** Null unless it ended by itself. */
  code: number | null;
}

export interface ShellProcess {
  pid: number;
  /** Clock ticks of its start; "" where the system does not tell. */
  started: string;
  /** Everything written so far, both outputs as they came; the middle is left out when it is too long. */
  output(): string;
  /** Resolves once nothing of it is left. */
  ended: Promise<ShellEnd>;
}

/** Throws Refusal("unavailable") when the directory or the shell is not there. */
export async function startShell(input: ShellCommand): Promise<ShellProcess> {
  input.signal.throwIfAborted();
  const child = spawn(input);
  const facts = await processFacts(child.pid);
  const kept = new Kept();
  const reading = [child.stdout, child.stderr].map((stream) => gather(stream, kept, input.onOutput));
  return {
    pid: child.pid,
    started: facts?.started ?? "",
    output: () => kept.text(),
    ended: watch(child, input, reading),
  };
}

type Child = ReturnType<typeof spawn>;

function spawn({ command, cwd, marker }: ShellCommand) {
  try {
    return Bun.spawn([Bun.which("bash") ?? "/bin/sh", "-c", command], {
      cwd,
      env: agentEnvironment({ marker, env: {} }),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      detached: true, // setsid: a group of its own, and no terminal to ask for passwords on
    });
  } catch (error) {
    throw new Refusal("unavailable", "did not start", `The command did not start in ${cwd}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

async function watch(child: Child, input: ShellCommand, reading: Promise<void>[]): Promise<ShellEnd> {
  let how: ShellEnd["how"] | null = null;
  let killing: ReturnType<typeof setTimeout> | undefined;
  const end = (why: "time" | "stopped") => {
    if (how !== null) return;
    how = why;
    signal(-child.pid, "SIGTERM");
    killing = setTimeout(() => signal(-child.pid, "SIGKILL"), AFTER_TERM_MS);
  };
  const stop = () => end("stopped");
  const timer = setTimeout(() => end("time"), input.timeout_ms);
  input.signal.addEventListener("abort", stop, { once: true });
  if (input.signal.aborted) stop();
  await child.exited;
  clearTimeout(timer);
  clearTimeout(killing);
  input.signal.removeEventListener("abort", stop);
  // What it left in the background, in its group or out of it.
  signal(-child.pid, "SIGKILL");
  await killMarked(input.marker);
  await Promise.race([Promise.all(reading), Bun.sleep(DRAIN_MS)]);
  if (how !== null) return { how, code: null };
  return child.signalCode === null ? { how: "exit", code: child.exitCode } : { how: "signal", code: null };
}

async function gather(stream: ReadableStream<Uint8Array>, kept: Kept, tell: (piece: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of chunksOf(stream)) {
      const piece = decoder.decode(chunk, { stream: true });
      kept.append(piece);
      tell(piece);
    }
  } catch {
    // A pipe that breaks has said what it said.
  }
}

/** The beginning and the end of a text that keeps coming. */
class Kept {
  private head = "";
  private tail = "";
  private left = 0;

  append(piece: string): void {
    const room = OUTPUT_HALF_CHARS - this.head.length;
    if (room > 0) this.head += piece.slice(0, room);
    this.tail += room > 0 ? piece.slice(room) : piece;
    if (this.tail.length <= 2 * OUTPUT_HALF_CHARS) return;
    this.left += this.tail.length - OUTPUT_HALF_CHARS;
    this.tail = this.tail.slice(-OUTPUT_HALF_CHARS);
  }

  text(): string {
    const over = Math.max(0, this.tail.length - OUTPUT_HALF_CHARS);
    const left = this.left + over;
    const middle = left > 0 ? `\n[${left} characters were left out here]\n` : "";
    return (this.head + middle + this.tail.slice(over)).toWellFormed();
  }
}
