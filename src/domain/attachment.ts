/** What goes with a message: a file, a picture, lines of a project. Its content is a blob, stored once. */

import { shownPath } from "../lib/path-guard.ts";

export const ATTACHMENT_KINDS = ["text", "image", "file"] as const;
/** `file` is everything that is neither: kept, named to the model, given to agents that read files. */
export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

export interface Attachment {
  id: string;
  sha256: string;
  /** One line, without directories or characters that nobody sees. */
  name: string;
  kind: AttachmentKind;
  /** Media type as its bytes say. */
  type: string;
  size: number;
  /** Of text. */
  lines: number | null;
  /** Of an image, in pixels. */
  width: number | null;
  height: number | null;
  /** Where it comes from, when it comes from a project; the lines of the file, null for all of them. */
  project_id: string | null;
  path: string | null;
  from_line: number | null;
  to_line: number | null;
  created_at: Date;
}

/** What a part says of it: everything that is shown, so that no transcript has to look further. */
export type AttachmentFacts = Omit<Attachment, "id" | "created_at">;

export const ATTACHMENT_LIMIT_BYTES = 10_000_000;
export const ATTACHMENTS_LIMIT = 20;
/** Of all that goes with one message. */
export const ATTACHMENTS_LIMIT_BYTES = 30_000_000;
export const NAME_LIMIT_CHARS = 200;
/** A picture of few bytes can have billions of pixels, which whoever draws it has to hold. */
export const IMAGE_LIMIT_PIXELS = 50_000_000;
export const IMAGE_LIMIT_SIDE = 20_000;

/** Characters of one text that the model is told with the message, and of all texts of one message. */
export const TOLD_LIMIT_CHARS = 64_000;
export const TOLD_OF_MESSAGE_CHARS = 256_000;

const CHARS_PER_TOKEN = 4;
/** Models count a picture by its area and scale large ones down; these figures lie between those of the usual ones. */
const PIXELS_PER_TOKEN = 750;
const IMAGE_LIMIT_TOKENS = 1_600;

/** About how many tokens it takes of a model's window. */
export function tokensOf(a: Pick<Attachment, "kind" | "size" | "width" | "height">): number {
  if (a.kind === "file") return 0;
  if (a.kind === "text") return Math.ceil(Math.min(a.size, TOLD_LIMIT_CHARS) / CHARS_PER_TOKEN);
  return Math.min(IMAGE_LIMIT_TOKENS, Math.ceil(((a.width ?? 0) * (a.height ?? 0)) / PIXELS_PER_TOKEN));
}

/** One line: `src/app.ts:10-20` for what comes from a project, its name for everything else. */
export function labelOf(a: Pick<AttachmentFacts, "name" | "path" | "from_line" | "to_line">): string {
  if (a.path === null) return a.name;
  if (a.from_line === null) return shownPath(a.path);
  return `${shownPath(a.path)}:${a.from_line === a.to_line ? a.from_line : `${a.from_line}-${a.to_line}`}`;
}

const TAG_CHARS = 16;

/**
 * An attachment in a message as a model reads it. Named by its content's hash, which nothing in the content can hold: a file
 * cannot end its own block and go on as if the human had written it.
 */
export function blockOf(a: AttachmentFacts, facts: string, body: string): string {
  const tag = `attachment-${a.sha256.slice(0, TAG_CHARS)}`;
  return `<${tag} name="${labelOf(a).replace(/["<>]/g, "_")}" ${facts}>\n${body}\n</${tag}>`;
}

/** What a human wrote, of a message as a model reads it. */
export const withoutBlocks = (content: string): string =>
  content.replace(/<(attachment-[0-9a-f]{16}) [^\n]*>\n[\s\S]*?\n<\/\1>\n*/g, "");
