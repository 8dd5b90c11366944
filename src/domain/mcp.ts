/** MCP servers: programs and addresses whose tools models may call, and how those tools are named and chosen. */

/** What the last start, or the last look at its tools, came to. */
export type McpState = "unknown" | "starting" | "ready" | "error";
export type McpTransport = "stdio" | "http";

/** What a tool does by its server's own account; `unsaid` where it tells nothing. */
export type McpEffect = "reads" | "writes" | "unsaid";

/** A tool as its server told of it, put right where that was no description of a tool. */
export interface McpToolFacts {
  /** As its server calls it. */
  name: string;
  title: string | null;
  description: string;
  /** JSON schema of its arguments: always an object's. */
  parameters: Record<string, unknown>;
  effect: McpEffect;
  /** What was wrong with its description; null when nothing was. */
  problem: string | null;
}

export interface McpTool extends McpToolFacts {
  /** As models call it. */
  called: string;
  /** Offered to models; null says that it is, else why not. */
  left_out: string | null;
}

export interface McpServer {
  name: string;
  transport: McpTransport;
  enabled: boolean;
  /** What is started, as it would be typed, or the address; no secret of either. */
  target: string;
  /** Names of variables or headers that it is given. */
  given: string[];
  state: McpState;
  /** What went wrong last; null once a call went well. */
  error: string | null;
  /** A process lives, or a conversation is open. */
  running: boolean;
  pid: number | null;
  /** By its own account. */
  version: string | null;
  tools: McpTool[];
  /** What was left out of its list because it is no tool. */
  problems: string[];
  start_ms: number | null;
  checked_at: Date | null;
}

/** What is remembered of a server between starts. */
export interface McpSnapshot {
  name: string;
  /** Of the entry in mcp.json that it was made with. */
  stamp: string;
  state: Exclude<McpState, "starting">;
  error: string | null;
  version: string | null;
  tools: McpToolFacts[];
  problems: string[];
  /** The end of what it complained about. */
  complaints: string;
  start_ms: number | null;
  checked_at: Date;
}

export const MCP_NAME_LIMIT_CHARS = 60;
/** What endpoints take as the name of a function. */
export const TOOL_NAME_LIMIT_CHARS = 64;
/** So many tools of one server are offered; which ones, globs decide. */
export const MCP_OFFERED_MAX = 100;
const HASH_CHARS = 6;

/**
 * `<server>_<tool>` for each tool, in the letters that endpoints take, none longer than they take, none twice and none
 * that is `taken`. Depends on nothing but the names, so that it is the same at every start. `hash` gives hex digits.
 */
export function callNames(
  tools: readonly { server: string; name: string }[],
  taken: ReadonlySet<string>,
  hash: (text: string) => string,
): string[] {
  const plain = tools.map(({ server, name }) => `${sanitised(server)}_${sanitised(name)}`);
  const times = new Map<string, number>();
  for (const name of plain) times.set(name, (times.get(name) ?? 0) + 1);
  return tools.map(({ server, name }, i) => {
    const own = plain[i]!;
    if (own.length <= TOOL_NAME_LIMIT_CHARS && times.get(own) === 1 && !taken.has(own)) return own;
    const mark = hash(`${server}\0${name}`).slice(0, HASH_CHARS);
    return `${own.slice(0, TOOL_NAME_LIMIT_CHARS - HASH_CHARS - 1)}_${mark}`;
  });
}

function sanitised(name: string): string {
  const clean = name.replace(/[^A-Za-z0-9_-]+/g, "_").replace(/^[_-]+|[_-]+$/g, "");
  // Some endpoints want a letter first.
  return /^[A-Za-z]/.test(clean) ? clean : `x${clean}`;
}

/** `5 tools, 1 of them writes`, in one line. */
export function toolCounts(tools: readonly McpTool[]): {
  all: number;
  offered: number;
  writes: number;
  unsaid: number;
} {
  const offered = tools.filter((tool) => tool.left_out === null);
  return {
    all: tools.length,
    offered: offered.length,
    writes: offered.filter((tool) => tool.effect === "writes").length,
    unsaid: offered.filter((tool) => tool.effect === "unsaid").length,
  };
}
