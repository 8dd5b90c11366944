/** Parts that change how a chat is told to its model: boundaries of compactions, and notes of the project. */
import type { Db } from "../db/sql.ts";
import { type CompactionPart, NOTES_NOTICE, type NoticePart } from "../domain/message.ts";
import { shown } from "./messages.ts";

/** Where something stands: the position of its message, and its own in it. */
export type Place = readonly [message: number, part: number];

export interface Mark {
  part: CompactionPart | NoticePart;
  place: Place;
  /** Of a summary: where the message stands that is told first after it; null when there is none such. */
  from: number | null;
  /** Of hidden results: where the first call stands whose result is told. */
  call: Place | null;
}

interface Row extends Record<string, unknown> {
  message_position: number;
  position: number;
  from_position: number | null;
  call_message: number | null;
  call_position: number | null;
}

/** In messages that stand in the chat up to position `upto`, oldest first. Boundaries that failed are none. */
export async function readMarks(db: Db, chatId: string, upto = Number.MAX_SAFE_INTEGER): Promise<Mark[]> {
  const rows = await db<Row[]>`
    select p.id, p.message_id, p.chat_id, p.position, p.turn, p.kind, p.state, p.text, p.meta, p.opened_at, p.closed_at,
      m.position as message_position, f.position as from_position, cm.position as call_message, c.position as call_position
    from parts p join messages m on m.id = p.message_id
    left join messages f on f.id = p.meta ->> 'from_message'
    left join parts c on c.id = p.meta ->> 'from_part' left join messages cm on cm.id = c.message_id
    where p.chat_id = ${chatId} and p.kind in ('compaction', 'notice')
      and case when p.kind = 'compaction' then p.state = 'closed' else p.meta ->> 'notice' = ${NOTES_NOTICE} end
      and m.position <= ${upto} and ${shown(db)}
    order by m.position, p.position`;
  return rows.map(({ message_position, from_position, call_message, call_position, ...part }) => ({
    part: part as unknown as Mark["part"],
    place: [message_position, part.position],
    from: from_position,
    call: call_message === null || call_position === null ? null : [call_message, call_position],
  }));
}
