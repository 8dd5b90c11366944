import type { Db, Tx } from "../db/sql.ts";
import type { Attachment } from "../domain/attachment.ts";

const columns = (db: Db) => db`
  id, sha256, name, kind, type, size, lines, width, height, project_id, path, from_line, to_line, created_at`;

/** A type, not an interface: postgres takes only those as rows. */
export type NewAttachment = { [K in keyof Omit<Attachment, "created_at">]: Attachment[K] };

export async function insertAttachment(tx: Tx, a: NewAttachment): Promise<Attachment> {
  const [row] = await tx<Attachment[]>`insert into attachments ${tx(a)} returning ${columns(tx)}`;
  return row!;
}

/** In the order of `ids`; unknown ones are left out. */
export async function findAttachments(db: Db, ids: readonly string[]): Promise<Attachment[]> {
  if (ids.length === 0) return [];
  const rows = await db<Attachment[]>`select ${columns(db)} from attachments where id = any(${ids as string[]})`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** The same, kept from being deleted until the transaction ends. */
export async function lockAttachments(tx: Tx, ids: readonly string[]): Promise<Attachment[]> {
  if (ids.length === 0) return [];
  await tx`select id from attachments where id = any(${ids as string[]}) order by id for share`;
  return findAttachments(tx, ids);
}

/** An attachment of a message of this chat; null for any other id. */
export async function attachmentInChat(db: Db, chatId: string, id: string): Promise<Attachment | null> {
  const [row] = await db<Attachment[]>`
    select ${columns(db)} from attachments a where id = ${id}
    and exists (select 1 from parts p where p.attachment_id = a.id and p.chat_id = ${chatId})`;
  return row ?? null;
}

const unnamed = (db: Db) => db`not exists (select 1 from parts p where p.attachment_id = a.id)`;

/** False when a message names it, or it is gone. */
export async function deleteUnnamed(tx: Tx, id: string): Promise<boolean> {
  return (await tx`delete from attachments a where id = ${id} and ${unnamed(tx)}`).count > 0;
}

/** Those that no part names and that are `days` old, at most `limit`; returns how many went. */
export async function trimAttachments(db: Db, days: number, limit: number): Promise<number> {
  const gone = await db`
    delete from attachments where id in (
      select id from attachments a where created_at < now() - make_interval(days => ${days}) and ${unnamed(db)}
      order by created_at limit ${limit} for update skip locked)`;
  return gone.count;
}
