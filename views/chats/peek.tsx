/** What a call wanted to change, as lines: drawn from its arguments, so also for a call that was refused. */
import type { ToolPart } from "../../src/domain/message.ts";
import { diffRows } from "../../src/lib/diff-rows.ts";
import { counted } from "../../src/lib/format.ts";
import { hunksOf } from "../../src/lib/hunks.ts";
import { cutLines } from "../../src/lib/text.ts";
import { colourOf, tellsLineEnds, unifiedRow } from "../diff/rows.ts";
import { attr } from "../ui/attr.ts";
import { urls } from "../urls.ts";
import { proposedText } from "./tool-words.ts";

/** Lines of the peek, and of either text that is compared for it. */
const PEEK_ROWS = 60;
const COMPARED = { chars: 40_000, lines: 400 };

export function Peek({ part }: { part: ToolPart }) {
  const text = proposedText(part);
  if (!text) return "";
  // Whether the last line ends says nothing: it is a piece out of a file.
  const [before, after] = [text.before, text.after].map((of) => `${cutLines(of, COMPARED).text}\n`) as [string, string];
  const lines = hunksOf(text.path, before, after).flatMap((hunk) => hunk.lines);
  const rows = diffRows(lines.slice(0, PEEK_ROWS), true);
  const lineEnds = tellsLineEnds(lines);
  const safeRows = rows
    .map((row) => unifiedRow({ ...row, old: null, new: null }, colourOf(row, NONE), lineEnds))
    .join("");
  const left = lines.length - rows.length;
  return (
    <>
      {rows.length === 0 ? (
        ""
      ) : (
        <div class="peek">
          <table class="diff" aria-label={attr(`Proposed for ${text.path}`)}>
            <tbody>{safeRows}</tbody>
          </table>
        </div>
      )}
      <p class="dim">
        {left > 0 ? <span safe>{`${counted(left, "more line")}. `}</span> : ""}
        <a href={urls.reviewOf(part.chat_id, text.path)}>In the review</a>
      </p>
    </>
  );
}
const NONE = { old: () => undefined, new: () => undefined };
