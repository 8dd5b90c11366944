/** An agent asks whether it may: the question becomes a request with the agent's own options, the answer goes back to it. */
import { z } from "zod";
import type { PermissionOption, ToolPatch } from "../../domain/agent-event.ts";
import { OPTION_KINDS, type RequestOption, type RunRequest } from "../../domain/request.ts";
import type { Run } from "../../domain/run.ts";
import { toolOf } from "../../drivers/acp/translate.ts";
import type { Core } from "../core.ts";
import { ask } from "../requests.ts";
import { commandOf, inWords, newCall, patchCall, placed, wordsOf } from "./call.ts";
import type { AgentTranscript } from "./transcript.ts";

const OPTIONS_MAX = 12;
const Asked = z.object({
  toolCall: z.unknown(),
  options: z
    .array(z.object({ optionId: z.string().min(1).max(200), name: z.string().max(300), kind: z.string() }))
    .min(1),
});

export type Outcome = { outcome: { outcome: "cancelled" } | { outcome: "selected"; optionId: string } };
export const CANCELLED: Outcome = { outcome: { outcome: "cancelled" } };

/** Waits for a human. An end of the run meanwhile, or of the time for an answer, is told to the agent as such. */
export async function askPermission(
  core: Core,
  run: Run,
  transcript: AgentTranscript,
  root: string,
  params: unknown,
  signal: AbortSignal,
): Promise<Outcome> {
  const read = Asked.safeParse(params);
  const call = read.success ? toolOf(read.data.toolCall) : null;
  if (!read.success || !call) return CANCELLED;
  const options = read.data.options.slice(0, OPTIONS_MAX).map(asOption);
  const part_id = await transcript.partOf(call.id, call);
  const request = await ask(core, { run, part_id, asking: askingOf(call, options, root) }, signal);
  return answerOf(request, options);
}

function askingOf(patch: ToolPatch & { id: string }, options: RequestOption[], root: string) {
  const call = newCall(patch.id, "");
  patchCall(call, patch);
  const command = call.kind === "execute" ? (commandOf(call.input) ?? call.title) : null;
  const paths = [...new Set(call.paths().map((path) => placed(path, root)))];
  return {
    kind: "permission" as const,
    title: inWords(command ?? call.title, root) || paths[0] || "Permission",
    detail: {
      tool_kind: call.kind,
      text: inWords(wordsOf(call), root),
      facts: paths.map((value) => ({ label: "File", value })),
      // Exactly this command, or this one file; a title is not enough to remember.
      subject: command !== null ? command.trim() : paths.length === 1 ? paths[0]! : null,
    },
    options,
  };
}

/** A kind that is not known is asked each time: that promises least. */
const asOption = (o: { optionId: string; name: string; kind: string }): RequestOption => ({
  id: o.optionId,
  name: o.name || o.optionId,
  kind: OPTION_KINDS.find((kind) => kind === o.kind) ?? "reject_once",
});

/** Refused without an option of the agent's for it, nobody answered in time, the run was stopped: all are "cancelled". */
function answerOf(request: RunRequest, options: readonly (RequestOption | PermissionOption)[]): Outcome {
  if (request.kind === "permission" && request.answer)
    return { outcome: { outcome: "selected", optionId: request.answer.option_id } };
  const no = request.state === "expired" ? options.find((o) => o.kind === "reject_once") : undefined;
  return no ? { outcome: { outcome: "selected", optionId: no.id } } : CANCELLED;
}
