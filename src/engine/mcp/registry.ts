/** MCP servers as a person adds, changes and removes them: entries of mcp.json, whose secrets never come back out. */
import type { McpServer } from "../../domain/mcp.ts";
import { joinCommand, splitCommand } from "../../lib/command-line.ts";
import { conflict, invalid, notFound } from "../../lib/errors.ts";
import { explainIssue } from "../../lib/zod-message.ts";
import type { Core } from "../core.ts";
import { isRef } from "../env-refs.ts";
import { McpEntry, type McpSpec, nameProblem, writeMcpServer } from "./file.ts";

/** As a form or a program gives it; lines are `NAME=value` or globs, one a line. An empty text takes the field away. */
export interface McpInput {
  command?: string | undefined;
  url?: string | undefined;
  env?: string | Record<string, string> | undefined;
  headers?: string | Record<string, string> | undefined;
  tools?: string | string[] | undefined;
  reads?: string | string[] | undefined;
  timeout_s?: number | null | undefined;
  enabled?: boolean | undefined;
}

/** What a form begins with. A value that may be a secret is not among it: its name alone stands for what is stored. */
export interface McpFormValues {
  command: string;
  url: string;
  env: string;
  headers: string;
  tools: string;
  reads: string;
  timeout_s: string;
}

/** Adds a server and asks it behind the answer. Throws invalid naming the field; conflict when the name is taken. */
export async function addMcpServer(core: Core, name: string, input: McpInput): Promise<McpServer> {
  const problem = nameProblem(name);
  if (problem) throw invalid(problem, "name");
  const { servers } = await core.mcp.list();
  if (servers.some((server) => server.name === name)) throw conflict(`There is a server "${name}" already.`);
  await writeMcpServer(core.config.home, name, (before) => {
    if (before !== null)
      throw conflict(`mcp.json has an entry "${name}" that is left out because it is wrong. Mend or remove it first.`);
    return merged({}, input);
  });
  return (await core.mcp.find(name)).server;
}

export async function changeMcpServer(core: Core, name: string, input: McpInput): Promise<McpServer> {
  await core.mcp.find(name);
  await writeMcpServer(core.config.home, name, (before) => merged(before ?? {}, input));
  return (await core.mcp.find(name)).server;
}

/** Out of mcp.json; what runs of it is ended. */
export async function removeMcpServer(core: Core, name: string): Promise<void> {
  const { servers } = await core.mcp.list();
  if (!servers.some((server) => server.name === name)) throw notFound("MCP server");
  await writeMcpServer(core.config.home, name, () => null);
  await core.mcp.look();
}

/** The entry with what is given; what stands in it beside our fields stays. Throws invalid naming the field. */
function merged(before: Record<string, unknown>, input: McpInput): Record<string, unknown> {
  const next: Record<string, unknown> = { ...before };
  if (input.command !== undefined) {
    const words = input.command.trim() === "" ? null : splitCommand(input.command);
    if (input.command.trim() !== "" && words === null)
      throw invalid("The command must be a program with its arguments; a quote may be open.", "command");
    next.command = words?.[0];
    next.args = words && words.length > 1 ? words.slice(1) : undefined;
  }
  if (input.url !== undefined) next.url = input.url.trim() || undefined;
  if (input.env !== undefined) next.env = pairs(input.env, before.env, "env");
  if (input.headers !== undefined) next.headers = pairs(input.headers, before.headers, "headers");
  if (input.tools !== undefined) next.tools = globsOf(input.tools);
  if (input.reads !== undefined) next.reads = globsOf(input.reads);
  if (input.timeout_s !== undefined) next.timeout_s = input.timeout_s ?? undefined;
  if (input.enabled !== undefined) {
    next.enabled = input.enabled;
    next.disabled = undefined;
  }
  const entry = JSON.parse(JSON.stringify(next)) as Record<string, unknown>;
  if ((entry.command === undefined) === (entry.url === undefined))
    throw invalid("Give it either a command or an address.", entry.command === undefined ? "command" : "url");
  const read = McpEntry.safeParse(entry);
  if (read.success) return entry;
  const { message, field = "command" } = explainIssue(read.error);
  throw invalid(message, field.split(".")[0]);
}

/** Lines of NAME=value or `Name: value`; a name alone keeps the value that is stored. None: undefined. */
function pairs(
  given: string | Record<string, string>,
  before: unknown,
  field: string,
): Record<string, string> | undefined {
  if (typeof given === "object") return Object.keys(given).length > 0 ? given : undefined;
  const stored = new Map(typeof before === "object" && before !== null ? Object.entries(before) : []);
  const all: [string, string][] = [];
  for (const line of given.split("\n").map((l) => l.trim())) {
    if (line === "") continue;
    const [, name = "", value] = /^([^=:\s]+)\s*(?:[=:]\s*(.*))?$/s.exec(line) ?? [];
    const kept = stored.get(name);
    if (name === "" || (value === undefined && typeof kept !== "string"))
      throw invalid(`"${line.slice(0, 40)}" is not NAME=value.`, field);
    all.push([name, value ?? String(kept)]);
  }
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}

function globsOf(given: string | string[]): string[] | undefined {
  const globs = (typeof given === "string" ? given.split(/[\n,]/) : given).map((g) => g.trim()).filter(Boolean);
  return globs.length > 0 ? globs : undefined;
}

export function formValues(spec: McpSpec): McpFormValues {
  return {
    command: spec.argv ? joinCommand(spec.argv) : "",
    url: spec.url ?? "",
    env: lines(spec.env, "="),
    headers: lines(spec.headers, ": "),
    tools: spec.tools.join("\n"),
    reads: spec.reads.join("\n"),
    timeout_s: spec.timeout_s === null ? "" : String(spec.timeout_s),
  };
}

const lines = (of: Readonly<Record<string, string>>, between: string) =>
  Object.entries(of)
    .map(([name, value]) => (isSafeToShow(value) ? `${name}${between}${value}` : name))
    .join("\n");

/** `Bearer {env:TOKEN}` names a secret and is none. */
const isSafeToShow = (value: string) => isRef(value) || /^[A-Za-z]+ \{env:[A-Za-z_][A-Za-z0-9_]*\}$/.test(value);
