import type { Node, QueryMatch } from "web-tree-sitter";

/** The nodes of a match by the names of their captures; the last one of a name. */
export function captured(match: QueryMatch): Record<string, Node> {
  const nodes: Record<string, Node> = {};
  for (const { name, node } of match.captures) nodes[name] = node;
  return nodes;
}
