/**
 * Compaction: what a model is told of the beginning of a chat once that no longer fits. Nothing is deleted: a boundary in
 * the transcript says what is told in its place, and the prompt is built from there.
 */

/** Share of the context window from which on a prompt is made smaller before the next turn; the meter's tick. */
export const COMPACTION_SHARE = 0.85;

/** Results of tools are hidden first: the newest tokens of them stay, and it must be worth it. */
export const RESULTS_PROTECTED_TOKENS = 40_000;
export const RESULTS_WON_TOKENS = 20_000;

/** `results`: old results of tools are hidden; `summary`: a summary is told in the place of what came before. */
export type CompactionTier = "results" | "summary";
/** The prompt grew past the share, the endpoint refused it as too long, or somebody asked for it. */
export type CompactionCause = "due" | "refused" | "asked";

export interface CompactionMeta {
  tier: CompactionTier;
  cause: CompactionCause;
  /** Tokens of the prompt before and after, estimated by what the endpoint counted before. */
  tokens_before: number;
  tokens_after: number | null;
  /** Messages that the summary stands for (each turn of an answer is one), or results that are hidden. */
  stands_for: number;
  /** Of a summary: the first message that is told as it was said, and in an answer its first turn. */
  from_message: string | null;
  from_turn: number;
  /** Of a summary that ends within an answer: the question that is being worked on. */
  request: string | null;
  /** Of hidden results: the first call whose result is still told. */
  from_part: string | null;
  /** Who wrote the summary: the model, or the program where the model wrote nothing usable. */
  by: "model" | "program" | null;
  /** Of one that failed: why, as a sentence. */
  error?: string;
}

/** A posted text that is not for the model but for BooCode; null for every other one. `rest` is what follows the name. */
export function compactCommand(text: string): { rest: string } | null {
  const found = /^\s*\/compact(?:\s+([\s\S]*))?$/.exec(text);
  return found ? { rest: (found[1] ?? "").trim() } : null;
}
