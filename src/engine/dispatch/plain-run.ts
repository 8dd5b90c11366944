/** What both ways of running an agent without the protocol share: the run, its place in the pool, its message as words. */
import { asArgument, PROMPT_ARGUMENT_BYTES } from "../../domain/fallback.ts";
import type { Run } from "../../domain/run.ts";
import type { PromptBlock } from "../../drivers/acp/session.ts";
import { AppError } from "../../lib/errors.ts";
import type { Core } from "../core.ts";
import { type LiveRun, setPhase } from "../live-runs.ts";
import type { KnownSpec } from "../providers/registry.ts";
import type { PartWriter } from "../turn/parts.ts";
import { reportProgress } from "../turn/progress.ts";
import { type Place, type Spent, say } from "./around.ts";
import type { Guest } from "./live-agents.ts";
import type { AgentTranscript } from "./transcript.ts";

/** All that a way of running needs. */
export interface PlainRun extends Place {
  core: Core;
  run: Run;
  live: LiveRun;
  writer: PartWriter;
  spec: KnownSpec;
  transcript: AgentTranscript;
  /** The run is stopped, too loud, or too quiet. */
  signal: AbortSignal;
}

export interface PlainOutcome {
  spent: Omit<Spent, "began" | "used" | "size">;
  /** Why it did not do what it was asked. */
  failure: AppError | null;
}

/** Runs `work` when there is room for one more program, and settles its row afterwards. */
export async function asGuest<T>(
  { core, run, live, spec, signal }: PlainRun,
  command: string,
  work: (guest: Guest) => Promise<{ result: T; ended: string }>,
): Promise<T> {
  const guest = await core.agents.admit({ chat_id: run.chat_id, provider: spec.id, command }, signal, (position) =>
    say(core, live, `waiting for one of ${core.config.agents_max} agents, number ${position} in line`),
  );
  setPhase(live, "prompt", Date.now(), spec.label);
  reportProgress(core, live, Date.now());
  let how = "failed";
  try {
    const { result, ended } = await work(guest);
    how = ended;
    return result;
  } finally {
    await core.agents.leave(guest, how);
  }
}

/** The message as words: what is no text cannot be handed to a command line, and is named. */
export const wordsOfPrompt = (blocks: readonly PromptBlock[]): string =>
  blocks
    .map((block) => {
      if (block.type === "text") return block.text;
      if (block.type === "resource") return `${block.resource.uri}\n\n${block.resource.text}`;
      return block.type === "resource_link" ? block.uri : "(an image, which cannot be handed on here)";
    })
    .join("\n\n");

/** The message as one argument. Throws for one that no system takes as such. */
export function promptArgument(label: string, prompt: string): string {
  const argument = asArgument(prompt);
  const bytes = Buffer.byteLength(argument);
  if (bytes <= PROMPT_ARGUMENT_BYTES) return argument;
  throw new AppError(
    "invalid",
    `${label} takes a message on its command line, and this one has ${Math.ceil(bytes / 1000)} kB with what was said before; at most ${PROMPT_ARGUMENT_BYTES / 1000} kB go there.`,
  );
}
