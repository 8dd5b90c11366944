/** Answers as artifacts. */
import type { Artifact } from "../domain/artifact.ts";
import type { ArtifactMeta, Part } from "../domain/message.ts";
import type { Run } from "../domain/run.ts";
import { notFound } from "../lib/errors.ts";
import { htmlDocumentIn } from "../lib/html-document.ts";
import { storable } from "../lib/storable.ts";
import { findChat } from "../store/chats.ts";
import { findMessage, readParts } from "../store/messages.ts";
import { findSession } from "../store/sessions.ts";
import type { Core } from "./core.ts";

const TITLE_CHARS = 80;

export async function readArtifact(core: Pick<Core, "sql">, messageId: string): Promise<Artifact> {
  const message = await findMessage(core.sql, messageId);
  const chat = message ? await findChat(core.sql, message.chat_id) : null;
  const session = chat ? await findSession(core.sql, chat.session_id) : null;
  if (!message || !chat || !session) throw notFound("artifact");
  const { markdown, html } = documentIn(await readParts(core.sql, [messageId], 0));
  return {
    message_id: messageId,
    chat_id: chat.id,
    project_id: session.project_id,
    title: titleOf(markdown, html) || chat.title,
    markdown,
    html,
    created_at: message.created_at,
  };
}

/** The answer's text, and the one HTML document of at most 1 MB in it. */
function documentIn(parts: readonly Part[]): { markdown: string; html: string | null } {
  const markdown = parts
    .filter((p) => p.kind === "text")
    .map((p) => p.text.trim())
    .filter(Boolean)
    .join("\n\n");
  return { markdown, html: htmlDocumentIn(markdown) };
}

/** At the end of a run: what the row of its artifact says; null where the answer holds no single document. */
export async function artifactOfRun(
  core: Pick<Core, "sql">,
  run: Pick<Run, "answer_id" | "session_id">,
): Promise<ArtifactMeta | null> {
  const { markdown, html } = documentIn(await readParts(core.sql, [run.answer_id], 0));
  if (html === null) return null;
  const title = titleOf(markdown, html) || "Untitled document";
  return { session_id: run.session_id, title: storable(title), bytes: Buffer.byteLength(html) };
}

/** The document's title, else the first heading, else the first line. */
function titleOf(markdown: string, html: string | null): string {
  const title = html ? /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1] : undefined;
  const heading = /^#{1,3}\s+(.+)$/m.exec(markdown)?.[1];
  return (title ?? heading ?? markdown.split("\n")[0] ?? "")
    .replace(/[*_`#]/g, "")
    .trim()
    .slice(0, TITLE_CHARS)
    .toWellFormed();
}
