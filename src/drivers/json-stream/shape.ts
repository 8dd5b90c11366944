/** What the JSON streams of agents have in common. */
import { z } from "zod";
import { type AgentEvent, type AgentToolKind, NO_PATCH, type ToolPatch } from "../../domain/agent-event.ts";

export type StreamEvent =
  | AgentEvent
  /** The conversation's name on the agent's side, to go on with. */
  | { kind: "session"; id: string; model: string | null }
  /** The turn is over; `error` says why it failed. */
  | ({ kind: "end" } & StreamEnd);

export interface StreamEnd {
  error: string | null;
  tokens_in: number | null;
  tokens_out: number | null;
  tokens_cached: number | null;
  /** Dollars of this turn. */
  cost_usd: number | null;
}

/** Takes one object of the stream. Never throws; what is of no use is nothing. */
export type StreamReader = (value: unknown) => StreamEvent[];

/** Of one piece of text or of one result. */
const TEXT_CHARS = 1_000_000;
const TITLE_CHARS = 300;
const INPUT_CHARS = 20_000;

export const text = z.string().transform((s) => s.slice(0, TEXT_CHARS));
export const maybe = text.nullish().catch(null);
export const count = z.number().nonnegative().nullish().catch(null);
/** It goes into a command line again: a plain name, no option. */
export const sessionName = z.string().regex(/^[A-Za-z0-9_][\w.:-]{0,199}$/);
export const callName = z.string().min(1).max(200);

export function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> | null {
  const result = schema.safeParse(value);
  return result.success ? result.data : null;
}

export const toolEvent = (id: string, fresh: boolean, patch: Partial<ToolPatch>): AgentEvent => ({
  kind: "tool",
  id,
  fresh,
  patch: { ...NO_PATCH, ...patch },
});

/** Tools of these agents by the names that they give them. */
const KINDS: [RegExp, AgentToolKind][] = [
  [/^(write|edit|multiedit|notebookedit|replace|create|str_replace|apply_patch|write_file|notebook_edit)$/, "edit"],
  [/^(bash|shell|run_shell_command|exec_command|terminal)$/, "execute"],
  [/^(read|read_file|read_many_files|view|list_directory|ls)$/, "read"],
  [/^(grep|glob|search|search_file_content|grep_search|find)$/, "search"],
  [/^(webfetch|websearch|web_fetch|web_search|google_web_search)$/, "fetch"],
  [/^(delete|delete_file)$/, "delete"],
];

export const toolKind = (name: string): AgentToolKind =>
  KINDS.find(([names]) => names.test(name.toLowerCase()))?.[1] ?? "other";

const Input = z.object({
  file_path: z.string().max(4_096).optional().catch(undefined),
  path: z.string().max(4_096).optional().catch(undefined),
  notebook_path: z.string().max(4_096).optional().catch(undefined),
  command: text.optional().catch(undefined),
  content: text.optional().catch(undefined),
  old_string: text.optional().catch(undefined),
  new_string: text.optional().catch(undefined),
  pattern: z.string().optional().catch(undefined),
  query: z.string().optional().catch(undefined),
});

/** A call as it begins: what it touches, and what it would write as a difference. */
export function callPatch(name: string, input: unknown): Partial<ToolPatch> {
  const given = read(Input, input) ?? {};
  const kind = toolKind(name);
  const path = given.file_path ?? given.path ?? given.notebook_path;
  const shown = path ?? given.command ?? given.pattern ?? given.query ?? "";
  const now = given.new_string ?? given.content;
  return {
    title: `${name} ${shown}`.replace(/\s+/g, " ").trim().slice(0, TITLE_CHARS),
    kind,
    status: "in_progress",
    locations: path ? [{ path, line: null }] : null,
    content:
      kind === "edit" && path && now !== undefined
        ? [{ type: "diff", path, old: given.old_string ?? null, new: now }]
        : null,
    input: inputText(input),
  };
}

function inputText(input: unknown): string | null {
  try {
    return JSON.stringify(input)?.slice(0, INPUT_CHARS) ?? null;
  } catch {
    return null;
  }
}
