/**
 * `key: value` lines as people write them above a text: a front matter, the header of a persona. It reads what such
 * headers hold and is no YAML: there `*` and `!` at the front of a value mean something else, here they mean themselves.
 */

export interface HeaderField {
  /** Lines of a text that was folded are joined. */
  value: string;
  /** Items of `- a` lines or of `[a, b]`; null where the value is plain. */
  list: string[] | null;
  /** From 1, in the header. */
  line: number;
}
export interface HeaderProblem {
  line: number;
  message: string;
}
export interface Header {
  /** By name, in small letters with `_` for `-`. */
  fields: Map<string, HeaderField>;
  problems: HeaderProblem[];
}

const KEY = /^([A-Za-z][\w-]*)[ \t]*:(?:[ \t]+(.*))?$/;
const ITEM = /^[ \t]*-(?:[ \t]+(.*))?$/;

/** Reads a header; lines that are none of `key: value`, an item or a continuation are problems, and the others stand. */
export function readHeader(text: string): Header {
  const fields = new Map<string, HeaderField>();
  const problems: HeaderProblem[] = [];
  let open: Open | null = null;
  const close = () => {
    if (open) fields.set(open.name, finished(open));
    open = null;
  };
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = at + 1;
    if (/^\s*(#.*)?$/.test(raw)) {
      if (open && raw.trim() === "") (open as Open).lines.push("");
      continue;
    }
    const key = KEY.exec(raw);
    if (key) {
      close();
      const name = key[1]!.toLowerCase().replaceAll("-", "_");
      if (fields.has(name)) problems.push({ line, message: `"${key[1]}" stands there twice; the last one counts` });
      open = { name, line, first: (key[2] ?? "").trim(), lines: [], items: [] };
      continue;
    }
    const item = ITEM.exec(raw);
    if (open && item && open.first === "") open.items.push(plain(item[1] ?? ""));
    else if (open && /^[ \t]/.test(raw)) open.lines.push(raw.trim());
    else problems.push({ line, message: `"${raw.trim().slice(0, SHOWN_CHARS)}" is not "key: value"` });
  }
  close();
  return { fields, problems };
}
const SHOWN_CHARS = 60;

interface Open {
  name: string;
  line: number;
  first: string;
  lines: string[];
  items: string[];
}

function finished({ first, lines, items, line }: Open): HeaderField {
  const folded = /^[|>][+-]?$/.exec(first);
  if (folded) {
    const text = lines.join(first.startsWith("|") ? "\n" : " ");
    return { value: first.startsWith("|") ? text.trim() : text.replace(/\s+/g, " ").trim(), list: null, line };
  }
  if (items.length > 0) return { value: items.join(", "), list: items, line };
  const flow = /^\[(.*)\]$/s.exec(first);
  if (flow) {
    const list = flow[1]!.split(",").map(plain).filter(Boolean);
    return { value: list.join(", "), list, line };
  }
  return { value: plain([first, ...lines].filter(Boolean).join(" ")), list: null, line };
}

/** Without the quotes around it. */
function plain(text: string): string {
  const bare = text.trim();
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(bare);
  if (quoted) return quoted[1]!.replace(/\\(["\\])/g, "$1").replace(/\\n/g, "\n");
  const single = /^'((?:[^']|'')*)'$/.exec(bare);
  return single ? single[1]!.replaceAll("''", "'") : bare;
}

/** A front matter between `---` lines and what follows it; null where the text does not begin with one. */
export function splitFrontMatter(text: string): { header: string; body: string } | null {
  const match = /^\uFEFF?---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)?---[ \t]*(?:\r?\n|$)/.exec(text);
  return match ? { header: match[1] ?? "", body: text.slice(match[0].length) } : null;
}
