/** One hunk: what became of it, its lines, what was said beside it, and where it comes from. */
import type { Children } from "@kitajs/html";
import type { Change, Comment, Hunk, HunkState } from "../../src/domain/change.ts";
import type { ReviewLook, ShownHunk } from "../../src/domain/review.ts";
import { ellipsis } from "../../src/lib/text.ts";
import type { Colours } from "../diff/rows.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { posting } from "../ui/post.ts";
import { urls } from "../urls.ts";
import { CommentForm, Comments } from "./comments.tsx";
import { HunkLines } from "./lines.tsx";
import { Prov } from "./prov.tsx";

export interface HunkProps {
  change: Change;
  shown: ShownHunk;
  comments: readonly Comment[];
  look: ReviewLook;
  colours: Colours;
}

/** Sent folded once it is decided: its lines come when they are asked for. */
export const isDecided = (state: HunkState): boolean => state !== "pending" && state !== "stale";

const STATE_CLASS: Record<HunkState, string> = {
  pending: "",
  accepted: " is-a",
  rejected: " is-r",
  applied: " is-d",
  stale: " is-x",
  reverted: " is-v",
};

/**
 * The whole of it (#h-CHANGE-HUNK). The stream sends it without lines: the body, which looks different in every browser,
 * is never morphed.
 */
export function HunkView({ change, shown, comments, look, colours }: HunkProps) {
  return (
    <HunkFrame change={change} shown={shown} comments={comments}>
      {shown.lines === null ? (
        <LaterBody change={change} hunk={shown.hunk} />
      ) : (
        <div class="body" id={ids.hunkBody(change.id, shown.hunk.id)} hx-morph-skip>
          <HunkLines change_id={change.id} path={change.path} shown={shown} look={look} colours={colours} />
        </div>
      )}
    </HunkFrame>
  );
}

/** As the stream sends it: everything but the lines, which the page has. */
export function HunkNews({ change, shown, comments }: Omit<FrameProps, "children">) {
  return (
    <HunkFrame change={change} shown={shown} comments={comments}>
      <div class="body" id={ids.hunkBody(change.id, shown.hunk.id)} hx-morph-skip></div>
    </HunkFrame>
  );
}

type FrameProps = Pick<HunkProps, "change" | "shown" | "comments"> & { children: Children };

function HunkFrame({ change, shown, comments, children }: FrameProps) {
  const { hunk, number } = shown;
  const name = `Hunk ${number} of ${change.path}`;
  return (
    <section
      class={`hunk${STATE_CLASS[hunk.state]}`}
      id={ids.hunk(change.id, hunk.id)}
      data-hunk={hunk.id}
      data-state={hunk.state}
      data-viewed={hunk.viewed}
      tabindex="-1"
      aria-label={attr(`${name}, ${WORDS[hunk.state]}`)}
    >
      <HunkHead change={change} hunk={hunk} number={number} comments={comments} />
      {children}
      <Comments change_id={change.id} hunk_id={hunk.id} comments={comments} />
      <CommentForm change_id={change.id} hunk_id={hunk.id} name={name} />
      <Prov change={change} hunk={hunk} />
    </section>
  );
}

const WORDS: Record<HunkState, string> = {
  pending: "undecided",
  accepted: "accepted",
  rejected: "rejected",
  applied: "applied",
  stale: "stale",
  reverted: "rewound",
};

function HunkHead({
  change,
  hunk,
  number,
  comments,
}: {
  change: Change;
  hunk: Hunk;
  number: number;
  comments: readonly Comment[];
}) {
  const said = comments.at(-1)?.text;
  return (
    <header>
      {hunk.state === "pending" ? <b safe>{`Hunk ${number}`}</b> : <StateWord state={hunk.state} />}
      <code class="cut" safe>
        {placeOf(hunk, change)}
      </code>
      {hunk.state === "pending" && !hunk.viewed ? <span class="badge">unseen</span> : ""}
      {hunk.state !== "pending" && said ? (
        <span class="mid cut d" safe>
          {`“${ellipsis(said, SAID_CHARS)}”`}
        </span>
      ) : (
        ""
      )}
      <span class="grow"></span>
      <Acts change={change} hunk={hunk} number={number} />
    </header>
  );
}
const SAID_CHARS = 80;

function placeOf(hunk: Hunk, change: Change): string {
  if (hunk.kind === "whole") return change.binary ? "the file as a whole, binary" : "the file as a whole";
  return `@@ ${hunk.new_start},${hunk.new_count} ${hunk.section}`.trim();
}

function StateWord({ state }: { state: HunkState }) {
  switch (state) {
    case "accepted":
      return <Word status="done" word="Accepted" class_name="st-ok" />;
    case "applied":
      return <Word status="done" word="Applied" class_name="st-ok" />;
    case "rejected":
      return <Word status="failed" word="Rejected" class_name="st-bad" />;
    case "stale":
      return <Word status="failed" word="Stale" class_name="st-bad" />;
    default:
      return <Word status="stopped" word="Rewound" class_name="" />;
  }
}

function Word({
  status,
  word,
  class_name,
}: {
  status: "done" | "failed" | "stopped";
  word: string;
  class_name: string;
}) {
  return (
    <span class={`st ${class_name}`}>
      <Glyph status={status} />
      <span safe>{word}</span>
    </span>
  );
}

/** The buttons post what the reader saw, so that a decision somebody else made meanwhile is not overwritten. */
function Acts({ change, hunk, number }: { change: Change; hunk: Hunk; number: number }) {
  const what = `hunk ${number} of ${change.path}`;
  if (hunk.state === "applied") return <Show change={change} hunk={hunk} what={what} />;
  return (
    <>
      {isDecided(hunk.state) ? <Show change={change} hunk={hunk} what={what} /> : ""}
      <form class="acts" {...posting(urls.changeVerdict(change.id))} data-verdict>
        <input type="hidden" name="hunks" value={hunk.id} />
        <input type="hidden" name="from" value={hunk.state} />
        {hunk.state === "pending" ? (
          <>
            <button
              type="submit"
              class="btn btn-sm"
              name="verdict"
              value="accepted"
              aria-label={attr(`Accept ${what}`)}
            >
              Accept <kbd>a</kbd>
            </button>
            <button
              type="submit"
              class="btn btn-sm"
              name="verdict"
              value="rejected"
              aria-label={attr(`Reject ${what}`)}
            >
              Reject <kbd>x</kbd>
            </button>
          </>
        ) : (
          <button type="submit" class="btn btn-quiet btn-sm" name="verdict" value="pending">
            <Icon name="undo" />
            {hunk.state === "stale" || hunk.state === "reverted" ? "Decide again" : "Undo"} <Of what={what} />
          </button>
        )}
        {isDecided(hunk.state) ? (
          ""
        ) : (
          <button type="button" class="btn btn-quiet btn-sm" data-comment>
            Comment <Of what={`on ${what}`} />
            <kbd>c</kbd>
          </button>
        )}
      </form>
    </>
  );
}

/** What a button is about, for those who do not see where it stands. */
export function Of({ what }: { what: string }) {
  return (
    <span class="vh" safe>
      {what}
    </span>
  );
}

function Show({ change, hunk, what }: { change: Change; hunk: Hunk; what: string }) {
  return (
    <a
      class="btn btn-quiet btn-sm"
      href={`${urls.reviewFile(change.id, { all: 1 })}#${ids.hunk(change.id, hunk.id)}`}
      data-show
    >
      Show <Of what={what} />
    </a>
  );
}

/** Fetched when the reader comes to it, or opens it. */
function LaterBody({ change, hunk }: { change: Change; hunk: Hunk }) {
  const url = urls.reviewLines(change.id, { hunk: hunk.id });
  return (
    <div
      class="body"
      id={ids.hunkBody(change.id, hunk.id)}
      hx-get={url}
      hx-trigger="intersect once"
      hx-morph-skip
      style={`--lines:${Math.min(hunk.added + hunk.removed, ROOM_LINES)}`}
    >
      <p class="later">
        <a href={url}>Lines of this hunk</a>
      </p>
    </div>
  );
}
/** Room that is kept for lines which are not here yet, so that the page does not jump when they come. */
const ROOM_LINES = 60;
