/**
 * The one wrapper around every tool: parses and checks the arguments, holds the time limit, cancels, cuts the result
 * and keeps the whole. A call never throws: whatever happens becomes an outcome that the model can act on.
 */
import type { z } from "zod";
import type { ToolCall } from "../../domain/llm.ts";
import type { Tool, ToolContext, ToolOutcome, ToolResult } from "../../domain/tool.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { closest } from "../../lib/closest.ts";
import { AppError } from "../../lib/errors.ts";
import { storable } from "../../lib/storable.ts";
import { ellipsis, oneLine, type TextLimit } from "../../lib/text.ts";
import { parseArguments } from "./arguments.ts";
import { cutResult, RESULT_LIMIT } from "./cut.ts";

const NOTE_LIMIT_CHARS = 120;
const SHOWN_LIMIT_CHARS = 200;
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** Checks at start what every model and page relies on. */
export function defineTool<Input extends z.ZodType>(tool: Tool<Input>): Tool<Input> {
  if (!NAME.test(tool.name)) throw new Error(`"${tool.name}" is no name for a tool`);
  if (tool.description.trim() === "") throw new Error(`${tool.name} has no description`);
  return { ...tool, description: tool.description.trim() };
}

/** Runs one call of a model. `context.signal` cancels it. */
export async function callTool(
  tools: readonly Tool[],
  context: ToolContext,
  call: ToolCall,
  limit: TextLimit = RESULT_LIMIT,
): Promise<ToolOutcome> {
  const began = performance.now();
  const outcome = await outcomeOf(tools, context, call, limit);
  return {
    ...outcome,
    text: storable(outcome.text),
    note: oneLine(storable(outcome.note), NOTE_LIMIT_CHARS),
    shown: oneLine(storable(outcome.shown), SHOWN_LIMIT_CHARS),
    duration_ms: Math.round(performance.now() - began),
  };
}

/** The argument worth showing in the row of a call that has not run yet; "" when the call cannot be read. */
export function shownOf(tools: readonly Tool[], call: ToolCall): string {
  const tool = tools.find((t) => t.name === call.name);
  const parsed = tool && parseArguments(tool, call.arguments);
  return oneLine(parsed?.ok ? tool!.shown(parsed.input) : call.arguments, SHOWN_LIMIT_CHARS);
}

type Outcome = Omit<ToolOutcome, "duration_ms">;

async function outcomeOf(
  tools: readonly Tool[],
  context: ToolContext,
  call: ToolCall,
  limit: TextLimit,
): Promise<Outcome> {
  const tool = tools.find((t) => t.name === call.name);
  if (!tool) return failed("unknown tool", unknownTool(tools, call.name), call.arguments);
  if (context.signal.aborted) return cancelled(call.arguments);
  const parsed = parseArguments(tool, call.arguments);
  if (!parsed.ok) return failed(parsed.note, parsed.message, call.arguments);
  const shown = tool.shown(parsed.input);
  try {
    const result = await withinTime(tool, context, parsed.input);
    const { text, output_id } = await cutResult(tool, context, result.text, limit);
    const { images } = result;
    const place = context.checkout && readsTheTree(tool) ? `\n${inWorktree(context.checkout)}` : "";
    return {
      state: result.failed ? "failed" : "closed",
      text: text + place,
      note: result.note,
      shown,
      output_id,
      ...(images && { images }),
    };
  } catch (error) {
    if (context.signal.aborted) return cancelled(shown);
    return failed(...sentenceOf(tool, context, error), shown);
  }
}

const failed = (note: string, text: string, shown: string): Outcome => ({
  state: "failed",
  text,
  note,
  shown,
  output_id: null,
});
const cancelled = (shown: string): Outcome => ({
  state: "cancelled",
  text: "Cancelled by the user.",
  note: "cancelled",
  shown,
  output_id: null,
});

const readsTheTree = ({ kind, name }: Tool) =>
  ["search", "git"].includes(kind) || (kind === "read" && !name.startsWith("skill_"));

/** A model must not take one place for the other. */
const inWorktree = (checkout: string) =>
  `[Relative paths are read in this session's worktree, where its agents write; the project's own directory is ${checkout}.]`;

class TookTooLong extends Error {}

/** Runs the tool until it ends, is cancelled, or its time is up; also a tool that does not listen to its signal. */
async function withinTime(tool: Tool, context: ToolContext, input: unknown): Promise<ToolResult> {
  const stop = new AbortController();
  const cancel = () => stop.abort(context.signal.reason);
  context.signal.addEventListener("abort", cancel, { once: true });
  // A timer takes no infinity: it would fire at once.
  const timed = Number.isFinite(tool.timeout_ms);
  const timer = timed ? setTimeout(() => stop.abort(new TookTooLong()), tool.timeout_ms) : undefined;
  const stopped = Promise.withResolvers<never>();
  stop.signal.addEventListener("abort", () => stopped.reject(stop.signal.reason), { once: true });
  try {
    return await Promise.race([tool.run(input, { ...context, signal: stop.signal }), stopped.promise]);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", cancel);
  }
}

/** Note and text for the model. An unexpected error keeps its detail to itself: it may hold anything. */
function sentenceOf(tool: Tool, context: ToolContext, error: unknown): [note: string, text: string] {
  if (error instanceof Refusal) return [error.note, error.hint ? `${error.message} ${error.hint}` : error.message];
  if (error instanceof TookTooLong) {
    return [
      "took too long",
      `${tool.name} took longer than ${tool.timeout_ms / 1000} s and was stopped. Ask for less: a narrower path or pattern.`,
    ];
  }
  if (error instanceof AppError && error.code !== "internal") {
    return [error.code === "invalid" ? "wrong arguments" : "failed", error.message];
  }
  context.report?.(error);
  return [
    "internal error",
    `${tool.name} failed inside BooCode. Try another way; calling it the same way again is unlikely to help.`,
  ];
}

/** Names that models know from other tools. */
const OTHER_NAMES = new Map(
  Object.entries({
    read: "view_file",
    read_file: "view_file",
    cat: "view_file",
    open_file: "view_file",
    ls: "list_dir",
    list_files: "list_dir",
    list_directory: "list_dir",
    search: "grep",
    rg: "grep",
    search_files: "grep",
    glob: "find_files",
    find: "find_files",
    edit: "edit_file",
    str_replace: "edit_file",
    str_replace_editor: "edit_file",
    replace: "edit_file",
    search_replace: "edit_file",
    write: "create_file",
    write_file: "create_file",
    skill: "skill_use",
    use_skill: "skill_use",
    load_skill: "skill_use",
    find_skill: "skill_find",
    list_skills: "skill_find",
    rm: "delete_file",
    remove_file: "delete_file",
    fetch: "web_fetch",
    fetch_url: "web_fetch",
    browse: "web_fetch",
    search_web: "web_search",
    google: "web_search",
  }),
);

function unknownTool(tools: readonly Tool[], name: string): string {
  const names = tools.map((tool) => tool.name);
  // "functions.grep" and "default_api:grep" are grep.
  const bare = name.replace(/^.*[.:/]/s, "");
  const known = OTHER_NAMES.get(bare.toLowerCase());
  const like = known && names.includes(known) ? [known] : closest(bare, names, 2);
  const hint = like.length > 0 ? `Did you mean ${like.join(" or ")}?` : `There are: ${names.join(", ")}.`;
  return `There is no tool ${JSON.stringify(ellipsis(name, 80))}. ${hint}`;
}
