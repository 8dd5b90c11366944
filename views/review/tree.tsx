/** The list of changed files in reading order, with a mark for every hunk. */
import type { ReviewEntry, ReviewIndex } from "../../src/domain/review.ts";
import { count, counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { urls } from "../urls.ts";
import { Marks } from "./marks.tsx";

interface TreeProps {
  session_id: string;
  index: ReviewIndex;
}

export function ReviewTree({ session_id, index }: TreeProps) {
  let directory: string | null = null;
  const rows = index.entries.map((entry) => {
    const group = groupOf(entry);
    const head =
      group === directory ? (
        ""
      ) : (
        <div class="dirh cut" title={attr(group)} safe>
          {group}
        </div>
      );
    directory = group;
    return (
      <>
        {head}
        <ReviewRow session_id={session_id} entry={entry} />
      </>
    );
  });
  return (
    <nav class="ftree" id={ids.reviewTree(session_id)} aria-label="Changed files">
      {rows}
      {index.left > 0 ? <p class="legend" safe>{`and ${counted(index.left, "more file")}`}</p> : ""}
      {index.entries.length > 0 ? <Legend /> : ""}
    </nav>
  );
}

/** One file (#rr-ID); the stream sends it again whenever a hunk of it is decided or seen. */
export function ReviewRow({ session_id, entry }: { session_id: string; entry: ReviewEntry }) {
  const href = `${urls.review(session_id, { file: entry.id })}#${ids.reviewFile(entry.id)}`;
  return (
    <a href={href} id={ids.reviewRow(entry.id)} title={attr(shownPath(entry.path))} data-file={entry.id}>
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
