/** Numbered, highlighted lines; every number is a link to its line. */
import type { FileView } from "../../src/domain/file.ts";
import { highlightLines, languageOfPath } from "../../src/lib/highlight.ts";
import { ids } from "../ids.ts";

/** The lines of one window. */
export function SourceLines({ file }: { file: FileView }) {
  const safeLines = highlightLines(file.lines.join("\n"), languageOfPath(file.path));
  return (
    <pre class="src">
      <code>{safeLines.map((safeLine, at) => row(safeLine, file.from + at, file.marked))}</code>
    </pre>
  );
}

// One string a line instead of three elements: a window has 2,000 of them.
function row(safeLine: string, number: number, marked: number | null): string {
  const id = ids.line(number);
  const mark = number === marked ? ' class="marked" aria-current="location"' : "";
  return `<span id="${id}"${mark}><a href="#${id}">${number}</a>${safeLine}\n</span>`;
}
