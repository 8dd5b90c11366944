/**
 * Attachments as models are told of them: text in the message, in one form that never changes, so that the endpoint's cache
 * of the prompt holds; pictures beside it for models that see, and for the others a line that says what they miss.
 */
import { blockOf, TOLD_LIMIT_CHARS, TOLD_OF_MESSAGE_CHARS } from "../../domain/attachment.ts";
import type { ChatImage } from "../../domain/llm.ts";
import type { AttachmentMeta, AttachmentPart, Message, Part } from "../../domain/message.ts";
import { count, counted, bytes as sized } from "../../lib/format.ts";
import { cutLines } from "../../lib/text.ts";
import { contentOf, toldText } from "../attachments.ts";
import type { Core } from "../core.ts";
import { steady } from "../steady.ts";

/** Of all pictures of a conversation that go with one call, the newest; bytes before base64. */
const IMAGES_LIMIT = 40;
const IMAGES_LIMIT_BYTES = 40_000_000;

/** One a run: what was read for one call is there for the next. */
export class Attached {
  private readonly texts = new Map<string, string>();
  private readonly pictures = new Map<string, string>();

  constructor(
    private readonly core: Core,
    /** Whether the model takes pictures. */
    public sees: boolean,
  ) {}

  /**
   * Parts as they were, with texts in the place of attachments, before what the human wrote: documents come before questions.
   * The text of a picture that is shown has it in its meta. `messages` are oldest first, `parts` theirs.
   */
  async tell(messages: readonly Message[], parts: readonly Part[]): Promise<Part[]> {
    const own = parts.filter((part): part is AttachmentPart => part.kind === "attachment");
    if (own.length === 0) return [...parts];
    const order = new Map(messages.map((message, at) => [message.id, at]));
    const shown = this.sees ? newestImages(own, order) : new Set<string>();
    const told: Part[] = [];
    for (const group of Map.groupBy(parts, (part) => part.message_id).values()) {
      const attached = group.filter((part): part is AttachmentPart => part.kind === "attachment");
      let left = TOLD_OF_MESSAGE_CHARS;
      let number = 0;
      for (const part of attached) {
        const image = shown.has(part.id) ? await this.picture(part.meta) : null;
        if (image) number++;
        const text = await this.wordsFor(part.meta, Math.min(left, TOLD_LIMIT_CHARS), image ? number : null);
        left = Math.max(0, left - text.length);
        told.push({ ...part, kind: "text", text, meta: { attached: true, ...(image && { image }) } });
      }
      told.push(...group.filter((part) => part.kind !== "attachment"));
    }
    return told;
  }

  private async wordsFor(meta: AttachmentMeta, limit: number, number: number | null): Promise<string> {
    if (meta.kind === "text") return textBlock(meta, await this.text(meta), limit);
    if (meta.kind === "image") return imageLine(meta, number, this.sees);
    return blockOf(
      meta,
      `type="${meta.type}" size="${sized(meta.size)}"`,
      "A file that is neither text nor a picture: you cannot read it.",
    );
  }

  private async text(meta: AttachmentMeta): Promise<string> {
    const known = this.texts.get(meta.sha256);
    if (known !== undefined) return known;
    const text = toldText(await steady(this.core, () => contentOf(this.core.sql, meta)));
    this.texts.set(meta.sha256, text);
    return text;
  }

  private async picture({ sha256, type, width, height }: AttachmentMeta): Promise<ChatImage> {
    let base64 = this.pictures.get(sha256);
    if (base64 === undefined) {
      const bytes = await steady(this.core, () => contentOf(this.core.sql, { sha256 }));
      base64 = Buffer.from(bytes).toString("base64");
      this.pictures.set(sha256, base64);
    }
    return { type, base64, width: width ?? 0, height: height ?? 0 };
  }
}

/** Ids of the parts whose pictures go along. */
function newestImages(parts: readonly AttachmentPart[], order: ReadonlyMap<string, number>): Set<string> {
  const images = parts.filter((part) => part.meta.kind === "image");
  const newest = images.sort(
    (a, b) => (order.get(b.message_id) ?? 0) - (order.get(a.message_id) ?? 0) || a.position - b.position,
  );
  const shown = new Set<string>();
  let size = 0;
  for (const part of newest) {
    size += part.meta.size;
    if (shown.size >= IMAGES_LIMIT || size > IMAGES_LIMIT_BYTES) break;
    shown.add(part.id);
  }
  return shown;
}

/** Text as a model is told of it. `limit` are the characters it may take; the rest is read by a tool. */
export function textBlock(meta: AttachmentMeta, text: string, limit: number): string {
  const facts = `lines="${meta.from_line === null ? count(meta.lines ?? 0) : `${meta.from_line}-${meta.to_line}`}"`;
  const cut = cutLines(text, { chars: limit, lines: Number.MAX_SAFE_INTEGER });
  const said = cut.text.replace(/\n$/, "");
  const numberedText = meta.from_line === null ? said : numberLines(said, meta.from_line);
  if (cut.shown >= cut.total && cut.text.length >= text.length) return blockOf(meta, facts, numberedText);
  const more = `[The first ${counted(cut.shown, "line")} of ${count(cut.total)}. Go on: read_output {"output_id":"${meta.attachment_id}","from":${cut.shown + 1}}]`;
  return blockOf(meta, facts, `${numberedText}\n${more}`);
}

/** As view_file numbers them, so that a model can name a line. */
export function numberLines(text: string, from: number): string {
  const lines = text.split("\n");
  const width = String(from + lines.length - 1).length;
  return lines.map((line, at) => `${String(from + at).padStart(width)}\t${line}`).join("\n");
}

function imageLine(meta: AttachmentMeta, number: number | null, sees: boolean): string {
  const facts = `type="${meta.type}" pixels="${meta.width}x${meta.height}"`;
  if (number !== null) return blockOf(meta, facts, `Picture ${number} of this message.`);
  if (sees) return blockOf(meta, facts, "A picture from earlier, not sent again. Ask for it if it matters.");
  return blockOf(
    meta,
    facts,
    "A picture. You cannot see pictures, so you do not know what it shows; say so if it matters.",
  );
}
