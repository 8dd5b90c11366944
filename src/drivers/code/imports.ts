/** What a file takes in, as it is written there. */
import type { Node, QueryMatch } from "web-tree-sitter";
import type { CodeImport, Language } from "../../domain/code.ts";
import { importKeys } from "../../domain/code-keys.ts";
import { captured } from "./captures.ts";

const IMPORTS_MAX = 500;
const NAMES_MAX = 40;
const SPEC_LIMIT_CHARS = 300;

type Written = Pick<CodeImport, "spec" | "how">;

/** In the order of the text; one a statement and thing imported. */
export function importsOf(language: Language, matches: readonly QueryMatch[]): CodeImport[] {
  const found = new Map<number, { written: Written[]; names: Set<string>; line: number }>();
  for (const match of matches) {
    const nodes = captured(match);
    const node = nodes.import ?? nodes["import.mod"];
    if (!node) continue;
    const known = found.get(node.startIndex) ?? {
      written: writtenIn(language, node, nodes),
      names: new Set<string>(),
      line: node.startPosition.row + 1,
    };
    const name = nodes["import.name"]?.text;
    if (name && known.names.size < NAMES_MAX) known.names.add(name);
    found.set(node.startIndex, known);
  }
  const imports = [...found.values()].flatMap(({ written, names, line }) =>
    written.map(({ spec, how }) => ({ spec: spec.slice(0, SPEC_LIMIT_CHARS), how, names: [...names], line })),
  );
  return imports
    .filter(({ spec }) => spec !== "")
    .slice(0, IMPORTS_MAX)
    .map((one) => ({ ...one, keys: importKeys(language, one.spec, one.names) }))
    .filter(({ keys }) => keys.length > 0);
}

function writtenIn(language: Language, node: Node, nodes: Record<string, Node>): Written[] {
  const text = node.text.trim();
  const plain = (spec: string, how: CodeImport["how"] = ""): Written[] => [{ spec, how }];
  switch (language) {
    case "rust":
      return nodes["import.mod"] ? plain(text, "mod") : useTree(text).map((spec) => ({ spec, how: "" as const }));
    case "java":
      return plain(/^import\s+(?:static\s+)?([\w$]+(?:\.[\w$]+)*(?:\.\*)?)/.exec(text)?.[1] ?? "");
    case "c":
    case "c++":
      return text.startsWith("<") ? plain(text.slice(1, -1)) : plain(unquoted(text), "relative");
    case "ruby":
      return plain(text, nodes["import.how"]?.text === "require" ? "" : "relative");
    case "php":
      return phpUse(node, text);
    case "bash":
      return plain(sourced(text), "relative");
    default:
      return plain(unquoted(text));
  }
}

const unquoted = (text: string) => text.replace(/^["'`]|["'`]$/g, "");

/** `$HERE/lib/a.sh` and `"$(dirname "$0")/lib/a.sh"` are lib/a.sh. */
function sourced(text: string): string {
  const path = text
    .replace(/\$\((?:[^()]|\([^()]*\))*\)/g, "$D")
    .replace(/\$\{[^}]*\}/g, "$D")
    .replaceAll('"', "")
    .replaceAll("'", "");
  return path.replace(/^\$\w+\/+/, "").includes("$") ? "" : path.replace(/^\$\w+\/+/, "");
}

function phpUse(node: Node, text: string): Written[] {
  const file = /["']([^"']+)["']\s*\)?$/.exec(text)?.[1];
  if (file) return [{ spec: file.replace(/^\/+/, ""), how: "relative" }];
  const group = node.parent?.parent;
  const prefix = group?.type === "namespace_use_group" ? (group.previousNamedSibling?.text ?? "") : "";
  if (!/^[\w\\]+$/.test(text)) return [];
  return [{ spec: (prefix ? `${prefix.replace(/\\$/, "")}\\${text}` : text).replace(/^\\/, ""), how: "" }];
}

/** `a::{b::C, d as e, self}` → `a::b::C`, `a::d`, `a`. Depth and number are bounded: the text is anybody's. */
export function useTree(text: string, depth = 0): string[] {
  const flat = depth === 0 ? text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "").replace(/\s+/g, " ") : text;
  const open = flat.indexOf("{");
  if (open === -1 || depth > 8)
    return [
      flat
        .replace(/\s+as\s+.*$/, "")
        .replace(/::self$/, "")
        .trim(),
    ].filter(Boolean);
  const close = flat.lastIndexOf("}");
  const prefix = flat.slice(0, open).trim();
  return splitTop(flat.slice(open + 1, close === -1 ? undefined : close))
    .flatMap((part) => useTree(`${prefix}${part.trim()}`, depth + 1))
    .slice(0, IMPORTS_MAX);
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}") depth--;
    else if (text[at] === "," && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)].filter((part) => part.trim() !== "");
}
