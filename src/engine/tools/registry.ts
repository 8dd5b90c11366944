/** The tools there are, in one order: the prompt that lists them is the same byte for byte, which model caches reward. */
import { z } from "zod";
import type { RunMode } from "../../domain/change.ts";
import type { ChatKind } from "../../domain/chat.ts";
import type { Tool, ToolSpec } from "../../domain/tool.ts";
import { applyPendingTool } from "./apply_pending.ts";
import { askUserInputTool } from "./ask_user_input.ts";
import { createFileTool } from "./create_file.ts";
import { deleteFileTool } from "./delete_file.ts";
import { editFileTool } from "./edit_file.ts";
import { findFilesTool } from "./find_files.ts";
import { getCodebaseOverviewTool } from "./get_codebase_overview.ts";
import { getDependenciesTool } from "./get_dependencies.ts";
import { getFileAnalysisTool } from "./get_file_analysis.ts";
import { getFrameworkAnalysisTool } from "./get_framework_analysis.ts";
import { getSemanticNeighborhoodsTool } from "./get_semantic_neighborhoods.ts";
import { getSymbolInfoTool } from "./get_symbol_info.ts";
import { gitDiffTool } from "./git_diff.ts";
import { gitLogTool } from "./git_log.ts";
import { gitShowTool } from "./git_show.ts";
import { gitStatusTool } from "./git_status.ts";
import { grepTool } from "./grep.ts";
import { listDirTool } from "./list_dir.ts";
import { readOutputTool } from "./read_output.ts";
import { requestReadAccessTool } from "./request_read_access.ts";
import { rewindTool } from "./rewind.ts";
import { runCommandTool } from "./run_command.ts";
import { searchSymbolsTool } from "./search_symbols.ts";
import { skillFindTool } from "./skill_find.ts";
import { skillResourceTool } from "./skill_resource.ts";
import { skillUseTool } from "./skill_use.ts";
import { viewFileTool } from "./view_file.ts";
import { watchChangesTool } from "./watch_changes.ts";
import { webFetchTool } from "./web_fetch.ts";
import { webSearchTool } from "./web_search.ts";

/** The tools that change nothing, sorted by name. */
export function readTools(): Tool[] {
  const tools: Tool[] = [
    askUserInputTool,
    findFilesTool,
    getCodebaseOverviewTool,
    getDependenciesTool,
    getFileAnalysisTool,
    getFrameworkAnalysisTool,
    getSemanticNeighborhoodsTool,
    getSymbolInfoTool,
    gitDiffTool,
    gitLogTool,
    gitShowTool,
    gitStatusTool,
    grepTool,
    listDirTool,
    readOutputTool,
    requestReadAccessTool,
    searchSymbolsTool,
    skillFindTool,
    skillResourceTool,
    skillUseTool,
    viewFileTool,
    watchChangesTool,
    webFetchTool,
    webSearchTool,
  ];
  return sorted(tools);
}

/** Everything there is, sorted by name. */
export function allTools(): Tool[] {
  return sorted([...readTools(), ...writeTools()]);
}

/** Tools that propose changes of files or act outside: for chats of kind coder. */
export function writeTools(): Tool[] {
  return sorted([applyPendingTool, createFileTool, deleteFileTool, editFileTool, rewindTool, runCommandTool]);
}

const sorted = (tools: Tool[]): Tool[] => tools.sort((a, b) => (a.name < b.name ? -1 : 1));

/** The tools of a run: those that only read, and in a coder that may write those that propose and act, too. */
export function toolsFor(all: readonly Tool[], chat: ChatKind, mode: RunMode): Tool[] {
  return all.filter((tool) => tool.read_only || (chat === "coder" && mode !== "plan"));
}

/** Tools as a model is told of them. */
export function toolSpecs(tools: readonly Tool[]): ToolSpec[] {
  return [...tools]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((tool) => ({ name: tool.name, description: tool.description, parameters: parametersOf(tool) }));
}

const described = new WeakMap<Tool, Record<string, unknown>>();

/** As a caller sees the input: fields with a default may be left out. Made once a tool: it takes longer than a turn's start. */
function parametersOf(tool: Tool): Record<string, unknown> {
  if (tool.parameters) return tool.parameters as Record<string, unknown>;
  const known = described.get(tool);
  if (known) return known;
  const { $schema: _, ...schema } = z.toJSONSchema(tool.input, { io: "input" });
  const parameters = { ...schema, additionalProperties: false };
  described.set(tool, parameters);
  return parameters;
}
