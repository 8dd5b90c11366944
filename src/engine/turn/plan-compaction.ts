/** Decides what a compaction takes out of a prompt. Pure: figures in, a cut out. */
import { RESULTS_PROTECTED_TOKENS, RESULTS_WON_TOKENS } from "../../domain/compaction.ts";
import { hiddenResult } from "./boundary-words.ts";
import type { Gauge } from "./gauge.ts";
import type { Told } from "./history.ts";

export interface ResultsCut {
  /** The first call whose result is still told. */
  from_part: string;
  hidden: number;
  won: number;
}

/** Hides results older than the newest 40,000 tokens of them; null unless that wins 20,000. */
export function planResults(told: readonly Told[], gauge: Gauge): ResultsCut | null {
  let kept = 0;
  let won = 0;
  let hidden = 0;
  let from: string | null = null;
  for (const { message, call } of told.toReversed()) {
    if (!call) continue;
    const tokens = gauge.messages([message]);
    if (hidden === 0 && (from === null || kept + tokens <= RESULTS_PROTECTED_TOKENS)) {
      kept += tokens;
      from = call.id;
      continue;
    }
    const words = hiddenResult(call);
    if (words === null) continue;
    hidden++;
    won += tokens - gauge.text(words);
  }
  return from !== null && won >= RESULTS_WON_TOKENS ? { from_part: from, hidden, won } : null;
}

export interface SummaryCut {
  /** What is told from here on stays as it was said; may lie behind the last one. */
  at: number;
  /** Messages that the summary stands for, without the summary before it. */
  stands_for: number;
  /** The question that is being worked on, where the cut lies within its answer. */
  request: string | null;
}

/** Share of the window that stays verbatim; the newest turn may take more, since the model has not seen its results. */
const TAIL_SHARE = 0.25;
const LAST_SHARE = 0.5;
const TAIL_TOKENS = 20_000;
/** A summary that stands for less than this share of the window would win nothing. */
const LEAST_SHARE = 0.1;
/** Of the question that is told again beside the summary. */
const REQUEST_SHARE = 0.2;

/** How much has to go: as a rule, everything but the newest turn, everything. */
export type Thorough = 0 | 1 | 2;

export interface SummaryWish {
  /** Size in tokens that the prompt has to fit in. */
  window: number;
  thorough: Thorough;
  /** It is made only where it wins something; asked for, or after a refusal, it is made anyway. */
  only_if_worth: boolean;
}

/** Where the verbatim tail begins; null when there is nothing before it that could be summarised. */
export function planSummary(told: readonly Told[], gauge: Gauge, wish: SummaryWish): SummaryCut | null {
  const { window, thorough, only_if_worth } = wish;
  // A summary of before that stands alone is summarised with the rest, but is nothing by itself.
  const first = told[1]?.of === null ? 2 : 1;
  const at = tailFrom(told, gauge, window, thorough, first);
  const head = told.slice(first, at);
  if (head.length === 0) return null;
  const tokens = gauge.messages(head.map(({ message }) => message));
  if (only_if_worth && tokens < window * LEAST_SHARE) return null;
  const stands_for = head.filter(({ message }) => message.role !== "tool").length;
  return { at, stands_for, request: requestAt(told, at, gauge.chars(window * REQUEST_SHARE)) };
}

function tailFrom(told: readonly Told[], gauge: Gauge, window: number, thorough: Thorough, first: number): number {
  const last = told.length;
  const budget = thorough === 0 ? Math.min(window * TAIL_SHARE, TAIL_TOKENS) : 0;
  let at = last;
  let tail = 0;
  for (let i = last - 1; i >= first && thorough < 2; i--) {
    tail += gauge.messages([told[i]!.message]);
    if (!begins(told, i)) continue;
    const newest = at === last && tail <= window * LAST_SHARE;
    if (!newest && tail > budget) break;
    at = i;
  }
  // A question that waits for its answer is never summarised away.
  return at === last && told.at(-1)?.asks !== undefined && last > first ? last - 1 : at;
}

/** A tail begins with a question or with a turn, never between a call and its result. */
function begins(told: readonly Told[], i: number): boolean {
  const { message, asks } = told[i]!;
  return message.role === "assistant" || asks !== undefined;
}

/** The question of the answer in which the cut lies; null where the tail begins with a question of its own. */
function requestAt(told: readonly Told[], at: number, chars: number): string | null {
  if (told[at]?.asks !== undefined) return null;
  const text = told.slice(0, at).findLast(({ asks }) => asks !== undefined)?.asks ?? "";
  if (text === "") return null;
  return text.length <= chars ? text : `${text.slice(0, chars).toWellFormed()}\n[cut: ${text.length} characters]`;
}
