/**
 * One client of our tmux server in control mode (tmux(1), CONTROL MODE): a command is a line, its answer stands between
 * `%begin` and `%end` or `%error`. It spares a process for each question, which is most of what a question costs.
 */
import { closeSync } from "node:fs";

export interface Answer {
  ok: boolean;
  text: string;
}

/**
 * tmux 3.3 keeps such a client when nobody reads any more what it says, and a tmux server does not end before its clients:
 * what a SIGKILL of ours leaves behind would hold it for ever. So a shell beside the client ends it when file descriptor 3
 * closes, which our end of it does however we end.
 */
const LIFELINE = `exec 4<&0 5>&1 </dev/null >/dev/null
"$@" <&4 >&5 3<&- 4<&- 5>&- &
exec 4<&- 5>&-
read -r _ <&3
kill -9 $! 2>/dev/null`;

/** A server that does not answer for so long is asked by a process of its own, which has a limit, too. */
const ANSWER_MS = 5_000;
/** The longest answer that is read. */
const LIMIT_CHARS = 4_000_000;
/** The last of the three numbers of a guard: the command came from this client. */
const OURS = /^%(begin|end|error) \d+ (\d+) 1$/;

export class Control {
  private readonly child;
  private readonly waiting: ((answer: Answer | null) => void)[] = [];
  private rest = "";
  private lines: string[] = [];
  private taken = 0;
  /** Number of the answer that is being read. */
  private open: string | null = null;
  private gone = false;

  /** `argv`: an attach client with `-C`; it must not count for the size of a window. */
  constructor(argv: readonly [string, ...string[]], env: Record<string, string>) {
    this.child = Bun.spawn(["/bin/sh", "-c", LIFELINE, "sh", ...argv], {
      cwd: "/",
      env,
      stdio: ["pipe", "pipe", "ignore", "pipe"],
    });
    void this.read();
  }

  get ended(): boolean {
    return this.gone;
  }

  /** One command, in tmux's own quoting and without line ends; null when this client does not answer any more. */
  async ask(command: string): Promise<Answer | null> {
    if (this.gone) return null;
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    this.waiting.push(resolve);
    const late = setTimeout(() => this.end(), ANSWER_MS);
    try {
      this.child.stdin.write(`${command}\n`);
      await this.child.stdin.flush();
      return await promise;
    } catch {
      this.end();
      return null;
    } finally {
      clearTimeout(late);
    }
  }

  async close(): Promise<void> {
    this.end();
    await this.child.exited;
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    const reader = this.child.stdout.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.take(decoder.decode(value, { stream: true }));
      }
    } catch {
      // What cannot be read any more has ended.
    } finally {
      this.end();
    }
  }

  private take(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    this.taken = this.open === null ? 0 : this.taken + text.length;
    if (this.rest.length + this.taken > LIMIT_CHARS) this.end();
    else for (const line of lines) this.line(line);
  }

  /** What stands between guards is the answer, whatever it begins with; what stands outside is news nobody asked for. */
  private line(line: string): void {
    const guard = OURS.exec(line);
    if (this.open === null) {
      if (guard?.[1] === "begin") [this.open, this.lines] = [guard[2]!, []];
    } else if (guard && guard[1] !== "begin" && guard[2] === this.open) {
      this.open = null;
      this.waiting.shift()?.({ ok: guard[1] === "end", text: this.lines.join("\n") });
    } else this.lines.push(line);
  }

  /** Whoever waits hears that there is no answer. */
  private end(): void {
    if (this.gone) return;
    this.gone = true;
    for (const answer of this.waiting.splice(0)) answer(null);
    closeSync(this.child.stdio[3] as number);
  }
}
