import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { age, bytes, count, counted, duration, kilo } from "../../src/lib/format.ts";

const S = 1000;
const M = 60 * S;
const H = 60 * M;

describe("age", () => {
  test.each([
    [-5, "0 s"],
    [999, "0 s"],
    [1 * S, "1 s"],
    [59_999, "59 s"],
    [60 * S, "1 m"],
    [4 * M + 10 * S, "4 m 10 s"],
    [10 * M - 1, "9 m 59 s"],
    [10 * M + 30 * S, "10 m"],
    [H - 1, "59 m"],
    [2 * H + 59 * M, "2 h"],
    [24 * H - 1, "23 h"],
    [3 * 24 * H, "3 d"],
  ])("%d ms is %s", (ms, text) => expect(age(ms)).toBe(text));

  test("short drops the seconds after minutes, and nothing else", () => {
    expect(age(4 * M + 10 * S, true)).toBe("4 m");
    expect(age(41 * S, true)).toBe("41 s");
  });
});

test("duration keeps two digits of what is short and says long ones in two units", () => {
  expect([0, 20, 994, 995, 2300, 9949, 9950, 41_000, 59_600, 250_000, 3_600_000, 7_500_000].map(duration)).toEqual([
    "0.00 s",
    "0.02 s",
    "0.99 s",
    "1.0 s",
    "2.3 s",
    "9.9 s",
    "10 s",
    "41 s",
    "1 m",
    "4 m 10 s",
    "1 h",
    "2 h 5 m",
  ]);
});

test("count groups thousands as the language does", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000_000, max: 2 ** 50 }), (n) => {
      expect(count(n)).toBe(n.toLocaleString("en-US"));
    }),
  );
  expect([counted(1, "chat"), counted(0, "chat"), counted(3180, "reply", "replies")]).toEqual([
    "1 chat",
    "0 chats",
    "3,180 replies",
  ]);
});

test("kilo", () => {
  expect([0, 812, 999, 1000, 3180, 9949, 9950, 131_072, 999_499, 999_500, 1_048_576].map(kilo)).toEqual([
    "0",
    "812",
    "999",
    "1k",
    "3.2k",
    "9.9k",
    "10k",
    "131k",
    "999k",
    "1M",
    "1.05M",
  ]);
});

test("bytes", () => {
  expect([0, 999, 1000, 64_000, 4_400_000, 999_500, 2.5e12, 5e15].map(bytes)).toEqual([
    "0 B",
    "999 B",
    "1 kB",
    "64 kB",
    "4.4 MB",
    "1 MB",
    "2.5 TB",
    "5000 TB",
  ]);
});
