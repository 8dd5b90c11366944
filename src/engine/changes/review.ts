/** What a human says of changes: verdicts, undo, marks of what was seen, comments. */
import type { Tx } from "../../db/sql.ts";
import {
  type Change,
  COMMENT_LIMIT_CHARS,
  type Comment,
  type HunkState,
  hunkStatesBefore,
  undecidedBefore,
  type Verdict,
} from "../../domain/change.ts";
import type { Via } from "../../domain/run.ts";
import { conflict, invalid, notFound } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { isBeingApplied } from "../../store/applies.ts";
import { listChangeIds, wholeChanges } from "../../store/change-reads.ts";
import { type ChangeRow, findOpenChange, lockChange, reopenChange, touchChanges } from "../../store/changes.ts";
import { hunkIds, hunkRows, moveHunks } from "../../store/hunks.ts";
import {
  deleteComment,
  findComment,
  insertComment,
  insertVerdicts,
  lastVerdicts,
  markUndone,
  setViewed,
} from "../../store/reviews.ts";
import { findSession } from "../../store/sessions.ts";
import { type Core, type Emit, transact } from "../core.ts";
import { emitChange, emitChanges } from "./emit.ts";
import { rowOf } from "./read.ts";

type Reviewing = Pick<Core, "sql" | "journal">;

export interface VerdictInput {
  verdict: Verdict;
  /** All hunks of the change by default. */
  hunks?: readonly string[] | undefined;
  /** What the caller saw: only hunks in this state move. By default a verdict moves what nobody decided. */
  from?: HunkState | undefined;
  via: Via;
}

/**
 * Decides hunks of one change. Named hunks that cannot move because somebody decided them otherwise: `conflict`, with the
 * change as it is. Without names, what is decided already is left alone. Gives whose change it is: most who decide hear
 * of the rest by the stream, and a change may have thousands of hunks.
 */
export function decide(core: Reviewing, changeId: string, input: VerdictInput): Promise<Decided> {
  return transact(core, async (tx, emit) => {
    const row = await lockChange(tx, (await rowOf(tx, changeId)).id);
    if (!row) throw notFound("change");
    if (await isBeingApplied(tx, row.id))
      throw conflict("This change is being applied right now.", await wholeOf(tx, row));
    const moved = await moveHunks(tx, [row.id], input.hunks ?? null, statesFor(input), input.verdict);
    const missing = (input.hunks ?? []).filter((id) => !moved.some((m) => m.id === id));
    if (missing.length > 0) await checkDecidedSo(tx, row, missing, input.verdict);
    if (moved.length === 0) return row;
    await reopen(tx, row);
    await insertVerdicts(tx, rowsFor(row.session_id, moved, input.verdict, input.via));
    await touchChanges(tx, [row.id]);
    emitChange(emit, row);
    return row;
  });
}

export type Decided = Pick<ChangeRow, "id" | "session_id">;

function statesFor({ verdict, from }: Pick<VerdictInput, "verdict" | "from">): HunkState[] {
  const may = hunkStatesBefore(verdict);
  return from ? may.filter((state) => state === from) : undecidedBefore(verdict);
}

/** Hunks that did not move are fine when they are as asked; else the first who decided has won. */
async function checkDecidedSo(tx: Tx, row: ChangeRow, ids: readonly string[], verdict: Verdict): Promise<void> {
  const hunks = await hunkRows(tx, [row.id]);
  const states = ids.map((id) => hunks.find((h) => h.id === id)?.state ?? null);
  if (states.every((state) => state === verdict)) return;
  const current = await wholeOf(tx, row);
  if (states.includes(null)) throw conflict("The proposal has changed: it no longer has this hunk.", current);
  const other = states.find((state) => state !== verdict)!;
  throw conflict(`This hunk is ${other} already.`, current);
}

/** What was rewound can be decided anew, unless the chat has proposed something else for the file since. */
async function reopen(tx: Tx, row: ChangeRow): Promise<void> {
  if (row.closed_at === null) return;
  const other = await findOpenChange(tx, row.chat_id, row.path);
  if (other) throw conflict("The chat has proposed another change of this file since.", await wholeOf(tx, other));
  await reopenChange(tx, row.id);
}

/** Decides all that is undecided in a session (with `pending`: takes all back), or in one of its chats. */
export function decideAll(
  core: Reviewing,
  sessionId: string,
  input: { verdict: Verdict; chat_id?: string | undefined; via: Via },
): Promise<number> {
  return transact(core, async (tx, emit) => {
    const session = await findSession(tx, sessionId);
    if (!session) throw notFound("session");
    const ids = await listChangeIds(tx, { session_id: sessionId, chat_id: input.chat_id ?? null, closed: false });
    const moved = await moveHunks(tx, ids, null, undecidedBefore(input.verdict), input.verdict);
    await afterMany(tx, emit, sessionId, moved);
    await insertVerdicts(tx, rowsFor(sessionId, moved, input.verdict, input.via));
    return moved.length;
  });
}

/** Takes the newest decisions that were made together back; `conflict` when there are none. */
export function undoVerdict(core: Reviewing, sessionId: string): Promise<number> {
  return transact(core, async (tx, emit) => {
    if (!(await findSession(tx, sessionId))) throw notFound("session");
    const rows = await lastVerdicts(tx, sessionId);
    if (rows.length === 0) throw conflict("There is no decision to undo.");
    await markUndone(tx, rows[0]!.batch);
    const moved: { change_id: string; id: string }[] = [];
    for (const group of Map.groupBy(rows, (r) => `${r.to_state} ${r.from_state}`).values()) {
      const { from_state, to_state } = group[0]!;
      const [changes, hunks] = [group.map((r) => r.change_id), group.map((r) => r.hunk_id)];
      moved.push(...(await moveHunks(tx, changes, hunks, [to_state], from_state)));
    }
    if (moved.length === 0) throw conflict("What was decided last has moved on since: applied, or proposed anew.");
    await afterMany(tx, emit, sessionId, moved);
    return moved.length;
  });
}

async function afterMany(
  tx: Tx,
  emit: Emit,
  sessionId: string,
  moved: readonly { change_id: string }[],
): Promise<void> {
  const ids = [...new Set(moved.map((m) => m.change_id))];
  await touchChanges(tx, ids);
  // One notice for many: whoever watches reads the list again.
  if (ids.length > MANY) emitChanges(emit, sessionId);
  else for (const id of ids) emitChange(emit, { id, session_id: sessionId, chat_id: (await rowOf(tx, id)).chat_id });
}
const MANY = 20;

export function markViewed(
  core: Reviewing,
  changeId: string,
  input: { viewed: boolean; hunks?: readonly string[] | undefined },
): Promise<Decided> {
  return transact(core, async (tx, emit) => {
    const row = await rowOf(tx, changeId);
    const ids = await hunkIds(tx, row.id, input.hunks ?? null);
    await setViewed(tx, row.session_id, ids, input.viewed);
    emitChange(emit, row);
    return row;
  });
}

export interface CommentInput {
  text: string;
  hunk_id?: string | undefined;
  line?: number | undefined;
  side?: "old" | "new" | undefined;
}

/** Waits for the next message of the change's chat, which brings it to the agent. */
export function comment(core: Reviewing, changeId: string, input: CommentInput): Promise<Comment> {
  const text = storable(input.text).trim();
  if (text === "") throw invalid("Write a comment first.", "text");
  if (text.length > COMMENT_LIMIT_CHARS)
    throw invalid(`A comment has at most ${COMMENT_LIMIT_CHARS.toLocaleString("en")} characters.`, "text");
  return transact(core, async (tx, emit) => {
    const row = await rowOf(tx, changeId);
    if (input.hunk_id && (await hunkIds(tx, row.id, [input.hunk_id])).length === 0)
      throw conflict("The proposal has changed: it no longer has this hunk.", await wholeOf(tx, row));
    const made = await insertComment(tx, {
      id: newId(),
      session_id: row.session_id,
      change_id: row.id,
      hunk_id: input.hunk_id ?? null,
      line: input.line ?? null,
      side: input.side ?? "new",
      text,
    });
    emitChange(emit, row);
    return made;
  });
}

/** Takes back a comment that no message has brought to the agent yet. */
export function removeComment(core: Reviewing, id: string): Promise<{ session_id: string }> {
  return transact(core, async (tx, emit) => {
    const gone = await deleteComment(tx, id);
    if (!gone) {
      if (await findComment(tx, id)) throw conflict("This comment was sent already.");
      throw notFound("comment");
    }
    emitChange(emit, await rowOf(tx, gone.change_id));
    return { session_id: gone.session_id };
  });
}

function rowsFor(
  sessionId: string,
  moved: readonly { change_id: string; id: string; from: HunkState }[],
  to: Verdict,
  via: Via,
) {
  const batch = newId();
  return moved.map((m) => ({
    id: newId(),
    session_id: sessionId,
    batch,
    change_id: m.change_id,
    hunk_id: m.id,
    from_state: m.from,
    to_state: to,
    via,
  }));
}

async function wholeOf(tx: Tx, row: ChangeRow): Promise<Change> {
  return (await wholeChanges(tx, [await rowOf(tx, row.id)]))[0]!;
}
