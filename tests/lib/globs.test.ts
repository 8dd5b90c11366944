import { describe, expect, test } from "bun:test";
import { globFits, globsAllow } from "../../src/lib/globs.ts";

describe("globs", () => {
  test("the last that fits counts; only exclusions let the rest through", () => {
    expect(globsAllow([], "x")).toBe(true);
    expect(globsAllow(["get_*"], "get_a")).toBe(true);
    expect(globsAllow(["get_*"], "set_a")).toBe(false);
    expect(globsAllow(["!set_*"], "get_a")).toBe(true);
    expect(globsAllow(["*", "!set_*", "set_one"], "set_one")).toBe(true);
    expect(globsAllow(["*", "!set_*"], "set_two")).toBe(false);
  });
  test("cost no more than their length, however many stars", () => {
    const began = performance.now();
    expect(globFits(`${"*a".repeat(100)}b`, "a".repeat(5_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(globFits("a?c*", "abcdef")).toBe(true);
  });
});
