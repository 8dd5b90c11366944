/**
 * One browser that looks at a terminal: a PTY with `tmux attach` of its own. Output is sent at once when it was quiet and
 * gathered for GATHER_MS after that; for FLOOD_MS once it does not end. A reader that is too slow loses its attach client,
 * never the terminal: it is attached again once it has caught up, and tmux paints the screen anew.
 */
import { checkSize, endingWords, type ScreenSize, type TerminalNow } from "../../domain/terminal.ts";
import { openPty, type Pty } from "../../drivers/pty.ts";
import { environment } from "../../drivers/tmux/server.ts";
import { Allowance } from "../../lib/allowance.ts";
import type { LiveTerminals } from "./live.ts";

const GATHER_MS = 5;
/** After so many gatherings in a row it is a flood: what rushes by is not read, and pictures take the time it needs. */
const FLOOD = 10;
const FLOOD_MS = 33;
/** Gatherings of a flood between two looks at what runs. */
const LOOK_AGAIN = 300;
/** Room for one gathering; what does not fit is sent without waiting. */
const GATHER_BYTES = 64 * 1024;
/** Sent and not read by the browser: past it the attach client is dropped, below the other it may come back. */
export const BEHIND_BYTES = 512 * 1024;
const CAUGHT_UP_BYTES = 32 * 1024;
/** A paste of a megabyte is fine, again and again is not: bytes and messages that may come at once, and in a second. */
const INPUT = { burst: 4 * 1024 * 1024, per_s: 512 * 1024 };
const MESSAGES = { burst: 4_000, per_s: 1_000 };
/** An attach client that ends by itself is started again, after this long and at most so often in a row. */
const AGAIN_MS = 250;
const AGAIN_MAX = 5;
const PING_CHARS = 40;
/** Attached for this long, it did not fail. */
const STEADY_MS = 5_000;

/** How it ended, for the browser: `gone` and `refused` are for good, after `away` it may come again. */
export type End = "gone" | "away" | "refused";

/** The browser's side: what the socket does. */
export interface ViewerEnd {
  /** The frame is used again after the call. Its first byte is the socket's. */
  bytes(frame: Uint8Array): void;
  json(message: unknown): void;
  /** Bytes that wait in the socket. */
  waiting(): number;
  close(end: End, reason: string): void;
}

export class Viewer {
  private size: ScreenSize | null = null;
  /** Its size may be the window's. */
  counts = false;
  private pty: Pty | null = null;
  private ended = false;
  private dropped = false;
  private again = 0;
  private attachedAt = 0;

  /** One frame, made when there is output: a byte for the socket, then what was gathered. */
  private frame: Uint8Array | null = null;
  private gathered = 0;
  /** Gatherings since it was quiet. */
  private busy = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  /** Bytes sent and said to be read, once the browser says it at all. */
  private sent = 0;
  private read: number | null = null;

  private readonly input = new Allowance(INPUT.burst, INPUT.per_s);
  private readonly messages = new Allowance(MESSAGES.burst, MESSAGES.per_s);
  private told = "";
  private scrolled = false;

  constructor(
    private readonly id: string,
    private readonly live: LiveTerminals,
    private readonly out: ViewerEnd,
    private readonly onEnd: () => void,
  ) {}

  /** Keys, pastes, mouse. Too much of it ends the viewer with the reason. */
  type(bytes: Uint8Array): void {
    if (this.ended || !this.allowed(bytes.length)) return;
    // Coming and going of the focus is a key to tmux, and any key ends scrolling back.
    const byTerminal = isReport(bytes);
    if (this.scrolled && byTerminal) return;
    this.pty?.write(bytes);
    if (!byTerminal) this.count();
  }

  /** Whoever types decides how large the window is; who only looks on does not. */
  count(): void {
    if (this.counts || !this.pty) return;
    this.counts = true;
    void this.live.tmux.letCount(this.pty.pid).catch(() => {
      this.counts = false;
    });
  }

  /** What the browser says beside bytes: `{cols, rows}`, `{ack}`, `{ping}`. */
  hear(message: unknown): void {
    if (this.ended || !this.allowed(0)) return;
    const said = (typeof message === "object" && message !== null ? message : {}) as Record<string, unknown>;
    if ("cols" in said || "rows" in said) this.resize(said.cols, said.rows);
    else if ("ack" in said) this.acknowledge(said.ack);
    else if (typeof said.ping === "number" || typeof said.ping === "string")
      this.out.json({ pong: String(said.ping).slice(0, PING_CHARS) });
    else this.complain('A message is an object with "cols" and "rows", with "ack" or with "ping".');
  }

  /** What tmux says now; sent when it says something new. */
  tell(terminal: TerminalNow): void {
    this.scrolled = terminal.live?.scrolled ?? false;
    const text = JSON.stringify(terminal);
    if (text === this.told || this.ended) return;
    this.told = text;
    this.out.json({ terminal, ending: terminal.state === "open" ? null : endingWords(terminal) });
  }

  /** The socket took what waited in it. */
  drained(): void {
    if (this.dropped && this.behind() <= CAUGHT_UP_BYTES) this.attach();
  }

  /** The shell runs again. */
  reopen(): void {
    this.again = 0;
    if (this.size && !this.pty && !this.dropped) this.attach();
  }

  /** Lets go; the terminal goes on. Without a reason the browser left by itself. */
  end(end?: End, reason = ""): void {
    if (this.ended) return;
    this.ended = true;
    for (const timer of [this.timer, this.retry]) if (timer) clearTimeout(timer);
    this.pty?.close();
    this.pty = null;
    this.onEnd();
    if (end) this.out.close(end, reason);
  }

  private allowed(bytes: number): boolean {
    if (this.messages.take(1) && this.input.take(bytes)) return true;
    this.end("refused", "Too much input at once; what came before it was typed.");
    return false;
  }

  private complain(message: string): void {
    this.out.json({ error: { code: "invalid", message } });
  }

  private resize(cols: unknown, rows: unknown): void {
    const size = checkSize(cols, rows);
    if (typeof size === "string") {
      this.complain(size);
      return;
    }
    const first = this.size === null;
    if (this.size?.cols === size.cols && this.size.rows === size.rows) return;
    this.size = size;
    if (first) this.attach();
    else this.pty?.resize(size.cols, size.rows);
    this.live.poke();
  }

  private attach(): void {
    if (this.ended || this.pty || !this.size) return;
    this.dropped = false;
    this.attachedAt = Date.now();
    this.counts ||= !this.live.isSized(this.id);
    // The screen that follows is whole: what the browser has of before is to be thrown away.
    this.out.json({ attached: true });
    const pty: Pty = openPty({
      argv: this.live.tmux.attachArgv(this.id, !this.counts),
      cwd: "/",
      env: { ...environment(), TERM: "xterm-256color", COLORTERM: "truecolor" },
      ...this.size,
      onData: (bytes) => this.gather(bytes),
      onExit: () => void this.left(pty),
    });
    this.pty = pty;
  }

  /** tmux writes by single cursor moves when much is going on: no allocation here, and one copy. */
  private gather(bytes: Uint8Array): void {
    if (this.ended || this.dropped) return;
    if (this.gathered + bytes.length > GATHER_BYTES) this.flush();
    if (this.dropped) return;
    this.frame ??= new Uint8Array(1 + GATHER_BYTES);
    for (let rest = bytes; rest.length > 0; rest = rest.subarray(GATHER_BYTES)) {
      const part = rest.subarray(0, GATHER_BYTES);
      this.frame.set(part, 1 + this.gathered);
      this.gathered += part.length;
      if (rest.length > GATHER_BYTES) this.flush();
    }
    if (this.timer === null) this.flush();
  }

  private flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.gathered === 0 || !this.frame) {
      this.quiet();
      return;
    }
    const length = this.gathered;
    this.gathered = 0;
    this.sent += length;
    this.out.bytes(this.frame.subarray(0, 1 + length));
    // A burst may change what runs when it begins and when it ends.
    if (this.busy++ % LOOK_AGAIN === 0) this.live.poke();
    if (this.behind() > BEHIND_BYTES) this.drop();
    else this.timer = setTimeout(() => this.flush(), this.busy > FLOOD ? FLOOD_MS : GATHER_MS);
  }

  private quiet(): void {
    // An idle terminal keeps no memory for the next flood.
    if (this.busy > FLOOD) this.frame = null;
    this.busy = 0;
    this.live.poke();
  }

  private behind(): number {
    return Math.max(this.out.waiting(), this.read === null ? 0 : this.sent - this.read);
  }

  private acknowledge(read: unknown): void {
    if (typeof read !== "number" || !Number.isSafeInteger(read) || read < 0) return;
    this.read = Math.min(this.sent, Math.max(this.read ?? 0, read));
    this.drained();
  }

  private drop(): void {
    this.dropped = true;
    this.gathered = 0;
    this.busy = 0;
    this.pty?.close();
    this.pty = null;
    this.out.json({ behind: true });
  }

  /** The attach client ended: because the terminal did, or for a reason of its own. */
  private async left(pty: Pty): Promise<void> {
    // Otherwise we ended it, and another may have taken its place.
    if (this.ended || this.pty !== pty) return;
    this.flush();
    this.pty = null;
    if (Date.now() - this.attachedAt > STEADY_MS) this.again = 0;
    if (!(await this.live.stillOpen(this.id)) || this.ended || this.again >= AGAIN_MAX) return;
    this.again += 1;
    this.retry = setTimeout(() => this.attach(), AGAIN_MS * this.again);
  }
}

/** What a terminal sends by itself, in answer to a question or when the focus comes and goes; no person typed it. */
const isReport = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x1b && bytes.length < 200 && REPORT.test(Buffer.from(bytes).toString("latin1"));
const REPORT =
  /^(\x1b\[[IO]|\x1b\[[?>][\d;]*[cunR]|\x1b\[\d+;\d+R|\x1b\[[\d;]+t|\x1bP[^\x1b]*\x1b\\|\x1b\][^\x07\x1b]*(\x07|\x1b\\))+$/;
