import type { Db, Tx } from "../db/sql.ts";
import type { RunMode } from "../domain/change.ts";
import type { Chat, ChatKind } from "../domain/chat.ts";

const columns = (db: Db) =>
  db`id, session_id, kind, title, titled_by, number, provider, endpoint_id, model, mode, agent, forked_from, archived_at, created_at`;

export async function insertChat(
  tx: Tx,
  c: { id: string; session_id: string; kind: ChatKind; title: string; titled_by: "auto" | "human"; number: number },
): Promise<Chat> {
  const [row] = await tx<Chat[]>`insert into chats ${tx(c)} returning ${columns(tx)}`;
  return row!;
}

export async function findChat(db: Db, id: string): Promise<Chat | null> {
  const [row] = await db<Chat[]>`select ${columns(db)} from chats where id = ${id}`;
  return row ?? null;
}

/** Ids of all chats of a project. */
export async function chatsOfProject(db: Db, projectId: string): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select c.id from chats c join sessions s on s.id = c.session_id where s.project_id = ${projectId}`;
  return rows.map((row) => row.id);
}

export async function chatTitles(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db<
    { id: string; title: string }[]
  >`select id, title from chats where id = any(${ids as string[]})`;
  return new Map(rows.map((row) => [row.id, row.title]));
}

export async function listChats(db: Db, sessionId: string): Promise<Chat[]> {
  return db<Chat[]>`
    select ${columns(db)} from chats where session_id = ${sessionId} and archived_at is null order by number`;
}

export async function renameChat(tx: Tx, id: string, title: string, by: "auto" | "human"): Promise<Chat | null> {
  const [row] = await tx<Chat[]>`
    update chats set title = ${title}, titled_by = ${by}
    where id = ${id} and (${by} = 'human' or titled_by = 'auto') returning ${columns(tx)}`;
  return row ?? null;
}

export async function setChatModel(
  tx: Tx,
  id: string,
  endpointId: string | null,
  model: string | null,
): Promise<Chat | null> {
  const [row] = await tx<Chat[]>`
    update chats set endpoint_id = ${endpointId}, model = ${model} where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

export async function setChatMode(tx: Tx, id: string, mode: RunMode): Promise<Chat | null> {
  const [row] = await tx<Chat[]>`update chats set mode = ${mode} where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

export async function setChatAgent(tx: Tx, id: string, agent: string | null): Promise<Chat | null> {
  const [row] = await tx<Chat[]>`update chats set agent = ${agent} where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

export async function setForkedFrom(tx: Tx, id: string, messageId: string): Promise<Chat | null> {
  const [row] = await tx<Chat[]>`update chats set forked_from = ${messageId} where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

export async function archiveChat(tx: Tx, id: string, archived: boolean): Promise<Chat | null> {
  const [row] = await tx<Chat[]>`
    update chats set archived_at = ${archived ? tx`coalesce(archived_at, now())` : null}
    where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

export async function deleteChat(tx: Tx, id: string): Promise<Chat | null> {
  const [row] = await tx<Chat[]>`delete from chats where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

/** Locks the chat and takes `count` positions; returns the first one, or null for an unknown chat. */
export async function takePositions(tx: Tx, id: string, count: number): Promise<number | null> {
  const [row] = await tx<{ first: number }[]>`
    update chats set next_position = next_position + ${count} where id = ${id}
    returning next_position - ${count} as first`;
  return row?.first ?? null;
}

export async function setChatProvider(tx: Tx, id: string, provider: string): Promise<void> {
  await tx`update chats set provider = ${provider} where id = ${id}`;
}
