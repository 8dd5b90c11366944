import { z } from "zod";
import { REASON_LIMIT_CHARS } from "../../domain/grant.ts";
import type { ReadAccessRequest } from "../../domain/request.ts";
import { NO_TIME_LIMIT, type ToolResult } from "../../domain/tool.ts";
import { unavailable } from "../../lib/errors.ts";
import { oneLine } from "../../lib/text.ts";
import { defineTool } from "./define.ts";
import { pathField } from "./fields.ts";
import description from "./request_read_access.md" with { type: "text" };

export const requestReadAccessTool = defineTool({
  name: "request_read_access",
  kind: "ask",
  description,
  read_only: true,
  timeout_ms: NO_TIME_LIMIT,
  input: z.object({
    path: pathField("Absolute path of what you need to read."),
    reason: z.string().trim().min(1).max(REASON_LIMIT_CHARS).describe("Why, in one sentence; the person sees it."),
  }),
  shown: ({ path }) => path,
  async run({ path, reason }, { ask, reach }) {
    if (!ask || !reach) throw unavailable("Nobody can be asked here.");
    const wanted = await reach(path);
    if (wanted.readable)
      return { text: `${path} can be read in this session; use its absolute path.`, note: "readable" };
    const request = await ask({
      kind: "read_access",
      title: wanted.path,
      detail: {
        path: wanted.path,
        asked: path,
        reason: oneLine(reason, REASON_LIMIT_CHARS),
        project_id: wanted.project_id,
      },
    });
    return resultOf(request as ReadAccessRequest);
  },
});

function resultOf({ state, detail }: ReadAccessRequest): ToolResult {
  const { path } = detail;
  if (state === "answered")
    return {
      text: `Allowed: ${path} can be read in this session, read only; files of secrets stay closed. Use absolute paths.`,
      note: "allowed",
    };
  if (state === "expired")
    return {
      text: `Nobody answered in time; ${path} stays closed. Go on without it.`,
      note: "no answer",
      failed: true,
    };
  return { text: `Denied: ${path} stays closed. Go on without it and do not ask again.`, note: "denied", failed: true };
}
