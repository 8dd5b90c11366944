import { expect, test } from "bun:test";
import { Allowance } from "../../src/lib/allowance.ts";

test("a burst is there at once, more comes with time, and never more than a burst", () => {
  let now = 0;
  const allowance = new Allowance(10, 2, () => now);
  expect(allowance.take(8)).toBe(true);
  expect(allowance.take(3)).toBe(false);
  expect(allowance.take(2)).toBe(true);
  now = 1_000;
  expect(allowance.take(3)).toBe(false);
  expect(allowance.take(2)).toBe(true);
  now = 3_600_000;
  expect(allowance.take(11)).toBe(false);
  expect(allowance.take(10)).toBe(true);
});
