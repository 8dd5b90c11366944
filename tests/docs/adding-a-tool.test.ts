/** The tool of docs/adding-a-tool.md works as written. */
import { expect, test } from "bun:test";
import type { Tool } from "../../src/domain/tool.ts";
import { callTool } from "../../src/engine/tools/define.ts";
import { memoryOutputs } from "../support/outputs.ts";
import { tempDir } from "../support/repo.ts";
import { fencesOf, ROOT, readPage } from "./pages.ts";

test("the example is a tool", async () => {
  const fences = fencesOf(await readPage("docs/adding-a-tool.md"));
  const code = fences.find((f) => f.language === "ts")!.code;
  const description = fences.find((f) => f.language === "markdown")!.code;
  // Elsewhere its imports are the same files under their whole names.
  const place = `${ROOT}src/engine/tools`;
  const absolute = code.replace(/from "([^"]+)"/g, (_, name: string) =>
    name.endsWith(".md") ? `from "${name}"` : `from "${Bun.resolveSync(name, place)}"`,
  );
  await using made = await tempDir({ "count_lines.ts": absolute, "count_lines.md": description });
  await using project = await tempDir({
    "a.txt": "one\ntwo\n",
    ".env": "KEY=1\n",
    "b.bin": new Uint8Array([0, 1, 2, 0]),
  });
  const { countLinesTool } = (await import(`${made.root}/count_lines.ts`)) as { countLinesTool: Tool };
  const context = { root: project.root, grants: [], signal: new AbortController().signal, outputs: memoryOutputs() };
  const call = (path: string) =>
    callTool([countLinesTool], context, { id: "1", name: "count_lines", arguments: JSON.stringify({ path }) });
  expect(await call("a.txt")).toMatchObject({
    state: "closed",
    text: "a.txt has 2 lines.",
    note: "2 lines",
    shown: "a.txt",
  });
  for (const path of [".env", "b.bin", "../outside", "none.txt"])
    expect([path, (await call(path)).state]).toEqual([path, "failed"]);
});
