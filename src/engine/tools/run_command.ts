import { z } from "zod";
import type { PermissionRequest, RequestOption } from "../../domain/request.ts";
import { SUBJECT_LIMIT_CHARS } from "../../domain/rule.ts";
import { type CommandResult, NO_TIME_LIMIT, type ToolContext, type ToolResult } from "../../domain/tool.ts";
import { unavailable } from "../../lib/errors.ts";
import { counted, duration } from "../../lib/format.ts";
import { oneLine } from "../../lib/text.ts";
import { defineTool } from "./define.ts";
import description from "./run_command.md" with { type: "text" };

/** The whole command stands on the card. */
const COMMAND_LIMIT_CHARS = 10_000;
const TIMEOUT_S = 120;
const TIMEOUT_MAX_S = 3_600;
const NAMED_FILES = 5;

export const runCommandTool = defineTool({
  name: "run_command",
  kind: "execute",
  description,
  read_only: false,
  // The person is waited for; the command itself has its own time.
  timeout_ms: NO_TIME_LIMIT,
  input: z.object({
    command: z.string().trim().min(1).max(COMMAND_LIMIT_CHARS).describe("What the shell is told."),
    timeout_s: z
      .int()
      .min(1)
      .max(TIMEOUT_MAX_S)
      .default(TIMEOUT_S)
      .describe(`Seconds after which it is stopped, at most ${TIMEOUT_MAX_S}.`),
    where: z
      .enum(["worktree", "project"])
      .default("worktree")
      .describe("A session whose agents write in a worktree: there, or in the project's directory."),
  }),
  shown: ({ command }) => command,
  async run({ command, timeout_s, where }, context) {
    const { ask, execute } = context;
    if (!ask || !execute) throw unavailable("No command can be run here.");
    const proposed = await proposedFiles(context);
    const cwd = (where === "project" ? context.checkout : null) ?? context.root;
    const request = (await ask({
      kind: "permission",
      title: command,
      detail: {
        tool_kind: "execute",
        text: command,
        facts: [
          { label: "In", value: cwd },
          { label: "At most", value: duration(timeout_s * 1000) },
          ...(proposed ? [{ label: "Not on disk", value: proposed }] : []),
        ],
        subject: command,
      },
      options: optionsFor(command),
    })) as PermissionRequest;
    if (request.state !== "answered") return refused(request);
    const result = resultOf(await execute(command, timeout_s * 1000, cwd), timeout_s, proposed);
    if (!context.checkout) return result;
    return { ...result, text: `${result.text}\n${cwd === context.root ? IN_WORKTREE : IN_CHECKOUT}` };
  },
});

/** A model must not take one place for the other. */
const IN_WORKTREE =
  "[Ran in the worktree where this session's agents write and your tools read. where: \"project\" runs a command in the project's own directory.]";
const IN_CHECKOUT = "[Ran in the project's own directory; what agents wrote and nobody applied is not there.]";

function optionsFor(command: string): RequestOption[] {
  const always: RequestOption = {
    id: "always",
    kind: "allow_always",
    name: "Always allow exactly this in this project",
  };
  return [
    { id: "once", kind: "allow_once", name: "Allow once" },
    ...(command.length > SUBJECT_LIMIT_CHARS ? [] : [always]),
    { id: "reject", kind: "reject_once", name: "Reject" },
  ];
}

/** "3 proposed files: a.ts, b.ts, …"; "" when everything is on disk. */
async function proposedFiles({ proposals }: ToolContext): Promise<string> {
  const all = (await proposals?.all()) ?? [];
  if (all.length === 0) return "";
  const names = all.slice(0, NAMED_FILES).map(({ path }) => path);
  return `${counted(all.length, "proposed file")}: ${names.join(", ")}${all.length > names.length ? ", …" : ""}`;
}

function refused({ state, answer }: PermissionRequest): ToolResult {
  if (state === "expired") return { text: "Not run: nobody answered in time.", note: "no answer", failed: true };
  const why = answer?.comment
    ? ` They say: ${answer.comment}`
    : " Do not try it another way; ask what they want instead.";
  return { text: `Not run: the user rejected this command.${why}`, note: "rejected", failed: true };
}

function resultOf({ how, code, output, duration_ms }: CommandResult, timeout_s: number, proposed: string): ToolResult {
  const ends = {
    exit: `Exit code ${code}`,
    signal: "Killed by a signal",
    time: `Stopped after ${timeout_s} s; ask for more time with timeout_s if it needs it`,
    stopped: "Stopped",
  };
  const notes = { exit: `exit ${code}`, signal: "killed", time: "took too long", stopped: "stopped" };
  const unseen = proposed
    ? `\n[Not on disk, so not seen by the command: ${proposed}. apply_pending writes what is accepted.]`
    : "";
  const said = output.trimEnd();
  const last = how === "exit" && code !== 0 ? oneLine(said.slice(said.lastIndexOf("\n") + 1), 60) : "";
  return {
    text: `${ends[how]} after ${duration(duration_ms)}.${unseen}\n${said === "" ? "[No output]" : said}`,
    note: last ? `${notes[how]}: ${last}` : notes[how],
    failed: how !== "exit" || code !== 0,
  };
}
