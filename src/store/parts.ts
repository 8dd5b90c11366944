import type { Db, Sql, Tx } from "../db/sql.ts";
import type { PartKind, PartState } from "../domain/message.ts";
import { readUnfolded } from "./journal.ts";

export interface NewPart {
  id: string;
  message_id: string;
  chat_id: string;
  position: number;
  turn: number;
  kind: PartKind;
  state: PartState;
  text: string;
  meta: Record<string, unknown>;
  /** Of kind attachment: keeps it from being trimmed. */
  attachment_id?: string;
}

/** Idempotent by id, so that a retry after a lost acknowledgement is harmless; false when the part was there. */
export async function insertPart(tx: Tx, p: NewPart): Promise<boolean> {
  const closed_at = p.state === "open" ? null : new Date();
  const row = { ...p, meta: tx.json(p.meta as never) as never, folded_to: p.text.length, closed_at };
  const rows = await tx`
    insert into parts ${tx({ ...row, journal_after: tx`(select seq from journal_head)` as never })}
    on conflict (id) do nothing returning id`;
  return rows.length > 0;
}

/** Where the next part of a message goes. */
export async function nextPartPosition(db: Db, messageId: string): Promise<number> {
  const [row] = await db<{ next: number }[]>`
    select coalesce(max(position) + 1, 0)::int as next from parts where message_id = ${messageId}`;
  return row!.next;
}

/** Closes an open part with its whole text; false when it was closed already. */
export async function closePart(
  tx: Tx,
  p: { id: string; state: Exclude<PartState, "open">; text: string; meta?: Record<string, unknown> },
): Promise<boolean> {
  const rows = await tx`
    update parts set state = ${p.state}, text = ${p.text}, folded_to = ${p.text.length}, closed_at = now(),
      meta = meta || ${tx.json((p.meta ?? {}) as never)}
    where id = ${p.id} and state = 'open' returning id`;
  return rows.length > 0;
}

/** Deltas of a call that waited for a human begin now: what the journal says of before is not looked through for them. */
export async function deltasBegin(db: Db, id: string): Promise<void> {
  await db`update parts set journal_after = (select seq from journal_head) where id = ${id} and state = 'open'`;
}

/** What became known of a call that goes on; false when it is closed already. */
export async function changePart(tx: Tx, id: string, meta: Record<string, unknown>): Promise<boolean> {
  const rows = await tx`
    update parts set meta = meta || ${tx.json(meta as never)} where id = ${id} and state = 'open' returning id`;
  return rows.length > 0;
}

/**
 * Moves deltas up to the end of `text` into the row; `text` is the whole part so far. A late fold never shortens it.
 * Deltas behind the end of `text` have greater numbers than `after`.
 */
export async function foldPart(sql: Sql, id: string, text: string, after: number): Promise<void> {
  await sql`
    update parts set text = ${text}, folded_to = ${text.length}, journal_after = ${after}
    where id = ${id} and state = 'open' and folded_to <= ${text.length}`;
}

export interface ClosedPart {
  id: string;
  message_id: string;
  chat_id: string;
  session_id: string;
  state: PartState;
}

/** Calls of tools in answers whose run waits for a human over a restart: they get their result when it goes on. */
const waits = (tx: Tx) => tx`
  kind = 'tool' and exists (select 1 from runs r where r.answer_id = message_id
    and (r.state = 'waiting' or (r.state = 'queued' and r.started_at is not null)))`;

/**
 * What a dead process, or a run that broke off, left open: folds the deltas that were seen and closes the parts; of all
 * messages but those whose run waits for a human, or of one.
 */
export async function closeLeftOpen(tx: Tx, messageId: string | null = null): Promise<ClosedPart[]> {
  const open = await tx<{ id: string; text: string }[]>`
    select id, text from parts
    where state = 'open' and ${messageId === null ? tx`not (${waits(tx)})` : tx`message_id = ${messageId}`} for update`;
  if (open.length === 0) return [];
  const ids = open.map((p) => p.id);
  const rest = await readUnfolded(tx, ids);
  for (const part of open) {
    const text = part.text + (rest.get(part.id) ?? "");
    await tx`update parts set text = ${text}, folded_to = ${text.length} where id = ${part.id}`;
  }
  return tx<ClosedPart[]>`
    update parts p set closed_at = now(),
      state = case when p.kind in ('tool', 'compaction') then 'cancelled' else 'closed' end
    from chats c where p.id = any(${ids}) and c.id = p.chat_id
    returning p.id, p.message_id, p.chat_id, c.session_id, p.state`;
}

export async function insertOutput(db: Db, o: { id: string; chat_id: string; text: string }): Promise<void> {
  await db`insert into outputs ${db(o)} on conflict (id) do nothing`;
}

export async function readOutput(db: Db, chatId: string, id: string): Promise<string | null> {
  const [row] = await db<{ text: string }[]>`select text from outputs where id = ${id} and chat_id = ${chatId}`;
  return row?.text ?? null;
}
