/**
 * What a scripted answer does, read from directives in the last user message:
 *
 *   [[say:TEXT]] [[think:TEXT]] [[tokens:N]] [[stamps:N]] [[json:"…"]]   content; stamps are "@<epoch µs> ", json is one exact delta
 *   [[tool:NAME {JSON}]]        a call; several are parallel calls; NAME may be "a|b": the first that the client offers
 *   [[then:TEXT]]               what to say after the results; default: quotes the last result
 *   [[next:{{tool:…}}]]         directives of the following turn; several: one turn each
 *   [[again]]                   repeat the calls on every turn while tools are offered; $N in arguments is the turn's number
 *   [[slow:MS]] [[wait:MS]] [[usage:IN,OUT,CACHED]] [[finish:REASON]] [[field:reasoning]] [[toolstyle:whole,noid,noindex,repeatname]]
 *   [[progress:N]]              N prompt_progress chunks, if the client asked with return_progress
 *   [[error:STATUS,TIMES]] [[message:TEXT]] [[retryafter:S]] [[loading:MS]] [[reset:TIMES]]   faults before the first byte
 *   [[hang]] [[garbage]] [[empty]]                                      never answers; HTML with 200; a stream without a chunk
 *   [[errorat:N]] [[eof:N]] [[stall:N]] [[badjson:N]] [[errchunk:N]]     after N deltas: cut, early end, silence, broken chunk, error object
 */
export type Step =
  | { kind: "text" | "think"; text: string; whole?: boolean }
  | { kind: "tokens" | "stamps"; n: number }
  | { kind: "tool"; name: string; arguments: string };

export interface Plan {
  steps: Step[];
  slow_ms: number;
  wait_ms: number;
  usage: { in: number; out: number; cached: number } | null;
  finish: string | null;
  field: "reasoning" | "reasoning_content" | null;
  tool_style: Set<string>;
  progress: number;
  error: { status: number; times: number } | null;
  message: string | null;
  retry_after_s: number | null;
  loading_ms: number;
  /** How many requests are cut before the first byte. */
  reset: number;
  hang: boolean;
  garbage: boolean;
  empty: boolean;
  /** Deltas before the fault; -1 is never. */
  break_at: number;
  eof_at: number;
  stall_at: number;
  badjson_at: number;
  errchunk_at: number;
  /** The text the directives came from: what counts as "the same request again". */
  key: string;
}

export interface ChatBody {
  model?: string;
  messages?: { role: string; content?: unknown; tool_calls?: unknown[] }[];
  tools?: { function?: { name: string } }[];
  stream?: boolean;
  return_progress?: boolean;
  [field: string]: unknown;
}

interface Directive {
  op: string;
  arg: string;
}

const HEAD = /\[\[([a-z]+)(?::|(?=\]\]))/y;
const ALWAYS = 1e9;

export function parseDirectives(text: string): Directive[] {
  const found: Directive[] = [];
  let at = text.indexOf("[[");
  while (at >= 0) {
    HEAD.lastIndex = at;
    const head = HEAD.exec(text);
    if (!head) {
      at = text.indexOf("[[", at + 2);
      continue;
    }
    const from = at + head[0].length;
    const to = endOf(text, head[1]!, from);
    found.push({ op: head[1]!, arg: text.slice(from, to) });
    at = text.indexOf("[[", to + 2);
  }
  return found;
}

function withoutDirectives(text: string): string {
  return parseDirectives(text)
    .reduce((left, d) => left.replace(d.arg === "" ? `[[${d.op}]]` : `[[${d.op}:${d.arg}]]`, ""), text)
    .trim();
}

/** Ends at the first "]]" that, for a tool, leaves balanced JSON. */
function endOf(text: string, op: string, from: number): number {
  let to = text.indexOf("]]", from);
  while (to >= 0) {
    const brace = op === "tool" ? text.slice(from, to).indexOf("{") : -1;
    if (brace < 0 || isJson(text.slice(from + brace, to))) return to;
    to = text.indexOf("]]", to + 1);
  }
  const first = text.indexOf("]]", from);
  return first < 0 ? text.length : first;
}

/** The plan for one request; `script` stands in for the user's own directives. */
export function planFor(body: ChatBody, script: string | null): Plan {
  const messages = body.messages ?? [];
  const offered = (body.tools ?? []).map((t) => t.function?.name ?? "");
  const last = messages.findLastIndex((m) => m.role === "user");
  const user = script ?? textOf(messages[last]?.content);
  const after = messages.slice(last + 1);
  const turn = after.filter((m) => m.role === "assistant").length;
  const directives = parseDirectives(user);
  if (turn === 0) return build(directives, offered, user, 0, `echo: ${withoutDirectives(user).slice(-200)}`);
  return laterTurn(directives, offered, user, turn, textOf(after.findLast((m) => m.role === "tool")?.content));
}

function laterTurn(all: Directive[], offered: string[], key: string, turn: number, result: string): Plan {
  if (all.some((d) => d.op === "again") && offered.length > 0) return build(all, offered, key, turn, "");
  const next = all.filter((d) => d.op === "next")[turn - 1];
  if (next) {
    const inner = next.arg.replaceAll("{{", "[[").replaceAll("}}", "]]");
    return build(parseDirectives(inner), offered, inner, turn, "done");
  }
  const then = all.find((d) => d.op === "then");
  const kept = all.filter((d) => ["slow", "usage", "finish"].includes(d.op));
  const say = { op: "say", arg: then ? then.arg : `tool result was: ${result.slice(0, 160)}` };
  return build([...kept, say], offered, key, turn, "");
}

function build(directives: Directive[], offered: string[], key: string, turn: number, fallback: string): Plan {
  const plan = emptyPlan(key);
  for (const d of directives) take(plan, d, offered, turn);
  if (plan.steps.length === 0 && !plan.empty) plan.steps.push({ kind: "text", text: fallback });
  return plan;
}

function emptyPlan(key: string): Plan {
  return {
    steps: [],
    slow_ms: 0,
    wait_ms: 0,
    usage: null,
    finish: null,
    field: null,
    tool_style: new Set(),
    progress: 0,
    error: null,
    message: null,
    retry_after_s: null,
    loading_ms: 0,
    reset: 0,
    hang: false,
    garbage: false,
    empty: false,
    break_at: -1,
    eof_at: -1,
    stall_at: -1,
    badjson_at: -1,
    errchunk_at: -1,
    key,
  };
}

function take(plan: Plan, { op, arg }: Directive, offered: string[], turn: number): void {
  const n = Number(arg.split(",")[0]) || 0;
  switch (op) {
    case "say":
      plan.steps.push({ kind: "text", text: arg });
      break;
    case "think":
      plan.steps.push({ kind: "think", text: arg });
      break;
    case "json":
      plan.steps.push({ kind: "text", text: JSON.parse(arg) as string, whole: true });
      break;
    case "tokens":
    case "stamps":
      plan.steps.push({ kind: op, n: n || 1 });
      break;
    case "tool":
      plan.steps.push(toolStep(arg, offered, turn));
      break;
    case "slow":
      plan.slow_ms = n;
      break;
    case "wait":
      plan.wait_ms = n;
      break;
    case "usage":
      plan.usage = usageOf(arg);
      break;
    case "finish":
      plan.finish = arg;
      break;
    case "field":
      plan.field = arg === "reasoning" ? "reasoning" : "reasoning_content";
      break;
    case "toolstyle":
      plan.tool_style = new Set(arg.split(",").map((s) => s.trim()));
      break;
    case "progress":
      plan.progress = n || 4;
      break;
    case "error":
      plan.error = { status: n || 500, times: Number(arg.split(",")[1]) || ALWAYS };
      break;
    case "message":
      plan.message = arg;
      break;
    case "retryafter":
      plan.retry_after_s = Number(arg) || 0;
      break;
    case "loading":
      plan.loading_ms = n;
      break;
    case "reset":
      plan.reset = n || ALWAYS;
      break;
    case "hang":
      plan.hang = true;
      break;
    case "garbage":
      plan.garbage = true;
      break;
    case "empty":
      plan.empty = true;
      break;
    case "errorat":
      plan.break_at = n;
      break;
    case "eof":
      plan.eof_at = n;
      break;
    case "stall":
      plan.stall_at = n;
      break;
    case "badjson":
      plan.badjson_at = n;
      break;
    case "errchunk":
      plan.errchunk_at = n;
      break;
  }
}

function toolStep(arg: string, offered: string[], turn: number): Step {
  const brace = arg.indexOf("{");
  const names = (brace < 0 ? arg : arg.slice(0, brace)).trim().split("|");
  return {
    kind: "tool",
    name: names.find((name) => offered.includes(name)) ?? names[0]!,
    // Broken JSON goes out as it is: models write broken JSON too.
    arguments: brace < 0 ? "{}" : arg.slice(brace).replaceAll("$N", String(turn + 1)),
  };
}

function usageOf(arg: string): Plan["usage"] {
  const [tokensIn = 0, out = 0, cached = 0] = arg.split(",").map((s) => Number(s) || 0);
  return { in: tokensIn, out, cached };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: string }) => part.text ?? "").join("");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
