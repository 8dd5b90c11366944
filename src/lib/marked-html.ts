/** `<mark>` around spans of a highlighted line, whose tags and entities have no length of their own. */
import type { Span } from "./word-marks.ts";

/**
 * `html` is one line as `highlightLines` gives it: escaped, with flat spans. `spans` are of its text, in order and apart.
 * A mark that would reach over the edge of a colour is closed there and opened again, so that tags nest.
 */
export function markHtml(html: string, spans: readonly Span[]): string {
  let out = "";
  let at = 0;
  let next = 0;
  let open = false;
  const turn = () => {
    const span = spans[next];
    if (open && span && at >= span.to) {
      out += "</mark>";
      open = false;
      next++;
    }
    const begin = spans[next];
    if (!open && begin && at >= begin.from && begin.to > begin.from) {
      out += "<mark>";
      open = true;
    }
  };
  for (let i = 0; i < html.length; ) {
    if (html[i] === "<") {
      const end = html.indexOf(">", i) + 1;
      const span = spans[next];
      if (open && span && at >= span.to) turn();
      if (open) out += `</mark>${html.slice(i, end)}<mark>`;
      else out += html.slice(i, end);
      i = end;
      continue;
    }
    turn();
    const end = html[i] === "&" ? html.indexOf(";", i) + 1 : i + 1;
    out += html.slice(i, end);
    i = end;
    at++;
  }
  return (open ? `${out}</mark>` : out).replaceAll("<mark></mark>", "");
}
