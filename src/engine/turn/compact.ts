/**
 * Makes room in a prompt: before a turn when it is due or was refused, and when somebody asks for it. A boundary is a part of the
 * answer that is being written; from then on prompts are told from it. Nothing is deleted.
 */
import { COMPACTION_SHARE, type CompactionCause, type CompactionMeta } from "../../domain/compaction.ts";
import type { ChatMessage, PromptTooLong } from "../../domain/llm.ts";
import type { ToolSpec } from "../../domain/tool.ts";
import { AppError } from "../../lib/errors.ts";
import { setContextUsed } from "../../store/runs.ts";
import { transact } from "../core.ts";
import { Stopped } from "../live-runs.ts";
import { emitRun } from "../run-events.ts";
import { steady } from "../steady.ts";
import type { SideCall } from "./ask-model.ts";
import type { Told } from "./history.ts";
import type { PartWriter } from "./parts.ts";
import { planResults, planSummary, type SummaryCut, type Thorough } from "./plan-compaction.ts";
import { summarise } from "./summarise.ts";
import { type PromptOf, readTold } from "./told.ts";

export interface Compacting extends SideCall, PromptOf {
  writer: PartWriter;
  tools: ToolSpec[];
  /** Tokens; null where the endpoint does not tell. */
  window: number | null;
  /** The turn that comes next. */
  turn: number;
  /** Tokens of the prompt before; 0 for the first of a run. */
  last_prompt: number;
}

/** Without a known window the prompt that was refused was longer than it by at least this. */
const REFUSED_SHARE = 0.75;

/** The prompt of the next turn, compacted before when it fills the window too far. */
export async function promptWithRoom(at: Compacting): Promise<ChatMessage[]> {
  const told = await readTold(at.core, at);
  if (at.window === null || at.gauge.prompt(messagesOf(told)) < at.window * COMPACTION_SHARE) return messagesOf(told);
  const wish = { cause: "due", window: at.window, thorough: 0, focus: "" } as const;
  return messagesOf((await compact(at, told, wish)) ?? told);
}

/** Tokens that the next prompt is going to have, after it was compacted where that is due. */
export async function promptTokens(at: Compacting): Promise<number> {
  const used = at.gauge.prompt(messagesOf(await readTold(at.core, at)));
  return at.window === null ? used : Math.min(used, Math.round(at.window * COMPACTION_SHARE));
}

/**
 * After a refusal: a prompt that is shorter; the `tries`-th time it has to be much shorter. Throws what the endpoint said when
 * there is nothing left to take out.
 */
export async function promptAfterRefusal(
  at: Compacting,
  refused: PromptTooLong,
  tries: number,
): Promise<ChatMessage[]> {
  const told = await readTold(at.core, at);
  const used = at.gauge.prompt(messagesOf(told));
  const known = refused.window ?? at.window ?? Number.POSITIVE_INFINITY;
  // What the endpoint counted is more than we did: the figure that it refused is not the one that fits.
  const window = Math.min(known, Math.max(1, used) * REFUSED_SHARE);
  const thorough = Math.min(2, tries) as Thorough;
  const shorter = await compact(at, told, { cause: "refused", window, thorough, focus: "" });
  if (!shorter) throw refused;
  return messagesOf(shorter);
}

/** Somebody asked for it: everything but the very end is summarised. False when there is nothing to summarise. */
export async function compactByHand(at: Compacting, focus: string): Promise<boolean> {
  const told = await readTold(at.core, at);
  const used = at.gauge.prompt(messagesOf(told));
  const window = at.window ?? Math.max(used / COMPACTION_SHARE, SMALLEST_WINDOW_TOKENS);
  return (await compact(at, told, { cause: "asked", window, thorough: 2, focus })) !== null;
}
const SMALLEST_WINDOW_TOKENS = 8_000;

interface Wish {
  cause: CompactionCause;
  window: number;
  thorough: Thorough;
  focus: string;
}

/** The prompt as it is told afterwards; null when there is nothing to take out. */
async function compact(at: Compacting, before: Told[], wish: Wish): Promise<Told[] | null> {
  let told = before;
  const hidden = wish.cause === "asked" ? null : await hideResults(at, told, wish);
  if (hidden) {
    told = hidden;
    if (at.gauge.prompt(messagesOf(told)) < wish.window * COMPACTION_SHARE) return told;
  }
  const cut = planSummary(told, at.gauge, {
    window: wish.window,
    thorough: wish.thorough,
    only_if_worth: wish.cause === "due",
  });
  if (!cut) return hidden;
  await writeSummary(at, told, cut, wish);
  return readTold(at.core, at);
}

const messagesOf = (told: readonly Told[]): ChatMessage[] => told.map(({ message }) => message);

async function hideResults(at: Compacting, told: readonly Told[], { cause }: Wish): Promise<Told[] | null> {
  const cut = planResults(told, at.gauge);
  if (!cut) return null;
  const tokens_before = at.gauge.prompt(messagesOf(told));
  await at.writer.boundary(at.turn, {
    ...blank("results", cause, tokens_before),
    tokens_after: Math.max(0, tokens_before - cut.won),
    stands_for: cut.hidden,
    from_part: cut.from_part,
  });
  const after = await readTold(at.core, at);
  await showUsed(at, at.gauge.prompt(messagesOf(after)));
  return after;
}

function blank(tier: CompactionMeta["tier"], cause: CompactionCause, tokens_before: number): CompactionMeta {
  const nothing = { from_message: null, from_turn: 0, request: null, from_part: null, by: null };
  return { tier, cause, tokens_before, tokens_after: null, stands_for: 0, ...nothing };
}

async function writeSummary(at: Compacting, told: readonly Told[], cut: SummaryCut, wish: Wish): Promise<void> {
  const { writer, gauge, tools } = at;
  const first = told[cut.at];
  const meta: CompactionMeta = {
    ...blank("summary", wish.cause, gauge.prompt(messagesOf(told))),
    stands_for: cut.stands_for,
    from_message: first?.of ?? at.run.answer_id,
    from_turn: first ? first.turn : at.turn,
    // Nobody works on a question when somebody asks for a summary.
    request: wish.cause === "asked" ? null : cut.request,
  };
  const part = await writer.openBoundary(at.turn, meta);
  try {
    const { window, focus } = wish;
    const { text, by } = await summarise(at, { head: told.slice(0, cut.at), tools, gauge, window, focus });
    const tail = told.slice(cut.at).map(({ message }) => message);
    const tokens_after = gauge.prompt([
      told[0]!.message,
      { role: "user", content: `${text}\n${meta.request ?? ""}` },
      ...tail,
    ]);
    await writer.close(part, "closed", text, { by, tokens_after });
    await showUsed(at, tokens_after);
  } catch (error) {
    const state = error instanceof Stopped ? "cancelled" : "failed";
    const why = error instanceof AppError && error.code !== "internal" ? error.message : "BooCode itself failed here.";
    await writer.close(part, state, "", state === "failed" ? { error: why } : {}).catch(() => {});
    throw error;
  }
}

/** The context meter shows what the next prompt takes, before the next turn says so. */
async function showUsed({ core, run }: Compacting, tokens: number): Promise<void> {
  await steady(core, () =>
    transact(core, async (tx, emit) => {
      const changed = await setContextUsed(tx, run.id, tokens);
      if (changed) emitRun(emit, changed);
    }),
  );
}
