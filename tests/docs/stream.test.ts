/** docs/api/stream.md lists every kind of event with every field, as src/domain/event.ts declares them. */
import { expect, test } from "bun:test";
import ts from "typescript";
import { API, ROOT, readPage } from "./pages.ts";

/** Kind → fields of its payload, from the interface itself. */
async function declared(): Promise<Record<string, string[]>> {
  const path = "src/domain/event.ts";
  const source = ts.createSourceFile(path, await Bun.file(ROOT + path).text(), ts.ScriptTarget.Latest);
  const kinds: Record<string, string[]> = {};
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== "EventPayloads") return;
    for (const member of node.members) {
      if (!ts.isPropertySignature(member) || !ts.isStringLiteral(member.name)) continue;
      const fields = member.type && ts.isTypeLiteralNode(member.type) ? member.type.members : [];
      kinds[member.name.text] = fields.map((f) => (f.name && ts.isIdentifier(f.name) ? f.name.text : "?"));
    }
  });
  return kinds;
}

async function documented(): Promise<Record<string, string[]>> {
  const page = await readPage(`${API}stream.md`);
  const table = page.slice(page.indexOf("\n## Kinds"));
  const rows = [...table.matchAll(/^\| `([a-z.]+)` \| (?:desk|session|both) \| (.*) \|$/gm)];
  return Object.fromEntries(rows.map((row) => [row[1]!, [...row[2]!.matchAll(/`(\w+)`/g)].map((m) => m[1]!)]));
}

test("every kind and every field; add a row to the table under “Kinds” for a new one", async () => {
  const kinds = await declared();
  expect(Object.keys(kinds).length).toBeGreaterThan(10);
  expect(await documented()).toEqual(kinds);
});
