/** What of a command's output is told while it runs: soon, bounded, the newest, and honest about what is missing. */
import { expect, test } from "bun:test";
import type { Topic } from "../../../src/domain/event.ts";
import { LiveOutput } from "../../../src/engine/turn/live-output.ts";
import { until } from "../../support/until.ts";

function listening() {
  const heard: { offset: number; text: string }[] = [];
  const deltas = {
    push: (_topic: Topic, _part: string, offset: number, text: string) => void heard.push({ offset, text }),
    flushed: async () => {},
    full: false,
  };
  const clock = { now: 0 };
  const output = new LiveOutput(deltas, "session:s" as Topic, "p", () => clock.now);
  const text = () => heard.map((delta) => delta.text).join("");
  return { heard, deltas, clock, output, text };
}

test("small pieces come together, without a gap between their offsets", async () => {
  const { heard, output, text } = listening();
  output.push("one ");
  output.push("two\n");
  await until(() => heard.length === 1);
  output.push("three \ud800\0\n");
  await until(() => heard.length === 2);
  expect(text()).toBe("one two\nthree \ufffd\ufffd\n");
  expect(heard.map((delta) => delta.offset)).toEqual([0, 8]);
  await output.end();
  output.push("late");
  expect(heard).toHaveLength(2);
});

test("a flood is cut to its newest lines, and says how much is not shown", async () => {
  const { heard, output, text } = listening();
  const lines = Array.from({ length: 200_000 }, (_, i) => `line ${i}\n`).join("");
  for (let at = 0; at < lines.length; at += 60_000) output.push(lines.slice(at, at + 60_000));
  await until(() => heard.length === 1);
  expect(text().length).toBeLessThanOrEqual(16_100);
  expect(text()).toEndWith("line 199999\n");
  const [, missing, rest] = /^\[(\d+) characters are not shown here\]\n(.*)$/s.exec(text())!;
  expect(Number(missing) + rest!.length).toBe(lines.length);
  expect(rest).toMatch(/^line \d+\n/);
  await output.end();
});

test("an endless talker gets 8 kB a second, then a trickle, however long it talks", async () => {
  const { heard, clock, output, text } = listening();
  const flood = `${"x".repeat(99)}\n`.repeat(400);
  const talk = async (seconds: number) => {
    const before = heard.length;
    clock.now += seconds * 1000;
    output.push(flood);
    await until(() => heard.length > before);
  };
  await talk(0);
  expect(text().length).toBeLessThanOrEqual(16_100);
  await talk(1);
  expect(heard.at(-1)!.text.length).toBeLessThanOrEqual(8_100);
  while (text().length < 400_000) await talk(60);
  const plenty = text().length;
  await talk(100);
  expect(text().length).toBeLessThanOrEqual(plenty + 16_100);
  await talk(20);
  expect(heard.at(-1)!.text.length).toBeLessThanOrEqual(1_700);
  await output.end();
});

test("waits while the database is away", async () => {
  const { heard, deltas, output, text } = listening();
  let asked = 0;
  Object.defineProperty(deltas, "full", { get: () => asked++ < 2 });
  output.push("kept\n");
  await until(() => heard.length === 1);
  expect(asked).toBe(3);
  expect(text()).toBe("kept\n");
  await output.end();
});
