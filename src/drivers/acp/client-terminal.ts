/** Commands that the agent runs through us: in its worktree, each in a group of its own, output bounded, none outlives it. */
import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { newId } from "../../lib/ids.ts";
import { relativeInside } from "../../lib/path-guard.ts";
import { chunksOf } from "../../lib/stream-chunks.ts";
import { agentEnvironment } from "../agents/agent-process.ts";
import { signal } from "../agents/process-table.ts";
import { Refusal } from "../refusal.ts";

export const TERMINALS_MAX = 16;
/** Kept of a command's output, from its end. */
export const OUTPUT_LIMIT_BYTES = 1_000_000;

const Create = z.object({
  command: z.string().min(1).max(100_000),
  args: z.array(z.string()).max(1_000).nullish(),
  env: z
    .array(z.object({ name: z.string().min(1).max(200), value: z.string() }))
    .max(200)
    .nullish(),
  cwd: z.string().nullish(),
  outputByteLimit: z.number().int().min(0).nullish(),
});
const Named = z.object({ terminalId: z.string() });

export interface TerminalOptions {
  root: string;
  marker: string;
  passes: readonly string[];
  env: Readonly<Record<string, string>>;
  /** New output, as it comes. */
  output(terminalId: string, text: string): void;
}

interface Exit {
  exitCode: number | null;
  signal: string | null;
}

class Terminal {
  text = "";
  truncated = false;
  exit: Exit | null = null;
  readonly exited: Promise<Exit>;

  constructor(
    readonly pid: number,
    private readonly limit: number,
    exited: Promise<Exit>,
  ) {
    this.exited = exited.then((exit) => {
      this.exit = exit;
      return exit;
    });
  }

  append(piece: string): void {
    this.text += piece;
    if (this.text.length <= this.limit) return;
    this.truncated = true;
    this.text = this.text.slice(-this.limit).toWellFormed();
  }

  kill(): void {
    if (this.exit === null) signal(-this.pid, "SIGKILL");
  }
}

/** The five requests `terminal/*`, and `close`, which ends what still runs. */
export class ClientTerminals {
  private readonly all = new Map<string, Terminal>();

  constructor(private readonly options: TerminalOptions) {}

  readonly create = async (params: unknown) => {
    const { command, args, env, cwd, outputByteLimit } = Create.parse(params);
    if (this.all.size >= TERMINALS_MAX)
      throw new Refusal("limit", "too many", `At most ${TERMINALS_MAX} commands run at a time; release one first.`);
    const at = await this.directory(cwd ?? null);
    // Without arguments agents mean a line for a shell.
    const argv = args && args.length > 0 ? [command, ...args] : ["/bin/sh", "-c", command];
    const given = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
    const { marker, passes } = this.options;
    const child = Bun.spawn(argv, {
      cwd: at,
      env: agentEnvironment({ marker, passes, env: { ...this.options.env, ...given } }),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
    });
    const id = newId();
    const reading: Promise<void>[] = [];
    const terminal = new Terminal(
      child.pid,
      Math.min(outputByteLimit ?? OUTPUT_LIMIT_BYTES, OUTPUT_LIMIT_BYTES),
      child.exited.then(async (): Promise<Exit> => {
        signal(-child.pid, "SIGKILL"); // what it left in the background
        await Promise.race([Promise.all(reading), Bun.sleep(DRAIN_MS)]);
        return {
          exitCode: child.signalCode ? null : child.exitCode,
          signal: child.signalCode === null ? null : String(child.signalCode),
        };
      }),
    );
    for (const stream of [child.stdout, child.stderr]) reading.push(this.gather(id, terminal, stream));
    this.all.set(id, terminal);
    return { terminalId: id };
  };

  readonly output = async (params: unknown) => {
    const { text, truncated, exit } = this.find(params);
    return { output: text, truncated, ...(exit && { exitStatus: exit }) };
  };

  readonly waitForExit = (params: unknown) => this.find(params).exited;

  readonly kill = async (params: unknown) => {
    this.find(params).kill();
    return {};
  };

  readonly release = async (params: unknown) => {
    const { terminalId } = Named.parse(params);
    this.all.get(terminalId)?.kill();
    this.all.delete(terminalId);
    return {};
  };

  close(): void {
    for (const terminal of this.all.values()) terminal.kill();
    this.all.clear();
  }

  private find(params: unknown): Terminal {
    const terminal = this.all.get(Named.parse(params).terminalId);
    if (!terminal) throw new Refusal("not_found", "no terminal", "There is no such terminal.");
    return terminal;
  }

  private async directory(cwd: string | null): Promise<string> {
    const { root } = this.options;
    const real = await realpath(cwd === null ? root : cwd.startsWith("/") ? cwd : join(root, cwd)).catch(() => null);
    if (real === null || relativeInside(root, real) === null || !(await stat(real)).isDirectory())
      throw new Refusal("forbidden", "outside", `${cwd} is no directory inside the worktree.`);
    return real;
  }

  private async gather(id: string, terminal: Terminal, stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of chunksOf(stream)) {
      const piece = decoder.decode(chunk, { stream: true });
      terminal.append(piece);
      this.options.output(id, piece);
    }
  }
}
const DRAIN_MS = 500;
