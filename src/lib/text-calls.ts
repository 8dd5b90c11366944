/**
 * Tool calls that a model prints as text instead of making them, as Qwen and Hermes (`<tool_call>{json}</tool_call>`),
 * Qwen3-Coder (`<function=…><parameter=…>`) and others (`<invoke name=…><parameter name=…>`) do when their server does not
 * parse them. Read piece by piece: what is no call is given back as it came. Only at the start of a line and outside of
 * fenced code, so that an answer about such calls stays an answer.
 */
export interface TextCall {
  name: string;
  /** JSON text. */
  arguments: string;
}

/** What opens a call and what ends it. */
const MARKS: readonly [open: string, close: string][] = [
  ["<tool_call>", "</tool_call>"],
  ["<function_calls>", "</function_calls>"],
  ["<invoke name=", "</invoke>"],
  ["<function=", "</function>"],
];
/** A call that grows past this is text after all. */
const CALL_LIMIT_CHARS = 1_000_000;
const FENCE = /^ {0,3}(?:```|~~~)/;

/** A printed call so far: in pieces, because looking into a growing string copies it each time. */
interface OpenCall {
  pieces: string[];
  chars: number;
  /** The last characters, in which the closing mark may have begun. */
  tail: string;
  close: string;
}

export class TextCalls {
  readonly calls: TextCall[] = [];
  /** The line so far: a mark is looked for only while nothing else stands on it. */
  private line = "";
  /** The end of `line` that was not given back yet, because it may begin a mark. */
  private held = "";
  private fenced = false;
  private call: OpenCall | null = null;

  /** What of the text so far is to be shown. */
  push(piece: string): string {
    let shown = "";
    let rest = piece;
    while (rest !== "") {
      if (this.call) rest = this.inCall(rest, (text) => (shown += text));
      else {
        const end = rest.indexOf("\n") + 1 || rest.length;
        shown += this.inText(rest.slice(0, end));
        rest = this.takeOver() + rest.slice(end);
      }
    }
    return shown;
  }

  /** What is left to be shown when no more comes; an unfinished call is read all the same. */
  end(): string {
    const open = this.call?.pieces.join("") ?? "";
    this.call = null;
    const left = open !== "" && !this.take(open) ? open : this.held;
    this.held = "";
    return left;
  }

  /** One line, or the piece of one. */
  private inText(text: string): string {
    this.line += text;
    this.held += text;
    const begun = this.fenced ? null : this.begins();
    if (begun === "maybe") return "";
    if (begun) {
      this.call = { pieces: [], chars: 0, tail: "", close: begun };
      this.line = "";
      return "";
    }
    const shown = this.held;
    this.held = "";
    if (this.line.endsWith("\n")) {
      if (FENCE.test(this.line)) this.fenced = !this.fenced;
      this.line = "";
    } else if (this.line.length > 20) {
      // Long past where a mark or a fence could begin: enough to know that this line is neither.
      this.line = this.line.slice(0, 20);
    }
    return shown;
  }

  /** The closing mark when the line is an opening one, "maybe" while it could become one. */
  private begins(): string | "maybe" | null {
    if (this.held !== this.line) return null;
    const start = this.line.trimStart();
    if (start === "" && !this.line.endsWith("\n")) return "maybe";
    for (const [open, close] of MARKS) {
      if (start.startsWith(open)) return close;
      if (open.startsWith(start) && start !== "") return "maybe";
    }
    return null;
  }

  /** What was held back when a call began is the beginning of it. */
  private takeOver(): string {
    if (!this.call) return "";
    const begin = this.held;
    this.held = "";
    return begin;
  }

  /** Takes from `text` what belongs to the call; returns what follows it. */
  private inCall(text: string, show: (text: string) => void): string {
    const call = this.call!;
    const window = call.tail + text;
    const at = window.indexOf(call.close);
    const end = at < 0 ? text.length : at + call.close.length - call.tail.length;
    call.pieces.push(text.slice(0, end));
    call.chars += end;
    call.tail = window.slice(-(call.close.length - 1));
    if (at < 0 && call.chars <= CALL_LIMIT_CHARS) return "";
    this.call = null;
    const whole = call.pieces.join("");
    if (at < 0 || !this.take(whole)) show(whole);
    return text.slice(end);
  }

  private take(text: string): boolean {
    const found = readCalls(text);
    this.calls.push(...found);
    return found.length > 0;
  }
}

/** Calls in one printed element, in either way of writing; none when it is something else. */
function readCalls(text: string): TextCall[] {
  const named = [
    ...matches(text, /<invoke\s+name=["']?([\w.:-]+)["']?\s*>([\s\S]*?)(?:<\/invoke>|$)/g, PARAMETER_NAMED),
    ...matches(text, /<function=["']?([\w.:-]+)["']?\s*>([\s\S]*?)(?:<\/function>|$)/g, PARAMETER_IS),
  ];
  return named.length > 0 ? named : jsonCalls(text.trim().replace(/^<\w+>|<\/\w+>$/g, ""));
}

const PARAMETER_NAMED = /<parameter\s+name=["']?([\w.:-]+)["']?[^>]*>([\s\S]*?)<\/parameter>/g;
const PARAMETER_IS = /<parameter=["']?([\w.:-]+)["']?\s*>([\s\S]*?)<\/parameter>/g;

function matches(text: string, call: RegExp, parameter: RegExp): TextCall[] {
  return [...text.matchAll(call)].map(([, name = "", body = ""]) => {
    const given = [...body.matchAll(parameter)].map(([, key = "", value = ""]) => [key, parameterOf(value)] as const);
    return { name, arguments: JSON.stringify(Object.fromEntries(given)) };
  });
}

/** One line break around a value belongs to its tags. Lists and objects are JSON; all else is text, read by the tool's schema. */
function parameterOf(text: string): unknown {
  const value = text.replace(/^\n/, "").replace(/\n$/, "");
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** `{"name": …, "arguments": {…}}`, a list of them, or several one after another on lines of their own. */
function jsonCalls(text: string): TextCall[] {
  const whole = oneJson(text.trim());
  if (whole.length > 0) return whole;
  const lines = text.trim().split("\n").map(oneJson);
  return lines.every((calls) => calls.length > 0) ? lines.flat() : [];
}

function oneJson(text: string): TextCall[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return (Array.isArray(value) ? value : [value]).flatMap((one) => {
    const { name, arguments: given, parameters } = (one ?? {}) as Record<string, unknown>;
    if (typeof name !== "string" || name === "") return [];
    const args = given ?? parameters ?? {};
    return [{ name, arguments: typeof args === "string" ? args : JSON.stringify(args) }];
  });
}
