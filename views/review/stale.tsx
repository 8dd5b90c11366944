/** A change that does not merge: the file as it is now beside what is proposed, place by place. */
import type { Clash } from "../../src/domain/change.ts";
import type { ShownFile } from "../../src/domain/review.ts";
import { escapeHtml } from "../../src/lib/html.ts";
import { cutLine } from "../diff/rows.ts";

/** Lines of one place that are shown; what does not merge is rarely longer. */
const CLASH_LINES = 200;

export function Stale({ file }: { file: ShownFile }) {
  return (
    <div class="stale">
      <p>
        <b>The file has changed since this was proposed</b>, in places that this wants to change too. Nothing of it was
        written, and your version stays. The agent is told with the next message and can propose it anew.
      </p>
      {file.clashes.map((clash) => (
        <Both clash={clash} />
      ))}
    </div>
  );
}

function Both({ clash }: { clash: Clash }) {
  const { theirs, ours, line } = clash;
  const rows = Array.from({ length: Math.min(CLASH_LINES, Math.max(theirs.length, ours.length)) }, (_, i) => {
    const left = cell(theirs[i], "del", String(line + i));
    return `<tr>${left}${cell(ours[i], "add", "")}</tr>`;
  });
  const safeRows = rows.join("");
  return (
    <table class="diff sdiff clash">
      <colgroup>
        <col class="n" />
        <col />
        <col class="n" />
        <col />
      </colgroup>
      <thead>
        <tr>
          <th colspan="2" safe>{`In the file now, line ${line}`}</th>
          <th colspan="2">Proposed</th>
        </tr>
      </thead>
      <tbody>{safeRows}</tbody>
    </table>
  );
}

const cell = (text: string | undefined, kind: string, number: string): string =>
  text === undefined
    ? '<td class="void"></td><td class="void"></td>'
    : `<td>${number}</td><td class="${kind}"><code>${escapeHtml(cutLine(text))}</code></td>`;
