/** What a human says with a message, as its parts: text, and the skill that it names. */
import type { Tx } from "../../db/sql.ts";
import { type Message, SKILL_NOTICE, type TextMeta } from "../../domain/message.ts";
import type { WholeSkill } from "../../domain/skill.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { insertPart } from "../../store/parts.ts";
import { skillText } from "../skills.ts";

/** What a human wrote. */
export async function insertText(tx: Tx, message: Message, text: string, meta: TextMeta): Promise<void> {
  await insertPart(tx, {
    id: newId(),
    message_id: message.id,
    chat_id: message.chat_id,
    position: 0,
    turn: 0,
    kind: "text",
    state: "closed",
    text,
    meta: { ...meta },
  });
}

/** The skill as it is now stays with the message: what a model was told is what the transcript shows, also later. */
export async function insertSkill(
  tx: Tx,
  message: Message,
  skill: WholeSkill,
  reader: "native" | "agent",
): Promise<void> {
  await insertPart(tx, {
    id: newId(),
    message_id: message.id,
    chat_id: message.chat_id,
    position: 1,
    turn: 0,
    kind: "notice",
    state: "closed",
    text: storable(await skillText(skill, reader)),
    meta: { notice: SKILL_NOTICE, skill: skill.name },
  });
}
