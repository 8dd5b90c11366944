/** Tables as Markdown. (The plugin for it reads `table.rows`, which this document tree does not have.) */
import type TurndownService from "turndown";

/** Wider ones are for machines. */
const COLUMNS_MAX = 60;

export function tables(service: TurndownService): void {
  service.addRule("cell", {
    filter: ["th", "td"],
    replacement: (content, node) => {
      if (isLayout(tableOf(node))) return `\n\n${content.trim()}\n\n`;
      return ` ${content
        .trim()
        .replace(/\s*\n\s*/g, " ")
        .replace(/\|/g, "\\|")} |`;
    },
  });
  service.addRule("row", {
    filter: "tr",
    replacement: (content, node) => {
      const table = tableOf(node);
      if (isLayout(table) || content.trim() === "") return content;
      const first = table?.querySelector("tr") === (node as unknown as Element);
      const columns = Math.min(COLUMNS_MAX, cellsOf(node as unknown as Element));
      return `\n|${content}${first ? `\n|${" --- |".repeat(columns)}` : ""}`;
    },
  });
  service.addRule("table", {
    filter: ["table", "thead", "tbody", "tfoot"],
    replacement: (content, node) => ((node as Element).localName === "table" ? `\n\n${content}\n\n` : content),
  });
}

const tableOf = (node: unknown) => (node as Element).closest("table");
const cellsOf = (row: Element) => Array.from(row.children).filter((c) => /^t[hd]$/.test(c.localName)).length;

/** A table that holds others, lists or code places things on the page; so does one of a single column. */
function isLayout(table: Element | null): boolean {
  if (!table) return true;
  const known = LAYOUTS.get(table);
  if (known !== undefined) return known;
  const row = table.querySelector("tr");
  const layout = table.querySelector("table, ul, ol, pre, h1, h2, h3") !== null || !row || cellsOf(row) < 2;
  LAYOUTS.set(table, layout);
  return layout;
}
/** Asked for every cell of a table. */
const LAYOUTS = new WeakMap<Element, boolean>();
