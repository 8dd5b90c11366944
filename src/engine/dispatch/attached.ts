/**
 * Attachments as an outside agent gets them: embedded where it said that it takes that, else as text or as a link to a copy
 * that it can read. Whatever it takes, it learns where the whole file lies.
 */
import { pathToFileURL } from "node:url";
import { blockOf, labelOf, TOLD_LIMIT_CHARS, TOLD_OF_MESSAGE_CHARS } from "../../domain/attachment.ts";
import type { AttachmentMeta, Part } from "../../domain/message.ts";
import { type AgentFeatures, NO_FEATURES } from "../../domain/provider.ts";
import type { PromptBlock } from "../../drivers/acp/session.ts";
import { handOut } from "../../drivers/files/hand-out.ts";
import { counted } from "../../lib/format.ts";
import { cutLines } from "../../lib/text.ts";
import { contentOf, toldText } from "../attachments.ts";
import type { Core } from "../core.ts";
import { steady } from "../steady.ts";
import { numberLines } from "../turn/attached.ts";

export interface Taker {
  features: AgentFeatures;
  /** Its worktree: what comes from the project has its place there. */
  cwd: string;
}

/** One that is given words alone: it reads files where they lie. */
export const readingFiles = (cwd: string): Taker => ({ features: NO_FEATURES, cwd });

/** In order, before what the human wrote. */
export async function attachedBlocks(core: Core, parts: readonly Part[], taker: Taker): Promise<PromptBlock[]> {
  const blocks: PromptBlock[] = [];
  let left = TOLD_OF_MESSAGE_CHARS;
  for (const part of parts) {
    if (part.kind !== "attachment") continue;
    const bytes = await steady(core, () => contentOf(core.sql, part.meta));
    const copy = () => handOut(core.config.home, part.meta.attachment_id, part.meta.name, bytes);
    if (part.meta.kind === "image" && taker.features.images) blocks.push(nameOf(part.meta), imageOf(part.meta, bytes));
    else if (part.meta.kind === "text") {
      const text = await textFor(part.meta, toldText(bytes), Math.min(left, TOLD_LIMIT_CHARS), copy);
      left = Math.max(0, left - text.length);
      blocks.push(taker.features.embedded ? embedded(part.meta, text, taker.cwd) : asText(part.meta, text));
    } else blocks.push(...linked(part.meta, await copy()));
  }
  return blocks;
}

/** What was attached to a message that an agent is only told about. */
export const attachedNames = (parts: readonly Part[]): string =>
  parts.flatMap((part) => (part.kind === "attachment" ? `[attached: ${labelOf(part.meta)}]` : [])).join("\n");

async function textFor(
  meta: AttachmentMeta,
  text: string,
  limit: number,
  copy: () => Promise<string>,
): Promise<string> {
  const cut = cutLines(text, { chars: limit, lines: Number.MAX_SAFE_INTEGER });
  const said = meta.from_line === null ? cut.text : numberLines(cut.text.replace(/\n$/, ""), meta.from_line);
  if (cut.text.length >= text.length) return said;
  return `${said}\n[The first ${counted(cut.shown, "line")} of ${cut.total}. All of it: ${await copy()}]`;
}

const nameOf = (meta: AttachmentMeta): PromptBlock => ({ type: "text", text: `Attached picture: ${labelOf(meta)}` });
const imageOf = (meta: AttachmentMeta, bytes: Uint8Array): PromptBlock => ({
  type: "image",
  data: Buffer.from(bytes).toString("base64"),
  mimeType: meta.type,
});

const asText = (meta: AttachmentMeta, text: string): PromptBlock => ({
  type: "text",
  text: blockOf(meta, `lines="${linesWord(meta)}"`, text),
});

function embedded(meta: AttachmentMeta, text: string, cwd: string): PromptBlock {
  const lines = meta.from_line === null ? "" : `#L${meta.from_line}-L${meta.to_line}`;
  const uri =
    meta.path === null
      ? `attachment:${meta.attachment_id}/${encodeURIComponent(meta.name)}`
      : `${pathToFileURL(`${cwd}/${meta.path}`).href}${lines}`;
  return { type: "resource", resource: { uri, text, mimeType: meta.type } };
}

function linked(meta: AttachmentMeta, path: string): PromptBlock[] {
  const text = `Attached ${meta.kind === "image" ? "picture" : "file"}: ${labelOf(meta)}, to be read at ${path}`;
  return [
    { type: "text", text },
    { type: "resource_link", uri: pathToFileURL(path).href, name: meta.name },
  ];
}

const linesWord = (meta: AttachmentMeta) =>
  meta.from_line === null ? String(meta.lines ?? 0) : `${meta.from_line}-${meta.to_line}`;
