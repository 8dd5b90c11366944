/** Where a compaction cuts: never between a call and its result, never before there is something to win. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { ToolPart } from "../../../src/domain/message.ts";
import { Gauge } from "../../../src/engine/turn/gauge.ts";
import type { Told } from "../../../src/engine/turn/history.ts";
import { planResults, planSummary } from "../../../src/engine/turn/plan-compaction.ts";

const gauge = new Gauge("", null);
const text = (tokens: number) => "word".repeat(Math.ceil((tokens * 3.6) / 4));
const system: Told = { message: { role: "system", content: "s" }, of: null, turn: 0, call: null };
const question = (of: string, tokens = 5): Told => {
  const content = text(tokens);
  return { message: { role: "user", content }, of, turn: 0, call: null, asks: content };
};
let serial = 0;
function turn(of: string, number: number, results: number[], name = "view_file"): Told[] {
  const calls = results.map(() => ({ id: `c${++serial}`, name, arguments: "{}" }));
  return [
    { message: { role: "assistant", content: "I look.", tool_calls: calls }, of, turn: number, call: null },
    ...results.map((tokens, at): Told => {
      const content = text(tokens);
      const call = { id: `p-${calls[at]!.id}`, text: content, meta: { name, output_id: null } } as ToolPart;
      return { message: { role: "tool", tool_call_id: calls[at]!.id, content }, of, turn: number, call };
    }),
  ];
}

test("the newest 40,000 tokens of results stay, and nothing is hidden for less than 20,000", () => {
  const ten = (n: number) => Array.from({ length: n }, (_, i) => turn("a", i + 1, [10_000])).flat();
  expect(planResults([system, question("q"), ...ten(5)], gauge)).toBeNull();
  const cut = planResults([system, question("q"), ...ten(9)], gauge)!;
  expect(cut.hidden).toBeGreaterThanOrEqual(5);
  expect(cut.won).toBeGreaterThan(20_000);
  const told = ten(9);
  const again = planResults([system, ...told], gauge)!;
  const kept = told.findIndex(({ call }) => call?.id === again.from_part);
  expect(told.slice(kept).filter(({ call }) => call).length).toBe(9 - again.hidden);
});

test("what a human answered, short results and one that alone is beyond the bound are not hidden", () => {
  const asked = Array.from({ length: 9 }, (_, i) => turn("a", i + 1, [10_000], "ask_user_input")).flat();
  expect(planResults([system, ...asked], gauge)).toBeNull();
  expect(planResults([system, ...turn("a", 1, Array(900).fill(100))], gauge)).toBeNull();
  expect(planResults([system, ...turn("a", 1, [90_000])], gauge)).toBeNull();
});

const wish = (window: number, thorough: 0 | 1 | 2 = 0, only_if_worth = true) => ({ window, thorough, only_if_worth });

test("a tail stays verbatim; a cut within an answer carries its question", () => {
  const told = [system, question("q"), ...Array.from({ length: 10 }, (_, i) => turn("a", i + 1, [1_000])).flat()];
  const cut = planSummary(told, gauge, wish(10_000))!;
  expect(told[cut.at]!.message.role).toBe("assistant");
  expect(told.length - cut.at).toBe(4);
  expect(cut.request).toBe(told[1]!.asks!);
  expect(cut.stands_for).toBe(9);
  expect(planSummary(told, gauge, wish(10_000, 1))!.at).toBe(told.length - 2);
  expect(planSummary(told, gauge, wish(10_000, 2))!.at).toBe(told.length);
});

test("the newest turn stays though it is larger than the rest of the tail, unless it fills half of the window", () => {
  const told = [system, question("q"), ...turn("a", 1, [3_000]), ...turn("a", 2, [4_000])];
  expect(planSummary(told, gauge, wish(10_000))!.at).toBe(4);
  expect(planSummary(told, gauge, wish(7_000))!.at).toBe(told.length);
});

test("a question that waits stays, whatever its length; alone there is nothing to summarise", () => {
  const told = [system, question("q1", 50), ...turn("a1", 1, [4_000]), question("q2", 9_000)];
  for (const thorough of [0, 1, 2] as const) {
    const cut = planSummary(told, gauge, wish(8_000, thorough))!;
    expect(cut.at).toBe(told.length - 1);
    expect(cut.request).toBeNull();
  }
  expect(planSummary([system, question("q", 9_000)], gauge, wish(8_000, 2, false))).toBeNull();
});

test("no summary is made that wins next to nothing, unless it has to be", () => {
  const told = [system, question("q", 20), ...turn("a", 1, [100]), ...turn("a", 2, [3_000])];
  expect(planSummary(told, gauge, wish(8_000))).toBeNull();
  expect(planSummary(told, gauge, wish(8_000, 0, false))).not.toBeNull();
});

test("a cut never parts a call from its result, and never leaves out what was not told", () => {
  const turns = fc.array(fc.array(fc.integer({ min: 1, max: 4_000 }), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 8,
  });
  const chats = fc.array(turns, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      chats,
      fc.integer({ min: 500, max: 60_000 }),
      fc.constantFrom(0, 1, 2),
      fc.boolean(),
      (all, window, thorough, worth) => {
        const told = [
          system,
          ...all.flatMap((answer, q) => [question(`q${q}`), ...answer.flatMap((r, t) => turn(`a${q}`, t + 1, r))]),
        ];
        const cut = planSummary(told, gauge, wish(window, thorough as 0 | 1 | 2, worth));
        if (!cut) return;
        expect(cut.at).toBeGreaterThan(1);
        expect(cut.at).toBeLessThanOrEqual(told.length);
        expect(told[cut.at]?.message.role).not.toBe("tool");
        expect(cut.request === null).toBe(told[cut.at]?.asks !== undefined);
      },
    ),
    { numRuns: 300 },
  );
});
