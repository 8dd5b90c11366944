/**
 * The demo model: an `Llm` without a model. By simple rules it truly calls the read tools, quotes what they answered, and
 * says what it is. The same question with the same results always gives the same answer.
 */
import { withoutBlocks } from "../../domain/attachment.ts";
import type { ChatMessage, Llm, LlmEvent, LlmRequest, ToolCall } from "../../domain/llm.ts";
import { withoutSkill } from "../../domain/skill.ts";
import type { ToolSpec } from "../../domain/tool.ts";
import { announce, CONNECT, conclude, type Done, hitsIn, INTRO, pathsIn } from "./demo-answer.ts";
import { type Wanted, wantedIn } from "./demo-rules.ts";
import { wait } from "./wait.ts";

/** Readable, and quick enough not to bore. */
const TOKENS_PER_S = 200;
const PAUSE_MS = 25;
const CHARS_PER_TOKEN = 4;
/** Lines opened around a search's first match. */
const AROUND_LINES = 12;
const LINES_BEFORE = 2;
const PATH = ["path", "directory", "file"];
/** Turns with tools; the next one answers whatever came back. */
const TURNS = 2;

/** `tokens_per_s` Infinity does not pause at all. */
export function createDemo({ tokens_per_s = TOKENS_PER_S }: { tokens_per_s?: number } = {}): Llm {
  return { stream: (request) => stream(request, tokens_per_s) };
}

interface Next {
  say: string;
  calls: Omit<ToolCall, "id">[];
}

async function* stream(request: LlmRequest, rate: number): AsyncGenerator<LlmEvent> {
  request.signal.throwIfAborted();
  const { say, calls } = nextOf(request);
  yield* speak(say, rate, request.signal);
  for (const [i, call] of calls.entries()) {
    yield { kind: "tool_progress", name: call.name, chars: call.arguments.length };
    yield { kind: "tool_call", call: { id: `demo_${request.messages.length}_${i + 1}`, ...call } };
  }
  const asked = request.messages.reduce((sum, m) => sum + m.content.length, 0);
  const told = say.length + calls.reduce((sum, c) => sum + c.arguments.length, 0);
  yield { kind: "usage", tokens_in: tokensOf(asked), tokens_out: tokensOf(told), tokens_cached: 0 };
  yield { kind: "end", stop: calls.length > 0 ? "tool_calls" : "stop" };
}

/** Words in small groups; a group every pause keeps the pace without a timer per word. */
async function* speak(text: string, rate: number, signal: AbortSignal): AsyncGenerator<LlmEvent> {
  const group = Number.isFinite(rate) ? Math.max(1, Math.round((rate * PAUSE_MS) / 1000)) : 1;
  const pieces = text.match(/\s*\S{1,12}/g) ?? [];
  for (let i = 0; i < pieces.length; i += group) {
    if (Number.isFinite(rate)) await wait(PAUSE_MS, signal);
    signal.throwIfAborted();
    yield { kind: "text", text: pieces.slice(i, i + group).join("") };
  }
}

const tokensOf = (chars: number): number => Math.ceil(chars / CHARS_PER_TOKEN);

function nextOf({ messages, tools }: LlmRequest): Next {
  const last = messages.findLastIndex((m) => m.role === "user");
  const question = withoutSkill(withoutBlocks(messages[last]?.content ?? ""));
  const after = messages.slice(last + 1);
  const done = doneIn(after);
  if (tools.length === 0)
    return {
      say:
        done.length > 0 ? conclude(done) : `${INTRO}\n\nNo tool is offered to me here, so I can do nothing. ${CONNECT}`,
      calls: [],
    };
  const turns = after.filter((m) => m.role === "assistant" && m.tool_calls?.length).length;
  if (turns === 0) return first(question, tools);
  const follow = turns < TURNS ? followUp(wantedIn(question), done, tools) : [];
  return follow.length > 0 ? { say: "", calls: follow } : { say: conclude(done), calls: [] };
}

function first(question: string, tools: ToolSpec[]): Next {
  const wanted = wantedIn(question);
  if (wanted.some((w) => w.do === "hello"))
    return { say: `${INTRO} Try “what is in this project?” or “where is main defined?”\n\n${CONNECT}`, calls: [] };
  const calls = wanted.flatMap((w) => callFor(w, tools) ?? []);
  if (calls.length === 0)
    return { say: `${INTRO}\n\nThe tool for this question is not offered to me here. ${CONNECT}`, calls: [] };
  return { say: wanted.map(announce).join(" "), calls };
}

/** A second look where one is worth it: a README, the first match in its file, a file that lies elsewhere. */
function followUp(wanted: Wanted[], done: readonly Done[], tools: ToolSpec[]): Next["calls"] {
  const [want] = wanted;
  const [result] = done;
  if (!want || !result) return [];
  if (want.do === "overview") {
    const readme = /(?:^|[\s/])(readme(?:\.\w+)?)(?=\s|$)/im.exec(result.result)?.[1];
    return readme ? list(callFor({ do: "view", path: readme, line: null }, tools)) : [];
  }
  if (want.do === "grep") {
    const hit = hitsIn(result.result)[0];
    return hit ? list(callFor({ do: "view", path: hit.path, line: hit.line }, tools)) : [];
  }
  if (want.do === "view" && /no such|not found|does not exist|there is no/i.test(result.result.slice(0, 200))) {
    // Who says README means README.md.
    const meant = /Did you mean (\S+)\?/.exec(result.result)?.[1];
    if (meant?.startsWith(`${want.path}.`)) return list(callFor({ ...want, path: meant }, tools));
    return list(callFor({ do: "find", glob: `**/*${want.path.split("/").at(-1)}*` }, tools));
  }
  if (want.do === "find") {
    const found = pathsIn(result.result);
    return found.length === 1 ? list(callFor({ do: "view", path: found[0]!, line: null }, tools)) : [];
  }
  return [];
}

const list = <T>(value: T | null): T[] => (value === null ? [] : [value]);

/** Null when the tool is not offered. Argument names are read from the tool's schema, so a renamed one still works. */
function callFor(wanted: Wanted, tools: ToolSpec[]): Omit<ToolCall, "id"> | null {
  const { name, values } = planOf(wanted);
  const tool = tools.find((t) => t.name === name);
  if (!tool) return null;
  const known = (tool.parameters.properties ?? {}) as Record<string, unknown>;
  const args: Record<string, unknown> = {};
  for (const [names, value] of values) {
    const key = names.find((n) => n in known);
    if (key) args[key] = value;
  }
  return { name, arguments: JSON.stringify(args) };
}

/** Names that the argument may have, and its value. */
type Value = [names: string[], value: string | number | boolean];

function planOf(wanted: Wanted): { name: string; values: Value[] } {
  switch (wanted.do) {
    case "list":
      return { name: "list_dir", values: [[PATH, wanted.path]] };
    case "overview":
      return { name: "list_dir", values: [[PATH, "."]] };
    case "view": {
      if (wanted.line === null) return { name: "view_file", values: [[PATH, wanted.path]] };
      const from = Math.max(1, wanted.line - LINES_BEFORE);
      return {
        name: "view_file",
        values: [
          [PATH, wanted.path],
          [["from"], from],
          [["to"], from + AROUND_LINES],
        ],
      };
    }
    case "grep":
      return {
        name: "grep",
        values: [
          [["pattern", "query"], wanted.text],
          [["literal"], true],
        ],
      };
    case "find":
      return { name: "find_files", values: [[["glob", "pattern"], wanted.glob]] };
    case "show":
      return { name: "git_show", values: [[["revision"], wanted.revision]] };
    case "status":
    case "log":
    case "diff":
      return { name: `git_${wanted.do}`, values: [] };
    case "hello":
      return { name: "", values: [] };
  }
}

function doneIn(after: ChatMessage[]): Done[] {
  const results = new Map(after.flatMap((m) => (m.role === "tool" ? [[m.tool_call_id, m.content] as const] : [])));
  const calls = after.flatMap((m) => (m.role === "assistant" ? (m.tool_calls ?? []) : []));
  return calls.map(({ id, name, arguments: args }) => ({
    name,
    args: parse(args),
    result: results.get(id) ?? "(no result)",
  }));
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
