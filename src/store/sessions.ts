import type { Db, Tx } from "../db/sql.ts";
import type { Session } from "../domain/session.ts";

const columns = (db: Db) =>
  db`id, project_id, title, titled_by, provider, model, web_tools, archived_at, created_at, active_at`;

export async function insertSession(
  tx: Tx,
  s: { id: string; project_id: string; title: string; titled_by: "auto" | "human"; model: string | null },
): Promise<Session> {
  const [row] = await tx<Session[]>`insert into sessions ${tx(s)} returning ${columns(tx)}`;
  return row!;
}

export async function findSession(db: Db, id: string): Promise<Session | null> {
  const [row] = await db<Session[]>`select ${columns(db)} from sessions where id = ${id}`;
  return row ?? null;
}

export async function sessionTitles(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db<
    { id: string; title: string }[]
  >`select id, title from sessions where id = any(${ids as string[]})`;
  return new Map(rows.map((row) => [row.id, row.title]));
}

/** Newest first; archived ones only when asked for. */
export async function listSessions(db: Db, projectId: string, archived: boolean): Promise<Session[]> {
  return db<Session[]>`
    select ${columns(db)} from sessions
    where project_id = ${projectId} and (archived_at is null or ${archived})
    order by active_at desc, id desc`;
}

export async function renameSession(tx: Tx, id: string, title: string, by: "auto" | "human"): Promise<Session | null> {
  const [row] = await tx<Session[]>`
    update sessions set title = ${title}, titled_by = ${by}
    where id = ${id} and (${by} = 'human' or titled_by = 'auto') returning ${columns(tx)}`;
  return row ?? null;
}

export async function setSessionModel(tx: Tx, id: string, model: string | null): Promise<void> {
  await tx`update sessions set model = ${model} where id = ${id}`;
}

export async function setWebTools(tx: Tx, id: string, on: boolean): Promise<void> {
  await tx`update sessions set web_tools = ${on} where id = ${id}`;
}

export async function archiveSession(tx: Tx, id: string, archived: boolean): Promise<Session | null> {
  const [row] = await tx<Session[]>`
    update sessions set archived_at = ${archived ? tx`coalesce(archived_at, now())` : null}
    where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

export async function deleteSession(tx: Tx, id: string): Promise<Session | null> {
  const [row] = await tx<Session[]>`delete from sessions where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

export async function touchSession(tx: Tx, id: string): Promise<void> {
  await tx`update sessions set active_at = now() where id = ${id}`;
}

/** Takes the session's next tab number. */
export async function takeTabNumber(tx: Tx, id: string): Promise<number | null> {
  const [row] = await tx<{ number: number }[]>`
    update sessions set next_number = next_number + 1 where id = ${id} returning next_number - 1 as number`;
  return row?.number ?? null;
}

/** How much a session holds, for those about to delete it. */
export async function countMessages(db: Db, id: string): Promise<{ chats: number; messages: number }> {
  const [row] = await db<{ chats: number; messages: number }[]>`
    select count(distinct c.id)::int as chats, count(m.id)::int as messages
    from chats c left join messages m on m.chat_id = c.id where c.session_id = ${id}`;
  return row ?? { chats: 0, messages: 0 };
}

/** The layout as it was stored, unchecked, and its version. Locks the row when `lock` is set. */
export async function readStoredLayout(
  db: Db,
  id: string,
  lock = false,
): Promise<{ layout: unknown; layout_version: number } | null> {
  const [row] = await db<{ layout: unknown; layout_version: number }[]>`
    select layout, layout_version from sessions where id = ${id} ${lock ? db`for update` : db``}`;
  return row ?? null;
}

export async function writeLayout(tx: Tx, id: string, layout: unknown): Promise<number> {
  const [row] = await tx<{ layout_version: number }[]>`
    update sessions set layout = ${tx.json(layout as never)}, layout_version = layout_version + 1
    where id = ${id} returning layout_version`;
  return row?.layout_version ?? 0;
}
