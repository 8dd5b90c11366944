import { expect, test } from "bun:test";
import { inReadingOrder } from "../../src/domain/reading-order.ts";

test("what the rest builds on first, tests behind their sources, what nobody wrote last", () => {
  const paths = [
    "pnpm-lock.yaml",
    "docs/ops.md",
    "src/config.ts",
    "src/worker/claim.test.ts",
    "src/worker/shutdown.ts",
    "tests/flows/claim.ts",
    "src/worker/claim.ts",
    "db/migrations/0031_lease.sql",
  ];
  const files = paths.map((path) => ({ path, generated: path.endsWith(".yaml") }));
  expect(inReadingOrder(files).map(({ path }) => path)).toEqual([
    "db/migrations/0031_lease.sql",
    "src/worker/claim.ts",
    "src/worker/shutdown.ts",
    "src/worker/claim.test.ts",
    "src/config.ts",
    "tests/flows/claim.ts",
    "docs/ops.md",
    "pnpm-lock.yaml",
  ]);
});
