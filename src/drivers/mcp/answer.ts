/** What a call came to, as text for the model and images for the person. Nothing in it is trusted to be what it says. */
import { z } from "zod";
import { bytes as inBytes } from "../../lib/format.ts";
import { imageType } from "../../lib/image-type.ts";
import { visibleText } from "../../lib/visible.ts";

export interface AnswerImage {
  mime: string;
  bytes: Uint8Array;
}
export interface Answer {
  text: string;
  images: AnswerImage[];
  /** The tool says that it failed. */
  failed: boolean;
}

const BLOCKS_MAX = 2_000;
const IMAGES_MAX = 12;
const IMAGE_LIMIT_BYTES = 10_000_000;
const URI_CHARS = 2_000;

const Text = z.looseObject({ type: z.literal("text"), text: z.string() });
const Data = z.looseObject({ type: z.enum(["image", "audio"]), data: z.string(), mimeType: z.string().catch("") });
const Link = z.looseObject({
  type: z.literal("resource_link"),
  uri: z.string(),
  name: z.string().catch(""),
  description: z.string().nullish().catch(null),
});
const Resource = z.looseObject({
  type: z.literal("resource"),
  resource: z.looseObject({
    uri: z.string().catch(""),
    mimeType: z.string().nullish().catch(null),
    text: z.string().optional(),
    blob: z.string().optional(),
  }),
});

export function answerOf(given: Record<string, unknown>): Answer {
  const images: AnswerImage[] = [];
  const blocks = Array.isArray(given.content) ? given.content : [];
  const told = blocks.slice(0, BLOCKS_MAX).map((block) => wordsOf(block, images));
  if (blocks.length > BLOCKS_MAX) told.push(`[${blocks.length - BLOCKS_MAX} further pieces are left out]`);
  // Most servers say the same in words; where they do not, this is all there is.
  if (told.length === 0 && given.structuredContent !== undefined)
    told.push(JSON.stringify(given.structuredContent, null, 1));
  return { text: told.join("\n"), images, failed: given.isError === true };
}

function wordsOf(block: unknown, images: AnswerImage[]): string {
  const text = Text.safeParse(block);
  if (text.success) return untagged(text.data.text);
  const data = Data.safeParse(block);
  if (data.success) return binary(data.data.type, data.data.data, data.data.mimeType, images);
  const link = Link.safeParse(block);
  if (link.success) {
    const { uri, name, description } = link.data;
    return visibleText([`[Resource ${short(uri)}]`, name, description ?? ""].filter(Boolean).join(" "));
  }
  const inside = Resource.safeParse(block);
  if (!inside.success) return "[A piece of a kind that is not known]";
  const { uri, mimeType, text: words, blob } = inside.data.resource;
  const head = `[Resource ${short(uri)}]`;
  if (words !== undefined) return `${head}\n${untagged(words)}`;
  return blob === undefined ? `${head} is empty` : `${head} ${binary("file", blob, mimeType ?? "", images)}`;
}

/** Tags are characters that nobody sees: a model would read what the person cannot. The rest stays as it came. */
const untagged = (text: string) =>
  // Their first half is looked for first: 50 MB without one are through in no time.
  text.includes("\uDB40") ? text.replace(/[\u{E0000}-\u{E007F}]/gu, "\uFFFD") : text;
const short = (uri: string) => visibleText(uri).slice(0, URI_CHARS);

/** Only what is an image by its own bytes is kept as one, whatever it says it is. */
function binary(kind: string, base64: string, mime: string, images: AnswerImage[]): string {
  const bytes = decoded(base64);
  if (bytes === null) return `[${kind === "image" ? "An image" : `A piece of ${kind}`} that cannot be read]`;
  const type = imageType(bytes);
  const said = visibleText(mime).slice(0, 100) || "unknown type";
  if (type === null) return `[${kind}, ${said}, ${inBytes(bytes.length)}: left out]`;
  if (images.length >= IMAGES_MAX || bytes.length > IMAGE_LIMIT_BYTES)
    return `[Image, ${type}, ${inBytes(bytes.length)}: too much, left out]`;
  images.push({ mime: type, bytes });
  return `[Image ${images.length}, ${type}, ${inBytes(bytes.length)}: shown to the user]`;
}

function decoded(base64: string): Uint8Array | null {
  if (base64.length > IMAGE_LIMIT_BYTES * 2 || !/^[A-Za-z0-9+/_=\s-]*$/.test(base64.slice(0, 1_000))) return null;
  return Buffer.from(base64, "base64");
}
