/** Where a name is used in a text, by its syntax tree: not in comments, not in strings. */
import type { Node } from "web-tree-sitter";
import type { Language } from "../../domain/code.ts";
import { oneLine } from "../../lib/text.ts";
import { withTree } from "./extract.ts";
import type { Mention } from "./protocol.ts";

const MENTIONS_A_FILE = 200;
const LINE_LIMIT_CHARS = 160;
/** What stands before a member of something. */
const TAKEN = /((?<!\.)\.|->|::)$/;
const WORD = /[\p{L}\p{N}_$]/u;

/** In the order of the text, the first of a line; throws ParseRefused for what takes too long. */
export function mentionsIn(language: Language, source: string, name: string, member: boolean): Promise<Mention[]> {
  return withTree(language, source, (tree) => {
    const found = new Map<number, Mention>();
    const lines = source.split("\n");
    for (const { row, column } of positions(lines, name, member)) {
      if (found.size >= MENTIONS_A_FILE) break;
      const point = { row, column };
      const role = roleOf(tree.rootNode.descendantForPosition(point, { row, column: column + name.length }));
      const known = found.get(row);
      if (role && (!known || known.role === "use"))
        found.set(row, { line: row + 1, role, text: oneLine(lines[row]!, LINE_LIMIT_CHARS) });
    }
    return [...found.values()];
  });
}

function* positions(
  lines: readonly string[],
  name: string,
  member: boolean,
): Generator<{ row: number; column: number }> {
  for (const [row, line] of lines.entries()) {
    for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at + name.length)) {
      if (member && !TAKEN.test(line.slice(Math.max(0, at - 3), at))) continue;
      if (!WORD.test(line[at - 1] ?? " ") && !WORD.test(line[at + name.length] ?? " ")) yield { row, column: at };
    }
  }
}

const TEXT = /comment|string|regex|heredoc|char_literal|character_literal/;
const IMPORTED =
  /^(import|use_declaration|using_directive|namespace_use|preproc_include|export_statement$|import_from)/;
const DEFINED =
  /(declaration|definition|_item|_spec|declarator|signature|_elem|class|module|method|singleton_method|function_statement)$/;

/** Null for text and comments. */
function roleOf(node: Node | null): Mention["role"] | null {
  if (!node || (TEXT.test(node.type) && !/interpolation/.test(node.type))) return null;
  for (let at = node.parent, child = node, n = 0; at && n < 6; child = at, at = at.parent, n++) {
    if (/interpolation|template_substitution/.test(at.type)) break;
    if (TEXT.test(at.type)) return null;
    if (IMPORTED.test(at.type) && at.type !== "export_statement") return "import";
    if (isCallee(at, child)) return "call";
    if (n === 0 && isDefined(at, child)) return "definition";
  }
  return /type_identifier/.test(node.type) ? "type" : "use";
}

function isCallee(at: Node, child: Node): boolean {
  if (!/call|invocation|new_expression|object_creation|command$|macro_invocation/.test(at.type)) return false;
  const callee =
    at.childForFieldName("function") ??
    at.childForFieldName("method") ??
    at.childForFieldName("name") ??
    at.childForFieldName("constructor") ??
    at.childForFieldName("macro") ??
    at.childForFieldName("type") ??
    at.namedChildren[0];
  return callee?.id === child.id;
}

function isDefined(at: Node, child: Node): boolean {
  if (!DEFINED.test(at.type)) return false;
  return at.childForFieldName("name")?.id === child.id || at.childForFieldName("declarator")?.id === child.id;
}
