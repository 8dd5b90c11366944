/** The list of changed files in reading order, with a mark for every hunk. */
import { type ReviewEntry, type ReviewIndex, TREE_STEP } from "../../src/domain/review.ts";
import { count, counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { urls } from "../urls.ts";
import { Marks } from "./marks.tsx";

interface TreeProps {
  session_id: string;
  index: ReviewIndex;
  /** Lines at most; the others are fetched when the reader comes to them. */
  rows?: number;
}

export function ReviewTree({ session_id, index, rows = TREE_STEP }: TreeProps) {
  return (
    <nav class="ftree" id={ids.reviewTree(session_id)} aria-label="Changed files">
      <TreeRows session_id={session_id} index={index} from={0} upto={Math.max(rows, TREE_STEP)} />
      {index.entries.length > 0 ? <Legend /> : ""}
    </nav>
  );
}

/** Lines from one place in the list to another, and the way to those after them: also what that way brings. */
export function TreeRows({ session_id, index, from, upto }: TreeProps & { from: number; upto: number }) {
  const { entries, left } = index;
  const next = urls.review(session_id, { from: upto, part: "tree" });
  const unlisted = entries.length - upto + left;
  return (
    <>
      {entries.slice(from, upto).map((entry, i) => {
        const before = entries[from + i - 1];
        const group = groupOf(entry);
        return (
          <>
            {before && groupOf(before) === group ? (
              ""
            ) : (
              <div class="dirh cut" title={attr(group)} safe>
                {group}
              </div>
            )}
            <ReviewRow session_id={session_id} entry={entry} />
          </>
        );
      })}
      {upto < entries.length ? (
        <p class="legend" hx-get={next} hx-trigger="intersect once" hx-swap="outerHTML">
          <a href={urls.review(session_id, { from: upto })} safe>
            {counted(unlisted, "more file")}
          </a>
        </p>
      ) : left > 0 ? (
        <p class="legend" safe>{`and ${counted(left, "more file")}: decide some of these first`}</p>
      ) : (
        ""
      )}
    </>
  );
}

/** One file (#rr-ID); the stream sends it again whenever a hunk of it is decided or seen. */
export function ReviewRow({ session_id, entry }: { session_id: string; entry: ReviewEntry }) {
  const href = `${urls.review(session_id, { file: entry.id })}#${ids.reviewFile(entry.id)}`;
  return (
    <a href={href} id={ids.reviewRow(entry.id)} data-file={entry.id}>
      <span class="cut" safe>
        {shownPath(nameOf(entry.path))}
      </span>
      <EntryCounts entry={entry} />
      <Marks marks={entry.marks} />
    </a>
  );
}

function EntryCounts({ entry }: { entry: ReviewEntry }) {
  if (entry.binary) return <span class="num dim">binary</span>;
  if (entry.generated)
    return (
      <span class="num dim" safe>
        {count(entry.added + entry.removed)}
      </span>
    );
  return <Counts added={entry.added} removed={entry.removed} />;
}

/** `+14 −7`; a side without lines is not told. */
export function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span class="num">
      {added > 0 ? <span class="plus" safe>{`+${count(added)}`}</span> : ""}
      {added > 0 && removed > 0 ? " " : ""}
      {removed > 0 ? <span class="minus" safe>{`−${count(removed)}`}</span> : ""}
    </span>
  );
}

function Legend() {
  return (
    <p class="legend">
      <span class="plus">■</span> accepted <span class="minus">■</span> rejected
      <br />■ seen □ unseen, one mark per hunk
    </p>
  );
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function groupOf({ path, generated, closed, state }: ReviewEntry): string {
  if (closed) return state === "reverted" ? "rewound" : "applied";
  if (generated) return "generated, left out";
  const cut = path.lastIndexOf("/");
  return cut < 0 ? "top directory" : shownPath(path.slice(0, cut));
}
