/** Attachments in one line each: in a composer, where they can be taken out again, and in the transcript. */
import { type Attachment, type AttachmentFacts, labelOf, tokensOf } from "../../src/domain/attachment.ts";
import type { AttachmentPart } from "../../src/domain/message.ts";
import { bytes, counted, kilo } from "../../src/lib/format.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

/** `public/js/attach.js` puts more of them in, and asks for those of a draft again. */
export function AttachedList({ attachments }: { attachments: readonly Attachment[] }) {
  return (
    <ul class="chips attached" data-attached aria-label="Attachments">
      <AttachedChips attachments={attachments} />
    </ul>
  );
}

/** Each brings the field that sends it. */
export function AttachedChips({ attachments }: { attachments: readonly Attachment[] }) {
  return (
    <>
      {attachments.map((a) => (
        <li class="chip" data-attachment={a.id} data-kind={a.kind}>
          <input type="hidden" name="attachments" value={a.id} autocomplete="off" />
          <ChipLink id={a.id} facts={a} />
          <button
            type="button"
            class="btn btn-quiet btn-i btn-sm chip-x"
            data-detach
            aria-label={attr(`Remove ${labelOf(a)}`)}
            title="Remove"
          >
            <Icon name="x" />
          </button>
        </li>
      ))}
    </>
  );
}

/** What went with a message; pictures are shown unless it is to be `small`. */
export function SentAttachments({ parts, small = false }: { parts: readonly AttachmentPart[]; small?: boolean }) {
  if (parts.length === 0) return "";
  return (
    <ul class="chips sent" aria-label="Attachments">
      {parts.map(({ meta }) => (
        <li data-attachment={meta.attachment_id} data-kind={meta.kind} data-name={attr(labelOf(meta))}>
          {meta.kind === "image" && !small ? (
            <Picture id={meta.attachment_id} facts={meta} />
          ) : (
            <span class="chip">
              <ChipLink id={meta.attachment_id} facts={meta} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Opened in a dialog with script; the page of its own without. */
function ChipLink({ id, facts }: { id: string; facts: AttachmentFacts }) {
  return (
    <a href={urls.attachment(id)} data-open-attachment title={attr(`${labelOf(facts)}, ${factsWords(facts)}`)}>
      <Icon name={facts.kind === "image" ? "eye" : facts.path === null ? "clip" : "file"} />
      <span class="cut" safe>
        {shortLabel(facts)}
      </span>
      <small class="dim" safe>
        {sizeWords(facts)}
      </small>
    </a>
  );
}

/** Longest side of a picture in the transcript, CSS pixels. */
const THUMB_PX = 220;

function Picture({ id, facts }: { id: string; facts: AttachmentFacts }) {
  const [width, height] = [facts.width ?? 1, facts.height ?? 1];
  const scale = Math.min(1, THUMB_PX / Math.max(width, height));
  return (
    <a
      class="thumb"
      href={urls.attachment(id)}
      data-open-attachment
      title={attr(`${labelOf(facts)}, ${factsWords(facts)}`)}
    >
      <img
        src={urls.attachmentContent(id)}
        alt={attr(labelOf(facts))}
        width={String(Math.max(1, Math.round(width * scale)))}
        height={String(Math.max(1, Math.round(height * scale)))}
        loading="lazy"
      />
    </a>
  );
}

/** The file's own name and its lines: directories are in the title. */
const shortLabel = (facts: AttachmentFacts): string =>
  facts.from_line === null ? facts.name : labelOf({ ...facts, path: facts.name });

const sizeWords = (facts: AttachmentFacts): string =>
  facts.kind === "text" && facts.lines !== null && facts.from_line === null
    ? counted(facts.lines, "line")
    : facts.kind === "text"
      ? ""
      : bytes(facts.size);

/** All there is to know at a glance, with what it costs of a model's window. */
export function factsWords(facts: AttachmentFacts): string {
  const tokens = tokensOf(facts);
  return [
    facts.kind === "image" ? `${facts.width} × ${facts.height} pixels` : "",
    facts.lines === null ? "" : counted(facts.lines, "line"),
    bytes(facts.size),
    tokens > 0 ? `about ${kilo(tokens)} tokens` : "not told to models that read no files",
  ]
    .filter(Boolean)
    .join(", ");
}
