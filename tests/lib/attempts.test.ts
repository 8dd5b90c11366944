import { expect, test } from "bun:test";
import { createAttempts } from "../../src/lib/attempts.ts";

const limits = { tries: 3, pause_ms: 1000, keys: 2 };

test("pauses after the last try, for as long as it says, and forgets with success or time", () => {
  let now = 0;
  const attempts = createAttempts(limits, () => now);
  expect([attempts.fail("a"), attempts.fail("a")]).toEqual([2, 1]);
  expect(attempts.waitFor("a")).toBe(0);
  expect(attempts.fail("a")).toBe(0);
  now = 400;
  expect([attempts.waitFor("a"), attempts.waitFor("b")]).toEqual([600, 0]);
  now = 1000;
  expect(attempts.waitFor("a")).toBe(0);
  expect(attempts.fail("a")).toBe(2);
  attempts.succeed("a");
  expect(attempts.fail("a")).toBe(2);
});

test("keeps a bounded number of keys: the one longest silent goes first", () => {
  const attempts = createAttempts({ ...limits, tries: 1 }, () => 0);
  for (const key of ["a", "b", "a", "c"]) attempts.fail(key);
  expect(["a", "b", "c"].map((key) => attempts.waitFor(key) > 0)).toEqual([true, false, true]);
});
