/** `/compact` as a verb: for routes and whoever does not write it into a message. */
import type { Message } from "../../domain/message.ts";
import { NATIVE_PROVIDER, type Run, type Via } from "../../domain/run.ts";
import { conflict, notFound } from "../../lib/errors.ts";
import { findChat } from "../../store/chats.ts";
import type { Core } from "../core.ts";
import { postMessage } from "./start.ts";

/** `/compact`, as a message and its run. Errors: not_found; conflict where an outside agent keeps the conversation. */
export async function compactChat(
  core: Core,
  chatId: string,
  input: { focus?: string | undefined; client_id?: string | undefined; via: Via },
): Promise<{ message: Message; run: Run }> {
  const chat = await findChat(core.sql, chatId);
  if (!chat) throw notFound("chat");
  if (chat.provider !== NATIVE_PROVIDER)
    throw conflict(`${chat.provider} keeps this conversation itself; send it its own command for that, if it has one.`);
  const text = `/compact ${input.focus ?? ""}`.trim();
  return postMessage(core, { chat_id: chatId, text, client_id: input.client_id, via: input.via });
}
