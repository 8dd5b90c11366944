/** Terminals: shells in tmux. What a row says, how its state moves, and how it is named. */

export type TerminalState = "open" | "exited" | "closed";

/** The only ways to move; the store updates with `where state = any(from)`. */
export const TERMINAL_MOVES: Readonly<Record<"exit" | "restart" | "close", readonly TerminalState[]>> = {
  exit: ["open"],
  restart: ["open", "exited"],
  close: ["open", "exited"],
};

export interface Terminal {
  id: string;
  session_id: string;
  /** Number on its tab: stable in its session, never reused. */
  number: number;
  /** Given by a human; null shows what runs. */
  name: string | null;
  /** ssh target it connects to; null is a shell of this machine. */
  target: string | null;
  /** Runs instead of the shell. */
  argv: string[] | null;
  directory: string;
  state: TerminalState;
  /** What a program in it calls itself; untrusted text. */
  title: string | null;
  /** Command line seen last in the foreground. */
  command: string | null;
  exit_code: number | null;
  exit_signal: string | null;
  output_at: Date | null;
  created_at: Date;
  ended_at: Date | null;
}

/** What tmux says about an open terminal right now. */
export interface TerminalFacts {
  cols: number;
  rows: number;
  /** Attached clients: browsers, and people who attached by hand. */
  viewers: number;
  /** What runs in the foreground; null while the shell waits for a command. */
  running: string | null;
  /** The program wants the mouse: a drag belongs to it, not to the selection. */
  mouse: boolean;
  /** Scrolled back, or searching. */
  scrolled: boolean;
}

/** A terminal as pages and JSON have it. */
export interface TerminalNow extends Terminal {
  live: TerminalFacts | null;
}

export const TERMINAL_NAME_CHARS = 80;
export const TERMINAL_TITLE_CHARS = 80;
export const TERMINAL_COMMAND_CHARS = 200;
export const TERMINALS_PER_SESSION = 30;

/** A screen that is smaller or larger than this is a mistake, or an attack. */
export const COLS_MIN = 2;
export const COLS_MAX = 1000;
export const ROWS_MIN = 1;
export const ROWS_MAX = 500;

export interface ScreenSize {
  cols: number;
  rows: number;
}

/** The size, or what is wrong with it. */
export function checkSize(cols: unknown, rows: unknown): ScreenSize | string {
  const fits = (n: unknown, min: number, max: number) =>
    Number.isInteger(n) && (n as number) >= min && (n as number) <= max;
  if (!fits(cols, COLS_MIN, COLS_MAX)) return `"cols" is a whole number from ${COLS_MIN} to ${COLS_MAX}.`;
  if (!fits(rows, ROWS_MIN, ROWS_MAX)) return `"rows" is a whole number from ${ROWS_MIN} to ${ROWS_MAX}.`;
  return { cols: cols as number, rows: rows as number };
}

/** Its name on tabs and lists. */
export const terminalTitle = (t: Pick<Terminal, "name" | "command" | "target" | "number">): string =>
  t.name ?? (shortCommand(t.command) || t.target) ?? `Terminal ${t.number}`;

/** A tab is narrow: of a program by its path, the name. */
const shortCommand = (command: string | null) => command?.replace(/^\/\S*\/(?=[^\s/])/, "") ?? null;

/** How an exited one ended: `exited with 3`, `ended by SIGKILL`. Without either, whoever would know is gone. */
export function endingOf(t: Pick<Terminal, "exit_code" | "exit_signal">): string {
  if (t.exit_signal) return `ended by ${t.exit_signal}`;
  return t.exit_code === null ? "ended: tmux or this machine was stopped" : `exited with ${t.exit_code}`;
}

/** What ssh exits with when it is itself what failed. */
const SSH_FAILED = 255;

/** For whoever looks at an exited one: how it ended. */
export function endingWords(t: Pick<Terminal, "exit_code" | "exit_signal" | "target" | "argv">): string {
  if (t.target && t.exit_code === SSH_FAILED) return `No connection to ${t.target}: ssh says above why.`;
  const what = t.target ? `ssh to ${t.target}` : t.argv ? "The program" : "The shell";
  return `${what} ${endingOf(t)}.`;
}

/** Text of other people's programs: one line, no control characters, bounded. */
export const plainTitle = (text: string, chars = TERMINAL_TITLE_CHARS): string =>
  text
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, chars)
    .toWellFormed();
