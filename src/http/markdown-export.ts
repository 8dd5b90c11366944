/** A chat as Markdown, for `.md`, "This chat as Markdown" and people who keep notes. */
import type { Entry } from "../domain/message.ts";
import type { Core } from "../engine/core.ts";
import { snapshot } from "../engine/journal.ts";
import { notFound } from "../lib/errors.ts";
import { findChat } from "../store/chats.ts";
import { readHistory } from "../store/messages.ts";
import { readEntries } from "../store/transcript.ts";

export async function transcriptMarkdown(core: Core, chatId: string): Promise<string> {
  return snapshot(core.sql, async (tx) => {
    const chat = await findChat(tx, chatId);
    if (!chat) throw notFound("chat");
    const entries = await readEntries(tx, await readHistory(tx, chatId, Number.MAX_SAFE_INTEGER), 0);
    return `# ${chat.title}\n\n${entries.map(asMarkdown).filter(Boolean).join("\n\n")}\n`;
  });
}

function asMarkdown({ message, parts, run }: Entry): string {
  const body = parts
    .map((part) => {
      if (part.kind === "text") return part.text.trim();
      if (part.kind === "tool")
        return `> \`${part.meta.name}\` ${part.meta.shown}${part.meta.note ? ` (${part.meta.note})` : ""}`;
      return "";
    })
    .filter(Boolean)
    .join("\n\n");
  const who = message.role === "user" ? "You" : (run?.model ?? "Answer");
  return body ? `## ${who}, ${message.created_at.toISOString().slice(0, 16).replace("T", " ")}\n\n${body}` : "";
}
