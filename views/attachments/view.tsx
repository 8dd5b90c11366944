/** One attachment opened: a picture, the lines of a text, or what is known of a file; in a dialog or on a page of its own. */
import { type Attachment, labelOf } from "../../src/domain/attachment.ts";
import type { FileView } from "../../src/domain/file.ts";
import { count } from "../../src/lib/format.ts";
import { SourceLines } from "../files/source-lines.tsx";
import { PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { factsWords } from "./chips.tsx";

/** Lines of a text, from 1. */
interface Lines {
  lines: string[];
  from: number;
  next: number | null;
}
interface ViewProps {
  attachment: Attachment;
  /** Of a text. */
  window: Lines | null;
}

/** Everything inside `main`. */
export function AttachmentContent({ attachment, window }: ViewProps) {
  return (
    <>
      <PageHeader title={labelOf(attachment)}>
        <span class="dim grow" safe>
          {factsWords(attachment)}
        </span>
        <Actions attachment={attachment} />
      </PageHeader>
      <div class="filepage scroll attachmentview">
        <Body attachment={attachment} window={window} />
      </div>
    </>
  );
}

/** Inside a dialog. */
export function AttachmentView({ attachment, window }: ViewProps) {
  return (
    <>
      <header>
        <h2 class="cut" title={attr(labelOf(attachment))} safe>
          {labelOf(attachment)}
        </h2>
        <span class="dim grow cut" safe>
          {factsWords(attachment)}
        </span>
        <Actions attachment={attachment} />
        <form method="dialog">
          <button type="submit" class="btn btn-quiet btn-i" aria-label="Close" title="Close">
            <Icon name="x" />
          </button>
        </form>
      </header>
      <div class="filepage attachmentview">
        <Body attachment={attachment} window={window} />
      </div>
    </>
  );
}

function Actions({ attachment }: { attachment: Attachment }) {
  const { project_id, path, from_line } = attachment;
  return (
    <span class="btns">
      {project_id !== null && path !== null ? (
        <a class="btn btn-sm" href={urls.file(project_id, path, from_line)}>
          Open the file as it is now
        </a>
      ) : (
        ""
      )}
      <a class="btn btn-sm" href={urls.attachmentContent(attachment.id)} download={attr(attachment.name)}>
        Download
      </a>
    </span>
  );
}

function Body({ attachment, window }: ViewProps) {
  if (attachment.kind === "image")
    return (
      <div class="picture">
        <img
          src={urls.attachmentContent(attachment.id)}
          alt={attr(labelOf(attachment))}
          width={String(attachment.width)}
          height={String(attachment.height)}
        />
      </div>
    );
  if (window === null)
    return (
      <p class="instead" safe>
        {`Neither text nor a picture (${attachment.type}): nothing to look at here. Agents that read files are given its path; models are told its name.`}
      </p>
    );
  return (
    <>
      <SourceLines file={asFile(attachment, window)} pane />
      {window.next === null ? (
        ""
      ) : (
        <p class="windows">
          <span class="dim" safe>
            {`Lines ${count(window.from)}–${count(window.from + window.lines.length - 1)} of ${count(attachment.lines ?? 0)}`}
          </span>
          <a class="btn btn-sm" href={urls.attachment(attachment.id, window.next)}>
            Next
          </a>
        </p>
      )}
    </>
  );
}

/** Numbered as in the file that they are lines of. */
function asFile(attachment: Attachment, { lines, from }: Lines): FileView {
  return {
    path: attachment.path ?? attachment.name,
    size_bytes: attachment.size,
    lines,
    from: from + (attachment.from_line ?? 1) - 1,
    total_lines: attachment.lines,
    next: null,
    binary: false,
    image: false,
    marked: null,
    marked_to: null,
  };
}
