/**
 * mcp.json in the data directory: which MCP servers there are, in the form that other clients have, too. A file that cannot
 * be read never stops anything: it is told of, and so is an entry that is wrong, while the others go on.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MCP_NAME_LIMIT_CHARS } from "../../domain/mcp.ts";
import { splitCommand } from "../../lib/command-line.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import { explainIssue } from "../../lib/zod-message.ts";
import { ENV_NAME, refusedRef } from "../env-refs.ts";
import { replaceOwnFile } from "../own-file.ts";

export const MCP_FILE = "mcp.json";
const FILE_LIMIT_BYTES = 500_000;
const SERVERS_MAX = 100;
export const TIMEOUT_MAX_S = 3_600;
export const GLOBS_MAX = 200;
const TEXT_CHARS = 8_000;

const text = z
  .string()
  .max(TEXT_CHARS)
  .superRefine((value, ctx) => {
    const refused = refusedRef(value);
    if (refused !== null) ctx.addIssue({ code: "custom", message: `may not use {env:${refused}}` });
  });
const globs = z.array(z.string().trim().min(1).max(200)).max(GLOBS_MAX);
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const address = text.superRefine((value, ctx) => {
  // A reference may stand in it anywhere.
  const url = URL.parse(value.replace(/\{env:[^}]*\}/g, "x"));
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    ctx.addIssue({ code: "custom", message: "must be an address that begins with http:// or https://" });
});

export const McpEntry = z
  .object({
    command: z.string().trim().min(1).max(2_000).optional(),
    args: z.array(text).max(200).optional(),
    cwd: z.string().max(4_000).optional(),
    env: z.record(z.string().regex(ENV_NAME, "must be a name"), text).optional(),
    url: address.optional(),
    headers: z.record(z.string().regex(HEADER_NAME, "must be a name"), text).optional(),
    type: z.string().optional(),
    enabled: z.boolean().optional(),
    disabled: z.boolean().optional(),
    tools: globs.optional(),
    reads: globs.optional(),
    timeout_s: z.number().int().min(1).max(TIMEOUT_MAX_S).optional(),
  })
  .superRefine(({ command, url, type }, ctx) => {
    if ((command === undefined) === (url === undefined))
      ctx.addIssue({ code: "custom", message: "needs either a command or a url" });
    if (type === "sse")
      ctx.addIssue({
        code: "custom",
        message: "uses the old SSE transport; only stdio and streamable HTTP are spoken",
      });
  });
export type McpEntry = z.output<typeof McpEntry>;

export interface McpSpec {
  name: string;
  enabled: boolean;
  /** Of all that a start depends on. */
  stamp: string;
  /** Program and arguments; null for an address. */
  argv: string[] | null;
  cwd: string | null;
  env: Record<string, string>;
  url: string | null;
  headers: Record<string, string>;
  /** Which of its tools are offered, and which only read, whatever they say. */
  tools: string[];
  reads: string[];
  timeout_s: number | null;
}

export interface McpFile {
  specs: McpSpec[];
  /** A sentence about the file, or about entries that were left out. */
  error: string | null;
}
interface Read extends McpFile {
  stamp: string;
  raw: { mcpServers?: Record<string, unknown>; [key: string]: unknown } | null;
}

const read = new Map<string, Read>();

/** Looked at anew whenever the file changed; costs one stat otherwise. Never throws. */
export const readMcpFile = (home: string): Promise<McpFile> => load(home);

/**
 * Changes one entry, adds it, or takes it out (null); `change` gets what the file says now, with all that is not ours. Throws
 * conflict when the file cannot be read: what somebody wrote there by hand is not thrown away.
 */
export async function writeMcpServer(
  home: string,
  name: string,
  change: (entry: Record<string, unknown> | null) => Record<string, unknown> | null,
): Promise<void> {
  const { raw, error } = await load(home);
  if (raw === null) throw new AppError("conflict", `${error} Mend or remove the file first.`);
  const before = raw.mcpServers?.[name];
  const next = change(typeof before === "object" && before !== null ? (before as Record<string, unknown>) : null);
  // By entries: a name like __proto__ is a name.
  const others = Object.entries(raw.mcpServers ?? {}).filter(([other]) => other !== name || next !== null);
  const at = others.findIndex(([other]) => other === name);
  if (next !== null && at >= 0) others[at] = [name, next];
  else if (next !== null) others.push([name, next]);
  const mcpServers = Object.fromEntries(others);
  await replaceOwnFile(join(home, MCP_FILE), `${JSON.stringify({ ...raw, mcpServers }, null, 2)}\n`);
  read.delete(home);
}

async function load(home: string): Promise<Read> {
  const path = join(home, MCP_FILE);
  const stats = await stat(path).catch(() => null);
  const stamp = stats ? `${stats.ino} ${stats.size} ${stats.mtimeMs}` : "";
  const known = read.get(home);
  if (known?.stamp === stamp) return known;
  const fresh = { stamp, ...(stats ? await parse(path, stats.size) : { specs: [], error: null, raw: {} }) };
  read.set(home, fresh);
  return fresh;
}

async function parse(path: string, size: number): Promise<Omit<Read, "stamp">> {
  const bad = (why: string) => ({ specs: [], error: `${MCP_FILE} ${why}.`, raw: null });
  if (size > FILE_LIMIT_BYTES) return bad(`is larger than ${FILE_LIMIT_BYTES / 1000} kB`);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    return bad(`cannot be read: ${messageOf(error)}`);
  }
  const servers = isObject(value) ? (value.mcpServers ?? {}) : null;
  if (!isObject(servers)) return bad('is not { "mcpServers": { … } }');
  const specs: McpSpec[] = [];
  const wrong: string[] = [];
  for (const [name, given] of Object.entries(servers).slice(0, SERVERS_MAX)) {
    const problem = nameProblem(name);
    const one = McpEntry.safeParse(given);
    if (problem) wrong.push(`${JSON.stringify(name.slice(0, MCP_NAME_LIMIT_CHARS))}: ${problem}`);
    else if (!one.success) wrong.push(`${name}: ${explainIssue(one.error).message}`);
    else specs.push(specOf(name, one.data));
  }
  if (Object.keys(servers).length > SERVERS_MAX) wrong.push(`all after the first ${SERVERS_MAX}.`);
  const error = wrong.length > 0 ? `${MCP_FILE}: left out ${wrong.join(" ")}` : null;
  return { specs: specs.sort((a, b) => (a.name < b.name ? -1 : 1)), error, raw: value as NonNullable<Read["raw"]> };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Why a text is no name for a server; null when it is one. */
export function nameProblem(name: string): string | null {
  if (name !== name.trim() || name === "" || name.length > MCP_NAME_LIMIT_CHARS)
    return `A name has 1 to ${MCP_NAME_LIMIT_CHARS} characters.`;
  if (!/[A-Za-z0-9]/.test(name) || /[\p{C}/]/u.test(name)) return "A name needs a letter or digit, and has no slash.";
  return null;
}

function specOf(name: string, entry: McpEntry): McpSpec {
  const { command, args = [], cwd = null, env = {}, url = null, headers = {}, enabled, disabled } = entry;
  // A command without arguments may be a whole line, as it would be typed.
  const argv = command === undefined ? null : [...(args.length > 0 ? [command] : wordsOf(command)), ...args];
  const starts = JSON.stringify([argv, cwd, Object.entries(env).sort(), url, Object.entries(headers).sort()]);
  return {
    name,
    enabled: enabled ?? disabled !== true,
    stamp: new Bun.CryptoHasher("sha256").update(starts).digest("hex").slice(0, 32),
    argv,
    cwd,
    env,
    url,
    headers,
    tools: entry.tools ?? [],
    reads: entry.reads ?? [],
    timeout_s: entry.timeout_s ?? null,
  };
}

const wordsOf = (command: string): string[] => splitCommand(command) ?? [command];
