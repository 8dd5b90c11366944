/** The tools there are, in one order: the prompt that lists them is the same byte for byte, which model caches reward. */
import { z } from "zod";
import type { Tool, ToolSpec } from "../../domain/tool.ts";
import { findFilesTool } from "./find_files.ts";
import { gitDiffTool } from "./git_diff.ts";
import { gitLogTool } from "./git_log.ts";
import { gitShowTool } from "./git_show.ts";
import { gitStatusTool } from "./git_status.ts";
import { grepTool } from "./grep.ts";
import { listDirTool } from "./list_dir.ts";
import { readOutputTool } from "./read_output.ts";
import { viewFileTool } from "./view_file.ts";

/** The tools that only read, sorted by name. */
export function readTools(): Tool[] {
  const tools: Tool[] = [
    findFilesTool,
    gitDiffTool,
    gitLogTool,
    gitShowTool,
    gitStatusTool,
    grepTool,
    listDirTool,
    readOutputTool,
    viewFileTool,
  ];
  return tools.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Tools as a model is told of them. */
export function toolSpecs(tools: readonly Tool[]): ToolSpec[] {
  return [...tools]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((tool) => ({ name: tool.name, description: tool.description, parameters: parametersOf(tool) }));
}

/** As a caller sees the input: fields with a default may be left out. */
function parametersOf(tool: Tool): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(tool.input, { io: "input" });
  return { ...schema, additionalProperties: false };
}
