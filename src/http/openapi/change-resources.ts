/** Changes and applies; part of RESOURCES. */
import { z } from "zod";
import type { Apply } from "../../domain/apply.ts";
import { APPLY_FILE_STATES, APPLY_STATES } from "../../domain/apply.ts";
import type * as domain from "../../domain/change.ts";
import { HUNK_STATES } from "../../domain/change.ts";
import { patchHunk } from "./git-resources.ts";
import { at, count, id, type Of } from "./wire.ts";

const source = z.object({
  part_id: id.nullable().describe("The tool part of the call; null for what was collected from a worktree."),
  run_id: id.nullable(),
  turn: count.nullable(),
  tool: z.string().nullable(),
  provider: z.string(),
  model: z.string().nullable(),
  said: z.string().describe("The last sentence before the call."),
  at,
  tokens_in: count.nullable().describe("Of the whole turn, as are the other numbers."),
  tokens_out: count.nullable(),
  cost_usd: z.number().nullable(),
}) satisfies Of<domain.Provenance>;

const hunk = z.object({
  id: z.string().describe("A hash of what it holds: the same proposal has the same id."),
  state: z.enum(HUNK_STATES),
  kind: z.enum(["lines", "whole"]).describe("`whole`: the file as such, without lines."),
  old_start: count,
  old_count: count,
  new_start: count,
  new_count: count,
  added: count,
  removed: count,
  section: z.string(),
  viewed: z.boolean(),
  decided_at: at.nullable(),
  sources: z.array(source).describe("The calls that shaped it; the last one comes last."),
}) satisfies Of<domain.Hunk>;

const comment = z.object({
  id,
  change_id: id,
  hunk_id: z.string().nullable(),
  line: count.nullable(),
  side: z.enum(["old", "new"]),
  text: z.string(),
  created_at: at,
  message_id: id.nullable().describe("The message that brought it to the agent; null while it waits."),
}) satisfies Of<domain.Comment>;

const change = z.object({
  id,
  session_id: id,
  chat_id: id,
  project_id: id,
  run_id: id.nullable(),
  producer: z.enum(["native", "worktree"]),
  provider: z.string(),
  path: z.string(),
  kind: z.enum(["create", "edit", "delete"]),
  state: z.enum(HUNK_STATES).describe("That of its hunks; what still needs somebody comes first."),
  base_sha: z.string().nullable().describe("SHA-256 of the file before; null when there is none."),
  new_sha: z.string().nullable(),
  base_mode: count.nullable().describe("Permission bits."),
  new_mode: count.nullable(),
  base_ref: z.string().nullable(),
  binary: z.boolean(),
  generated: z.boolean().describe("Machine-made by its name; comes folded and last."),
  added: count,
  removed: count,
  hunks: z.array(hunk),
  comments: count,
  error: z.string().nullable(),
  created_at: at,
  changed_at: at,
  closed_at: at.nullable(),
}) satisfies Of<domain.Change>;

const detail = change.extend({
  lines: z.array(z.object({ hunk_id: z.string(), hunk: patchHunk })),
  folded_lines: count.describe("Lines that are not here because the change comes folded; ask with `all`."),
  next_line: count.nullable().describe("`from` of the lines after these."),
  clashes: z
    .array(
      z.object({
        line: count,
        base: z.array(z.string()),
        theirs: z.array(z.string()).describe("The file as it is now."),
        ours: z.array(z.string()).describe("What is proposed."),
      }),
    )
    .describe("Of a stale change."),
  notes: z.array(comment),
}) satisfies Of<domain.ChangeDetail>;

const totals = z.object({
  files: count,
  hunks: count,
  added: count,
  removed: count,
  pending: count,
  accepted: count,
  rejected: count,
  stale: count,
  unseen: count,
}) satisfies Of<domain.ChangeTotals>;

const apply = z.object({
  id,
  session_id: id,
  project_id: id,
  chat_id: id.nullable(),
  run_id: id.nullable().describe("The run that applied by itself; null for a human."),
  state: z.enum(APPLY_STATES),
  via: z.string(),
  error: z.string().nullable(),
  files: z.array(
    z.object({
      change_id: id.nullable(),
      path: z.string(),
      state: z.enum(APPLY_FILE_STATES),
      old_sha: z.string().nullable(),
      new_sha: z.string().nullable(),
      error: z.string().nullable(),
    }),
  ),
  hunks: count,
  rewinds: z.array(id).describe("Applies that it takes back; none for one that writes."),
  created_at: at,
  ended_at: at.nullable(),
}) satisfies Of<Apply>;

export const CHANGE_RESOURCES = {
  Change: change,
  ChangeDetail: detail,
  ChangeTotals: totals,
  Comment: comment,
  Apply: apply,
} as const;
