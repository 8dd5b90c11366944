/** What runs ask, and what was answered for always; part of RESOURCES. */
import { z } from "zod";
import type { Grant } from "../../domain/grant.ts";
import { OPTION_KINDS, REQUEST_STATES, type RunRequest } from "../../domain/request.ts";
import type { Rule } from "../../domain/rule.ts";
import { at, id, type Of } from "./wire.ts";

const option = z.object({ id: z.string(), kind: z.enum(OPTION_KINDS), name: z.string() });
const base = {
  id,
  run_id: id,
  chat_id: id,
  session_id: id,
  project_id: id,
  message_id: id.describe("The answer in which it stands."),
  part_id: id.nullable().describe("The tool call that asks."),
  provider: z.string().describe("Who asks: `boocode` or an external agent."),
  state: z.enum(REQUEST_STATES),
  title: z.string(),
  options: z.array(option).describe("Of a permission, as the provider sent them."),
  via: z
    .enum(["browser", "api", "cli", "mcp", "rule"])
    .nullable()
    .describe("How the answer came in; `rule`: an earlier “always” answered."),
  created_at: at,
  expires_at: at.nullable().describe("Counts as refused without an answer by then."),
  snoozed_until: at.nullable(),
  ended_at: at.nullable(),
};
const permissionDetail = z.object({
  tool_kind: z.string(),
  text: z.string().nullable().describe("What is to be allowed, word by word."),
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
  subject: z.string().nullable().describe("What “always” fits exactly; null when it cannot be remembered."),
});
const questionDetail = z.object({
  questions: z.array(z.object({ question: z.string(), select: z.enum(["one", "many"]), options: z.array(z.string()) })),
});
const accessDetail = z.object({
  path: z.string().describe("The directory that would be readable."),
  asked: z.string(),
  reason: z.string(),
  project_id: id.nullable(),
});

export const request = z.discriminatedUnion("kind", [
  z.object({
    ...base,
    kind: z.literal("permission"),
    detail: permissionDetail,
    answer: z.object({ option_id: z.string(), kind: z.enum(OPTION_KINDS), comment: z.string().nullable() }).nullable(),
  }),
  z.object({
    ...base,
    kind: z.literal("question"),
    detail: questionDetail,
    answer: z
      .object({ replies: z.array(z.object({ selected: z.array(z.string()), text: z.string() })) })
      .nullable()
      .describe("No replies: it was not to be answered."),
  }),
  z.object({
    ...base,
    kind: z.literal("read_access"),
    detail: accessDetail,
    answer: z.object({ allow: z.boolean() }).nullable(),
  }),
]) satisfies Of<RunRequest>;

export const grant = z.object({
  id,
  session_id: id,
  path: z.string().describe("Real path of the directory."),
  reason: z.string(),
  request_id: id.nullable(),
  created_at: at,
}) satisfies Of<Grant>;

export const rule = z.object({
  id,
  provider: z.string(),
  project_id: id,
  project_name: z.string(),
  tool_kind: z.string(),
  subject: z.string().describe("The normalised command or path; never a pattern."),
  effect: z.enum(["allow", "deny"]),
  request_id: id.nullable().describe("The request whose answer made it."),
  created_at: at,
}) satisfies Of<Rule & { project_name: string }>;
