/** A tool of an MCP server as a tool of ours: what models are told of it, whom it asks, and what its result is. */
import { z } from "zod";
import type { McpTool, McpToolFacts } from "../../domain/mcp.ts";
import type { PermissionRequest, RequestOption } from "../../domain/request.ts";
import { SUBJECT_LIMIT_CHARS } from "../../domain/rule.ts";
import { NO_TIME_LIMIT, type Tool, type ToolContext, type ToolResult } from "../../domain/tool.ts";
import type { Answer } from "../../drivers/mcp/answer.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { counted } from "../../lib/format.ts";
import { ellipsis, oneLine } from "../../lib/text.ts";
import type { McpLink } from "./link.ts";

const Arguments = z.record(z.string(), z.unknown());
const SHOWN_CHARS = 200;

interface Current {
  current(server: string, name: string): { link: McpLink; tool: McpToolFacts } | null;
}

/**
 * A tool that says that it only reads runs beside the others; one that says that it writes is for coders and asks, and so
 * does one that says nothing, wherever it is called.
 */
export function asTool(server: string, tool: McpTool, servers: Current): Tool {
  const reads = tool.effect === "reads";
  return {
    name: tool.called,
    kind: reads ? "mcp" : "execute",
    description: tool.description || tool.title || `${tool.name} of ${server}.`,
    input: Arguments,
    parameters: tool.parameters,
    read_only: tool.effect !== "writes",
    // The server's own limit holds, and a person is waited for.
    timeout_ms: NO_TIME_LIMIT,
    shown: (input) => shownOf(input as Record<string, unknown>),
    run: async (input, context) => {
      const now = servers.current(server, tool.name);
      if (!now) return failed(`${server} offers no tool ${JSON.stringify(tool.name)} any more.`, "not there any more");
      if (now.tool.effect !== tool.effect && now.tool.effect !== "reads")
        return failed(
          `${server} says something else about what ${tool.name} does than when this message began. It can be called again in an answer to the next message.`,
          "it changed",
        );
      return run(now.link, server, tool, input as Record<string, unknown>, context);
    },
  };
}

async function run(
  link: McpLink,
  server: string,
  tool: McpTool,
  args: Record<string, unknown>,
  context: ToolContext,
): Promise<ToolResult> {
  if (tool.effect !== "reads") {
    const refused = await asked(server, tool, args, context);
    if (refused) return refused;
    // Nobody is waited for any more: were the server to die now, the call would not be made a second time.
    await context.begin?.();
  }
  try {
    const answer = await link.call(tool.name, args, {
      signal: context.signal,
      progress: (text) => context.tell?.(`${oneLine(text, SHOWN_CHARS)}\n`),
    });
    return resultOf(answer);
  } catch (error) {
    if (context.signal.aborted || !(error instanceof Refusal)) throw error;
    const unsure =
      tool.effect === "reads" ? "" : " Whether it took effect is not known; look before you call it again.";
    return failed(`${error.message}${unsure}`, error.note);
  }
}

const failed = (text: string, note: string): ToolResult => ({ text, note, failed: true });

function resultOf({ text, images, failed: isError }: Answer): ToolResult {
  const lines = text === "" ? 0 : linesIn(text);
  const said = lines === 0 ? "no output" : lines === 1 ? oneLine(text, 60) : counted(lines, "line");
  const note = images.length > 0 ? `${said}, ${counted(images.length, "image")}` : said;
  return { text: text === "" ? "[No output]" : text, note, images, ...(isError && { failed: true }) };
}

/** Counted without taking it apart: it may be 50 MB. */
function linesIn(text: string): number {
  let lines = text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

/** The one text worth a line, else all of them. */
function shownOf(args: Record<string, unknown>): string {
  const values = Object.values(args);
  const texts = values.filter((value) => typeof value === "string" && value !== "");
  if (values.length === 0) return "";
  return oneLine(texts.length === 1 ? String(texts[0]) : JSON.stringify(args), SHOWN_CHARS);
}

/** Null when it may run. */
async function asked(
  server: string,
  tool: McpTool,
  args: Record<string, unknown>,
  { ask }: ToolContext,
): Promise<ToolResult | null> {
  if (!ask) return failed("Nobody can be asked here, and this tool may change something.", "nobody to ask");
  const text = JSON.stringify(args, null, 2);
  // One that says that it writes is allowed call by call, word for word; one that says nothing is allowed as a tool.
  const subject =
    tool.effect === "writes" ? `${server}/${tool.name} ${JSON.stringify(args)}` : `${server}/${tool.name}`;
  const request = (await ask({
    kind: "permission",
    title: `${tool.called} ${shownOf(args)}`.trim(),
    detail: {
      tool_kind: "mcp",
      text: text === "{}" ? null : text,
      facts: [
        { label: "Server", value: server },
        { label: "Tool", value: tool.title ? `${tool.name} (${tool.title})` : tool.name },
        {
          label: "It says",
          value: tool.effect === "writes" ? "that it changes things" : "nothing about whether it changes things",
        },
      ],
      subject: subject.length > SUBJECT_LIMIT_CHARS ? null : subject,
    },
    options: optionsFor(tool, subject),
  })) as PermissionRequest;
  if (request.state === "answered") return null;
  if (request.state === "expired") return failed("Not called: nobody answered in time.", "no answer");
  const why = request.answer?.comment
    ? ` They say: ${request.answer.comment}`
    : " Do not try it another way; ask what they want instead.";
  return failed(`Not called: the user rejected this call.${why}`, "rejected");
}

function optionsFor(tool: McpTool, subject: string): RequestOption[] {
  const name =
    tool.effect === "writes"
      ? "Always allow exactly this call in this project"
      : `Always allow ${ellipsis(tool.called, 80)} in this project`;
  const always: RequestOption[] =
    subject.length > SUBJECT_LIMIT_CHARS ? [] : [{ id: "always", kind: "allow_always", name }];
  return [
    { id: "once", kind: "allow_once", name: "Allow once" },
    ...always,
    { id: "reject", kind: "reject_once", name: "Reject" },
  ];
}
