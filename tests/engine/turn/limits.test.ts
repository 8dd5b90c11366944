import { expect, test } from "bun:test";
import { CHAT_LIMITS, limitOf, type Used } from "../../../src/engine/turn/limits.ts";

const none: Used = { tool_calls: 0, calls: new Map() };
const used = (tool_calls: number, ...counts: number[]): Used => ({
  tool_calls,
  calls: new Map(counts.map((count, i) => [`call ${i}`, count])),
});

test("a run is stopped after its last step, after its last call, and at the third same call", () => {
  const { steps, tool_calls, same_call } = CHAT_LIMITS;
  expect([steps, tool_calls, same_call]).toEqual([200, 100, 3]);
  expect(limitOf(CHAT_LIMITS, 1, none)).toBe(null);
  expect(limitOf(CHAT_LIMITS, 200, none)).toBe(null);
  expect(limitOf(CHAT_LIMITS, 201, none)).toBe("step_cap");
  expect(limitOf(CHAT_LIMITS, 2, used(99, 2, 2))).toBe(null);
  expect(limitOf(CHAT_LIMITS, 2, used(100, 1))).toBe("tool_cap");
  expect(limitOf(CHAT_LIMITS, 2, used(5, 1, 3, 1))).toBe("repeated_call");
});
