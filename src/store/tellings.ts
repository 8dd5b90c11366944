/** What of a review the model was not told yet. */
import type { Db, Tx } from "../db/sql.ts";
import type { ChangeKind, HunkState } from "../domain/change.ts";

export interface Untold {
  change_id: string;
  path: string;
  change_kind: ChangeKind;
  hunk_id: string;
  state: HunkState;
  new_start: number;
  new_count: number;
  old_start: number;
  section: string;
}
export interface UntoldComment {
  id: string;
  path: string;
  hunk_id: string | null;
  line: number | null;
  side: "old" | "new";
  text: string;
  section: string | null;
}

/** Hunks of a chat whose state is another one than the model knows, by path. */
export function untoldHunks(db: Db, chatId: string): Promise<Untold[]> {
  return db<Untold[]>`
    select c.id as change_id, c.path, c.kind as change_kind, h.id as hunk_id, h.state, h.new_start, h.new_count, h.old_start, h.section
    from changes c join hunks h on h.change_id = c.id
    where c.chat_id = ${chatId} and c.discarded_at is null and h.state <> coalesce(h.told, 'pending')
    order by c.path, c.id, h.position`;
}

export function untoldComments(db: Db, chatId: string): Promise<UntoldComment[]> {
  return db<UntoldComment[]>`
    select m.id, c.path, m.hunk_id, m.line, m.side, m.text, h.section
    from comments m join changes c on c.id = m.change_id
    left join hunks h on h.change_id = c.id and h.id = m.hunk_id
    where c.chat_id = ${chatId} and m.message_id is null order by c.path, m.line nulls first, m.created_at, m.id`;
}

/** From now on the model knows; what was rejected whole waits for nobody any more. Returns the changes that closed. */
export async function markTold(
  tx: Tx,
  chatId: string,
  messageId: string,
  comments: readonly string[],
): Promise<string[]> {
  await tx`
    update hunks h set told = h.state from changes c
    where c.id = h.change_id and c.chat_id = ${chatId} and h.state <> coalesce(h.told, 'pending')`;
  await tx`update comments set message_id = ${messageId} where id = any(${comments as string[]})`;
  const closed = await tx<{ id: string }[]>`
    update changes c set closed_at = now() where chat_id = ${chatId} and closed_at is null
    and exists (select 1 from hunks h where h.change_id = c.id and h.current)
    and not exists (select 1 from hunks h where h.change_id = c.id and h.current and h.state <> 'rejected')
    returning id`;
  return closed.map((r) => r.id);
}
