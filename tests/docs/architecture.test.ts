/** docs/architecture.md and the code say the same where both can be read. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import packageJson from "../../package.json" with { type: "json" };
import { ROOT, readPage } from "./pages.ts";

const page = await readPage("docs/architecture.md");

test("each invariant names what holds it: a test, a check, or a constraint", () => {
  const invariants = page.split("\n").filter((line) => line.startsWith("**Invariant:**"));
  expect(invariants.length).toBeGreaterThan(10);
  const unheld = invariants.filter((line) => {
    const named = [...line.matchAll(/`([^`]+)`/g)].map((m) => m[1]!);
    return !named.some(
      (name) => isTest(name) || isCheck(name) || (line.includes("check in SQL") && existsSync(ROOT + name)),
    );
  });
  expect(unheld).toEqual([]);
});
const isTest = (name: string) => /^tests\/.+\.test\.tsx?$/.test(name) && existsSync(ROOT + name);
const isCheck = (name: string) => /^bun run (\w+)$/.test(name) && name.slice("bun run ".length) in packageJson.scripts;

test("the table of layers allows what the rule of the build allows", async () => {
  const { forbidden } = require(`${ROOT}.dependency-cruiser.cjs`) as {
    forbidden: { name: string; comment?: string }[];
  };
  const rows = new Map([...page.matchAll(/^\| `(src\/\w+|views)` \| ([^|]+) \|/gm)].map((m) => [m[1]!, m[2]!]));
  for (const { name, comment } of forbidden) {
    const layer = name.match(/^layer-(\w+)$/)?.[1];
    const folder = layer === "views" ? layer : `src/${layer}`;
    if (!layer || new Bun.Glob(`${folder}/**/*.{ts,tsx}`).scanSync(ROOT).next().done) continue;
    const allowed = [...comment!.matchAll(/(?:src\/)?(\w+)(?=,| \()/g)].map((m) => m[1]!).filter((l) => l !== layer);
    const written = rows.get(folder) ?? "";
    expect([
      folder,
      [...written.matchAll(/\b(lib|domain|db|store|drivers|engine|views)\b/g)]
        .map((m) => m[1]!)
        .filter((l) => l !== layer)
        .sort(),
    ]).toEqual([folder, allowed.sort()]);
  }
  expect(rows.size).toBeGreaterThan(7);
});
