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

const described = new WeakMap<Tool, Record<string, unknown>>();

/** As a caller sees the input: fields with a default may be left out. Made once a tool: it takes longer than a turn's start. */
function parametersOf(tool: Tool): Record<string, unknown> {
  const known = described.get(tool);
  if (known) return known;
  const { $schema: _, ...schema } = z.toJSONSchema(tool.input, { io: "input" });
  const parameters = { ...schema, additionalProperties: false };
  described.set(tool, parameters);
  return parameters;
}
