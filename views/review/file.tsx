/** One file of the review: its heading, and its hunks or why they are not shown. */
import type { Comment } from "../../src/domain/change.ts";
import { HUNK_LINES, type ReviewEntry, type ReviewLook, type ShownFile } from "../../src/domain/review.ts";
import { bytes, counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import type { Colours } from "../diff/rows.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { posting } from "../ui/post.ts";
import { urls } from "../urls.ts";
import { HunkView, Of } from "./hunk.tsx";
import { Stale } from "./stale.tsx";
import { Counts } from "./tree.tsx";

export interface FileProps {
  entry: ReviewEntry;
  file: ShownFile;
  look: ReviewLook;
  colours: Colours;
}

export function FileView(props: FileProps) {
  const { entry, file } = props;
  return (
    <section
      class="file"
      id={ids.reviewFile(entry.id)}
      data-change={entry.id}
      aria-labelledby={ids.reviewHead(entry.id)}
    >
      <FileHead entry={entry} />
      {file.change.error === null || entry.state === "stale" ? (
        ""
      ) : (
        <p class="note-bad" safe>
          {file.change.error}
        </p>
      )}
      {file.clashes.length > 0 || entry.state === "stale" ? <Stale file={file} /> : ""}
      {file.folded ? <Folded entry={entry} file={file} /> : <Hunks {...props} />}
    </section>
  );
}

/** Hunks of the file from some place on, and the way to those after them: also what that way brings. */
export function Hunks({ file, look, colours }: Omit<FileProps, "entry">) {
  const { change, hunks, left } = file;
  const next = hunks.at(-1)?.number ?? 0;
  const url = urls.reviewFile(change.id, { all: 1, from: next });
  return (
    <>
      {hunks.map((shown) => (
        <HunkView
          change={change}
          shown={shown}
          comments={commentsOn(file.comments, shown.hunk.id)}
          look={look}
          colours={colours}
        />
      ))}
      {left > 0 ? (
        <p class="folded" hx-get={url} hx-trigger="intersect once" hx-swap="outerHTML">
          <a class="btn btn-sm" href={url} safe>
            {`Next hunks of ${counted(left, "more")}`}
          </a>
        </p>
      ) : (
        ""
      )}
    </>
  );
}

export const commentsOn = (comments: readonly Comment[], hunkId: string): Comment[] =>
  comments.filter((c) => c.hunk_id === hunkId);

/** In place of a file whose hunks are fetched when the reader comes to it. */
export function FileLater({ entry }: { entry: ReviewEntry }) {
  const url = urls.reviewFile(entry.id);
  return (
    <section
      class="file"
      id={ids.reviewFile(entry.id)}
      data-change={entry.id}
      aria-labelledby={ids.reviewHead(entry.id)}
    >
      <FileHead entry={entry} acts={false} />
      <p
        class="later"
        style={`--lines:${Math.min(entry.added + entry.removed, ROOM_LINES)}`}
        hx-get={url}
        hx-trigger="intersect once"
        hx-target="closest .file"
        hx-swap="outerHTML"
      >
        <a href={url}>Its hunks</a>
      </p>
    </section>
  );
}
/** Room that is kept for a file which is not here yet. */
const ROOM_LINES = 40;

/** Path, counts, what is decided for all of it (#rh-ID); `acts` once the file itself is there. */
export function FileHead({ entry, acts = true }: { entry: ReviewEntry; acts?: boolean }) {
  const { id, path } = entry;
  const cut = path.lastIndexOf("/") + 1;
  const pending = entry.marks.filter((m) => m === "pending" || m === "seen").length;
  const unseen = entry.marks.filter((m) => m === "pending").length;
  return (
    <div class="fhead" id={ids.reviewHead(id)}>
      <h3 class="path cut" title={attr(shownPath(path))}>
        <span class="dir" safe>
          {shownPath(path.slice(0, cut))}
        </span>
        <span safe>{shownPath(path.slice(cut))}</span>
      </h3>
      <Counts added={entry.added} removed={entry.removed} />
      {entry.kind === "create" ? <span class="badge">new</span> : ""}
      {entry.kind === "delete" ? <span class="badge">deleted</span> : ""}
      {entry.generated ? <span class="badge">generated</span> : ""}
      <span class="dim opt-hunks" safe>
        {counted(entry.marks.length, "hunk")}
      </span>
      <span class="grow"></span>
      {acts && pending > 0 ? <Seen entry={entry} all={unseen === 0} /> : ""}
      {acts && pending > 0 ? <FileVerdict entry={entry} /> : ""}
    </div>
  );
}

function Seen({ entry, all }: { entry: ReviewEntry; all: boolean }) {
  return (
    <form {...posting(urls.changeViewed(entry.id))} class="d opt-hunks" data-seen>
      <button
        type="submit"
        class="btn btn-quiet btn-sm"
        name="viewed"
        value={all ? "0" : "1"}
        aria-pressed={all ? "true" : "false"}
      >
        <Icon name="eye" />
        Seen <Of what={entry.path} />
        <kbd>v</kbd>
      </button>
    </form>
  );
}

function FileVerdict({ entry }: { entry: ReviewEntry }) {
  return (
    <form {...posting(urls.changeVerdict(entry.id))} class="btns" data-file-verdict>
      <button type="submit" class="btn btn-quiet btn-sm opt-hunks" name="verdict" value="rejected">
        Reject file <Of what={entry.path} />
      </button>
      <button type="submit" class="btn btn-sm" name="verdict" value="accepted">
        Accept file <Of what={entry.path} />
      </button>
    </form>
  );
}

/** Counted honestly, and left out of every apply until somebody accepts it. */
function Folded({ entry, file }: { entry: ReviewEntry; file: ShownFile }) {
  const { change } = file;
  const url = urls.reviewFile(change.id, { all: 1 });
  const lines = change.added + change.removed;
  return (
    <div class="folded">
      <Icon name="fold" />
      <span safe>{`Folded: ${counted(lines, "changed line")}, ${bytes(file.bytes)}. ${leftOut(entry)}`}</span>
      <span class="btns">
        <a class="btn btn-sm" href={url} hx-get={url} hx-target="closest .file" hx-swap="outerHTML" data-unfold safe>
          {lines > HUNK_LINES ? `Load first ${HUNK_LINES} lines` : `Load ${counted(lines, "line")}`}
        </a>
        {entry.marks.some((m) => m === "pending" || m === "seen") ? (
          <form {...posting(urls.changeVerdict(change.id))}>
            <button type="submit" class="btn btn-sm" name="verdict" value="accepted">
              Accept unread <Of what={change.path} />
            </button>
          </form>
        ) : (
          ""
        )}
      </span>
    </div>
  );
}

function leftOut(entry: ReviewEntry): string {
  return entry.marks.some((m) => m === "pending" || m === "seen")
    ? "Nothing is hidden from Apply: this file is left out until you accept it."
    : "It is decided.";
}
