/** A chat's messages copied into another one: rows of their own, so that nothing of one chat changes the other. */
import type { Db, Tx } from "../db/sql.ts";
import { shown } from "./messages.ts";

export interface Copies {
  /** Old and new ids, pairwise. */
  messages: readonly [string, string][];
  parts: readonly [string, string][];
  outputs: readonly [string, string][];
}

/**
 * Ids of what is shown of a chat up to a position, oldest first; of the message there only the parts before number `below`, where
 * one is given.
 */
export async function idsToFork(
  db: Db,
  chatId: string,
  upto: number,
  below: number | null = null,
): Promise<{ messages: string[]; parts: string[]; outputs: string[] }> {
  const messages = await db<{ id: string }[]>`
    select id from messages m where chat_id = ${chatId} and position <= ${upto} and ${shown(db)} order by position`;
  const ids = messages.map((m) => m.id);
  const last = below === null ? null : (ids.at(-1) ?? null);
  const parts = await db<{ id: string; output_id: string | null }[]>`
    select id, meta ->> 'output_id' as output_id from parts
    where message_id = any(${ids}) and (message_id is distinct from ${last} or position < ${below ?? 0})`;
  return {
    messages: ids,
    parts: parts.map((p) => p.id),
    outputs: parts.map((p) => p.output_id).filter((id): id is string => id !== null),
  };
}

/**
 * Copies them into an empty chat; positions are counted anew. The copies are not searched again: a hit leads to where it
 * was said. Runs stay with the original: what they cost was paid once.
 */
export async function copyMessages(tx: Tx, chatId: string, copies: Copies): Promise<void> {
  const pairs = (of: readonly [string, string][]) =>
    tx`unnest(${of.map((p) => p[0])}::text[], ${of.map((p) => p[1])}::text[]) with ordinality as c (old, new, n)`;
  await tx`
    insert into messages (id, chat_id, role, position, created_at)
    select c.new, ${chatId}, m.role, c.n, m.created_at from ${pairs(copies.messages)} join messages m on m.id = c.old`;
  await tx`
    insert into outputs (id, chat_id, text, created_at)
    select c.new, ${chatId}, o.text, o.created_at from ${pairs(copies.outputs)} join outputs o on o.id = c.old`;
  await tx`
    insert into parts (id, message_id, chat_id, position, turn, kind, state, text, folded_to, meta, opened_at, closed_at, attachment_id, searched)
    select c.new, m.new, ${chatId}, p.position, p.turn, p.kind, p.state, p.text, p.folded_to,
      p.meta || jsonb_strip_nulls(jsonb_build_object('group_id', g.new, 'output_id', o.new, 'from_message', f.new, 'from_part', h.new)),
      p.opened_at, p.closed_at, p.attachment_id, true
    from ${pairs(copies.parts)} join parts p on p.id = c.old
    join (select * from ${pairs(copies.messages)}) m on m.old = p.message_id
    left join (select * from ${pairs(copies.parts)}) g on g.old = p.meta ->> 'group_id'
    left join (select * from ${pairs(copies.outputs)}) o on o.old = p.meta ->> 'output_id'
    left join (select * from ${pairs(copies.messages)}) f on f.old = p.meta ->> 'from_message'
    left join (select * from ${pairs(copies.parts)}) h on h.old = p.meta ->> 'from_part'`;
  await tx`
    insert into part_images (part_id, position, mime, sha256)
    select c.new, i.position, i.mime, i.sha256 from ${pairs(copies.parts)} join part_images i on i.part_id = c.old`;
  await tx`update chats set next_position = ${copies.messages.length + 1} where id = ${chatId}`;
}
