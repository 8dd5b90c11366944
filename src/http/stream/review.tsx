/** What watchers of a review see of a decision: the hunks that it moved, their file's heading and line, the figures. */

import { ChatReview } from "../../../views/chats/to-review.tsx";
import { ids } from "../../../views/ids.ts";
import { ReviewSums } from "../../../views/review/bar.tsx";
import { commentsOn, FileHead } from "../../../views/review/file.tsx";
import { ReviewFoot } from "../../../views/review/foot.tsx";
import { HunkNews } from "../../../views/review/hunk.tsx";
import { ReviewRow, ReviewTree } from "../../../views/review/tree.tsx";
import type { Hunk } from "../../domain/change.ts";
import type { ReviewIndex } from "../../domain/review.ts";
import { type ReviewNews, readReviewNews, readReviewState } from "../../engine/changes/page.ts";
import { readTotals } from "../../store/change-reads.ts";
import { remove, swap, upsert } from "./swap.ts";

type Db = Parameters<typeof readReviewNews>[0];

/** Hunks of one change that are sent when it is not known what watchers have; of a larger one they ask themselves. */
const FRAMES_MAX = 150;
/** Changes whose hunks are remembered as they were told. */
const KNOWN_MAX = 300;

/** Remembers what a session's watchers were told, so that a verdict in a file of 500 hunks sends one of them. */
export class ReviewTold {
  private readonly told = new Map<string, Map<string, string>>();

  /** The hunks that look otherwise than when they were told; null when that is not known and there are too many. */
  news(changeId: string, hunks: readonly Hunk[], comments: (hunkId: string) => string): Set<string> | null {
    const before = this.told.get(changeId);
    const now = new Map(hunks.map((h) => [h.id, `${h.state} ${h.viewed} ${comments(h.id)}`]));
    this.told.delete(changeId);
    this.told.set(changeId, now);
    for (const old of this.told.keys()) {
      if (this.told.size <= KNOWN_MAX) break;
      this.told.delete(old);
    }
    if (!before) return now.size > FRAMES_MAX ? null : new Set(now.keys());
    return new Set([...now].filter(([id, key]) => before.get(id) !== key).map(([id]) => id));
  }
}

/** One change was proposed, decided, seen, commented or written. */
export async function changeNews(db: Db, told: ReviewTold, sessionId: string, changeId: string): Promise<string> {
  const news = await readReviewNews(db, sessionId, [changeId]);
  const { html, unknown } = drawn(news, told);
  const gone = news.entries.length === 0 ? remove(ids.reviewRow(changeId)) + remove(ids.reviewFile(changeId)) : "";
  return html + gone + sumsOf(news, unknown) + (await chatNotices(db, sessionId, chatsOf(news)));
}

/** Many changed at once: pages that show a review read its list again. */
export async function manyNews(db: Db, sessionId: string): Promise<string> {
  const news = await readReviewNews(db, sessionId, []);
  return sumsOf(news, true) + (await chatNotices(db, sessionId, news.chat_id ? [news.chat_id] : []));
}

/** The answer to a page that reads again: the list, the figures, and every hunk of the files that it shows. */
export async function reviewAgain(
  db: Db,
  sessionId: string,
  changeIds: readonly string[],
  rows: number | undefined,
): Promise<string> {
  const { index } = await readReviewState(db, sessionId);
  const news = await readReviewNews(db, sessionId, changeIds);
  const there = new Set(news.entries.map((e) => e.id));
  const gone = changeIds.filter((id) => !there.has(id)).map((id) => remove(ids.reviewFile(id)));
  return treeOf(sessionId, index, rows) + gone.join("") + drawn(news, null).html + sumsOf(news, false);
}

const treeOf = (session_id: string, index: ReviewIndex, rows: number | undefined): string =>
  upsert(ids.reviewTree(session_id), ReviewTree({ session_id, index, ...(rows && { rows }) }) as string);

function drawn(
  { session_id, entries, changes }: ReviewNews,
  told: ReviewTold | null,
): { html: string; unknown: boolean } {
  let html = "";
  let unknown = false;
  for (const entry of entries) {
    html += upsert(ids.reviewRow(entry.id), ReviewRow({ session_id, entry }) as string);
    html += upsert(ids.reviewHead(entry.id), FileHead({ entry }) as string);
  }
  for (const { change, comments } of changes) {
    const said = (hunkId: string) =>
      commentsOn(comments, hunkId)
        .map((c) => `${c.id}${c.message_id}`)
        .join();
    const moved = told ? told.news(change.id, change.hunks, said) : null;
    if (told && moved === null) unknown = true;
    for (const [i, hunk] of change.hunks.entries()) {
      if (told ? !moved?.has(hunk.id) : i >= FRAMES_MAX) continue;
      const shown = { hunk, number: i + 1, lines: null, more: 0, above: 0, below: 0 };
      const frame = HunkNews({ change, shown, comments: commentsOn(comments, hunk.id) }) as string;
      html += upsert(ids.hunk(change.id, hunk.id), frame);
    }
  }
  return { html, unknown };
}

function sumsOf({ session_id, totals, applies, undo }: ReviewNews, again: boolean): string {
  return (
    upsert(ids.reviewBar(session_id), ReviewSums({ session_id, totals, again }) as string) +
    upsert(ids.reviewFoot(session_id), ReviewFoot({ session_id, totals, applies, undo }) as string)
  );
}

const chatsOf = ({ changes, chat_id }: ReviewNews): string[] => [
  ...new Set([...changes.map((c) => c.change.chat_id), ...(chat_id ? [chat_id] : [])]),
];

/** The line above the composer of each chat whose proposals changed. */
async function chatNotices(db: Db, session_id: string, chatIds: readonly string[]): Promise<string> {
  let html = "";
  for (const chat_id of chatIds) html += await chatNotice(db, session_id, chat_id);
  return html;
}

export async function chatNotice(db: Db, session_id: string, chat_id: string): Promise<string> {
  const totals = await readTotals(db, { session_id, chat_id, closed: false });
  return swap(ids.toReview(chat_id), "outerMorph", ChatReview({ session_id, chat_id, totals }) as string);
}
