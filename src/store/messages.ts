import type { Db, Tx } from "../db/sql.ts";
import type { Message, Part, Role, ToolPart } from "../domain/message.ts";
import { storable } from "../lib/storable.ts";
import { takePositions } from "./chats.ts";
import { grows, readUnfolded } from "./journal.ts";

const columns = (db: Db) => db`id, chat_id, role, position, client_id, created_at, superseded_at`;

export async function insertMessage(
  tx: Tx,
  m: { id: string; chat_id: string; role: Role; position: number; client_id: string | null },
): Promise<Message> {
  const [row] = await tx<Message[]>`insert into messages ${tx(m)} returning ${columns(tx)}`;
  return row!;
}

export async function findMessage(db: Db, id: string): Promise<Message | null> {
  const [row] = await db<Message[]>`select ${columns(db)} from messages where id = ${id}`;
  return row ?? null;
}

export async function findByClientId(db: Db, chatId: string, clientId: string): Promise<Message | null> {
  const [row] = await db<Message[]>`
    select ${columns(db)} from messages where chat_id = ${chatId} and client_id = ${clientId}`;
  return row ?? null;
}

/**
 * Messages that wait in the queue but were written before this answer's question move behind it: whatever "Send now" did,
 * the transcript and the history are in the order in which the chat took its runs.
 */
export async function moveWaitingBehind(tx: Tx, chatId: string, answerId: string): Promise<void> {
  const waiting = await tx<{ id: string }[]>`
    select m.id from runs r join messages m on m.id = r.answer_id or (m.id = r.question_id and not exists (
      select 1 from runs o where o.question_id = m.id and o.started_at is not null))
    where r.chat_id = ${chatId} and r.state = 'queued' and r.started_at is null
    and m.position < (select position from messages where id = ${answerId}) order by m.position`;
  if (waiting.length === 0) return;
  const first = await takePositions(tx, chatId, waiting.length);
  await tx`
    update messages m set position = ${first} + w.n - 1
    from unnest(${waiting.map((m) => m.id)}::text[]) with ordinality as w (id, n) where m.id = w.id`;
}

export async function deleteMessages(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`delete from messages where id = any(${ids as string[]})`;
}

/** Hidden from the transcript: messages `m` of runs that never began (queued, or cancelled there), and superseded ones. */
export const shown = (db: Db) => db`
  m.superseded_at is null and not exists (
    select 1 from runs r where r.started_at is null
    and (r.answer_id = m.id or (r.question_id = m.id and not exists (
      select 1 from runs o where o.question_id = m.id and o.started_at is not null))))`;

/** Ids of messages of runs that never began, all of them: few at any time. The rule of `shown`, asked once for many rows. */
export const neverBegun = (db: Db) => db`
  select r.answer_id as id from runs r where r.started_at is null
  union
  select r.question_id from runs r where r.started_at is null and not exists (
    select 1 from runs o where o.question_id = r.question_id and o.started_at is not null)`;

/**
 * The newest `limit` messages below position `before` (null: from the end), oldest first. `more` says whether older ones
 * exist. Stops early once `maxChars` of text were gathered, but always gives at least two messages.
 */
export async function readWindow(
  db: Db,
  chatId: string,
  before: number | null,
  limit: number,
  maxChars: number,
): Promise<{ messages: Message[]; more: boolean }> {
  const rows = await db<(Message & { chars: number })[]>`
    select ${columns(db)}, (select coalesce(sum(length(p.text)), 0) from parts p
      where p.message_id = m.id and p.kind in ('text', 'reasoning'))::int as chars
    from messages m
    where chat_id = ${chatId} ${before === null ? db`` : db`and position < ${before}`} and ${shown(db)}
    order by position desc limit ${limit + 1}`;
  let chars = 0;
  let keep = 0;
  for (const row of rows) {
    if (keep >= limit || (keep >= 2 && chars + row.chars > maxChars)) break;
    chars += row.chars;
    keep++;
  }
  const messages = rows
    .slice(0, keep)
    .reverse()
    .map(({ chars: _, ...m }) => m);
  return { messages, more: rows.length > keep };
}

/** Messages from position `from` on, oldest first, with the length of what is read in them. */
export async function readFollowing(
  db: Db,
  chatId: string,
  from: number,
  limit: number,
): Promise<(Pick<Message, "id" | "position"> & { chars: number })[]> {
  return db<(Pick<Message, "id" | "position"> & { chars: number })[]>`
    select id, position, (select coalesce(sum(length(p.text)), 0) from parts p
      where p.message_id = m.id and p.kind in ('text', 'reasoning'))::int as chars
    from messages m where chat_id = ${chatId} and position >= ${from} and ${shown(db)} order by position limit ${limit}`;
}

/**
 * Answers of the transcript from the newest back, or from below position `before`. Only the newest of all can be
 * continued.
 */
export async function newestAnswers(
  db: Db,
  chatId: string,
  limit: number,
  before = Number.MAX_SAFE_INTEGER,
): Promise<Message[]> {
  return db<Message[]>`
    select ${columns(db)} from messages m
    where chat_id = ${chatId} and role = 'assistant' and position < ${before} and ${shown(db)}
    order by position desc limit ${limit}`;
}

/** All messages that stand in the chat from position `from` up to and including `upto`, oldest first. */
export async function readHistory(db: Db, chatId: string, upto: number, from = 0): Promise<Message[]> {
  return db<Message[]>`
    select ${columns(db)} from messages m
    where chat_id = ${chatId} and position between ${from} and ${upto} and ${shown(db)} order by position`;
}

export async function readMessages(db: Db, ids: readonly string[]): Promise<Message[]> {
  if (ids.length === 0) return [];
  return db<Message[]>`select ${columns(db)} from messages where id = any(${ids as string[]}) order by position`;
}

type PartRow = Part & { grows: boolean };

/** Parts of these messages in order, their text with what is not folded yet. Tool results are cut to `toolChars`. */
export async function readParts(
  db: Db,
  messageIds: readonly string[],
  toolChars: number | null = null,
): Promise<Part[]> {
  if (messageIds.length === 0) return [];
  const text =
    toolChars === null ? db`text` : db`case when kind = 'tool' then left(text, ${toolChars}) else text end as text`;
  const rows = await db<PartRow[]>`
    select id, message_id, chat_id, position, turn, kind, state, ${text}, meta, opened_at, closed_at,
      (state = 'open' and ${grows(db)}) as grows
    from parts p where message_id = any(${messageIds as string[]}) order by message_id, position`;
  const open = rows.filter((r) => r.grows).map((r) => r.id);
  const rest = await readUnfolded(db, open);
  return rows.map(({ grows: _, ...row }) => asPart({ ...row, text: row.text + (rest.get(row.id) ?? "") } as Part));
}

/** Ids of a message's parts of text that say something, in order; their text is not read. */
export async function writtenParts(db: Db, messageId: string): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from parts where message_id = ${messageId} and kind = 'text' and text ~ '\\S' order by position`;
  return rows.map((row) => row.id);
}

export async function findPart(db: Db, id: string): Promise<Part | null> {
  const [row] = await db<Part[]>`
    select id, message_id, chat_id, position, turn, kind, state, text, meta, opened_at, closed_at
    from parts where id = ${id}`;
  return row ? asPart(row) : null;
}

/** All calls of one group, without their results. */
export async function readToolGroup(db: Db, messageId: string, groupId: string): Promise<ToolPart[]> {
  const rows = await db<ToolPart[]>`
    select id, message_id, chat_id, position, turn, kind, state, '' as text, meta, opened_at, closed_at
    from parts where message_id = ${messageId} and kind = 'tool' and meta ->> 'group_id' = ${groupId} order by position`;
  return rows.map((row) => asPart(row) as ToolPart);
}

/** A call's arguments are stored as they were written, and read as what they say. */
function asPart(part: Part): Part {
  if (part.kind === "tool") part.meta.arguments = saidBy(part.meta.arguments_text);
  return part;
}

function saidBy(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value) => (typeof value === "string" ? storable(value) : value));
  } catch {
    return text;
  }
}
