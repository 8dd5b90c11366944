/** Numbered, highlighted lines; every number is a link to its line. */
import type { FileView } from "../../src/domain/file.ts";
import { highlightLines, languageOfPath } from "../../src/lib/highlight.ts";
import { ids } from "../ids.ts";

interface SourceProps {
  file: FileView;
  /** Panes have no ids and no addresses of their own: two may show the same file. */
  pane?: boolean;
}

/** The lines of one window. One number can be reached by the tab key; the arrow keys go on from there (file-lines.js). */
export function SourceLines({ file, pane }: SourceProps) {
  const safeLines = highlightLines(file.lines.join("\n"), languageOfPath(file.path));
  const last = file.from + file.lines.length - 1;
  const reached = file.marked !== null && file.marked >= file.from && file.marked <= last ? file.marked : file.from;
  return (
    <pre class="src">
      <code>
        {safeLines.map((safeLine, at) => {
          const number = file.from + at;
          return row(safeLine, number, isMarked(file, number), number === reached, pane ?? false);
        })}
      </code>
    </pre>
  );
}

const isMarked = ({ marked, marked_to }: FileView, number: number) =>
  marked !== null && number >= marked && number <= (marked_to ?? marked);

// One string a line instead of three elements: a window has 2,000 of them.
function row(safeLine: string, number: number, marked: boolean, reached: boolean, pane: boolean): string {
  const id = ids.line(number);
  const mark = marked ? ' class="marked" aria-current="location"' : "";
  const place = pane ? "" : ` href="#${id}"`;
  const own = pane ? "" : ` id="${id}"`;
  return `<span${own}${mark}><a${place} tabindex="${reached ? 0 : -1}">${number}</a>${safeLine}\n</span>`;
}
