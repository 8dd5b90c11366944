import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { readFileView, type ViewRequest } from "../../../src/drivers/files/view.ts";
import { type TempDir, tempDir } from "../../support/repo.ts";

let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir();
});
afterAll(() => dir[Symbol.asyncDispose]());

async function view(content: string | Uint8Array, request: ViewRequest = {}) {
  await dir.write({ file: content });
  return readFileView(dir.root, [], "file", request);
}

describe("forms of text", () => {
  test.each([
    ["one\ntwo\n", ["one", "two"]],
    ["one\ntwo", ["one", "two"]],
    ["", []],
    ["\n", [""]],
    ["a\n\nb", ["a", "", "b"]],
    ["\ufeffbom\n", ["bom"]],
    ["a\rb\n", ["a\rb"]],
  ])("%j", async (content, lines) => {
    const seen = await view(content);
    expect(seen.lines).toEqual(lines);
    expect(seen).toMatchObject({ total_lines: lines.length, next: null, binary: false });
  });

  test("CRLF is told and not shown", async () =>
    expect(await view("a\r\nb\r\n")).toMatchObject({ lines: ["a", "b"], crlf: true }));

  test("UTF-16 by its mark, both ways round", async () => {
    const little = Buffer.from("\ufeffhé\r\n日本\n", "utf16le");
    expect(await view(little)).toMatchObject({ lines: ["hé", "日本"], encoding: "utf-16le", crlf: true });
    expect(await view(Buffer.from(little).swap16())).toMatchObject({ lines: ["hé", "日本"], encoding: "utf-16be" });
  });

  test("what is not UTF-8 is read as windows-1252", async () => {
    expect(await view(new Uint8Array([0x63, 0x61, 0x66, 0xe9, 10]))).toMatchObject({
      lines: ["café"],
      encoding: "windows-1252",
    });
  });

  test("binary is named, not shown", async () => {
    expect(await view(new Uint8Array([1, 2, 0, 65, 66]))).toMatchObject({ binary: true, lines: [], size: 5 });
    expect(await view(new Uint8Array(100).fill(3))).toMatchObject({ binary: true });
  });
});

describe("windows", () => {
  test("of any size, put together, are the file", async () => {
    const line = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.constantFrom("", "x".repeat(3000), "é".repeat(700)),
    );
    const file = fc.array(
      line.map((s) => s.replace(/[\p{Cc}\ufeff]/gu, "")),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 7 }), fc.boolean(), async (lines, count, final) => {
        const text = lines.join("\n") + (final && lines.length > 0 ? "\n" : "");
        const expected = text === "" ? [] : text.replace(/\n$/, "").split("\n");
        const seen: string[] = [];
        for (let from: number | null = 1; from !== null; ) {
          const window = await view(text, { from, count, line_chars: 5000 });
          seen.push(...window.lines);
          expect(window.total_lines).toBe(expected.length);
          from = window.next;
        }
        expect(seen).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("lines across chunks of reading stay whole", async () => {
    const lines = Array.from({ length: 90_000 }, (_, i) => `${i} ${"é".repeat(i % 23)}`);
    const seen = await view(lines.join("\n"), { from: 40_001, count: 30_000 });
    expect(seen.lines).toEqual(lines.slice(40_000, 70_000));
    expect(seen).toMatchObject({ total_lines: 90_000, next: 70_001 });
  });

  test("past the end there is nothing, and the total tells why", async () => {
    expect(await view("a\nb\n", { from: 9 })).toMatchObject({ lines: [], total_lines: 2, next: null, beyond: false });
  });

  test("long lines are cut between characters, the window ends before too much", async () => {
    const [line] = (await view(`${"😀".repeat(2000)}\nnext`, { line_chars: 101 })).lines;
    expect(line).toBe(`${"😀".repeat(50)}… (line cut)`);
    const few = await view("0123456789\n".repeat(100), { total_chars: 50 });
    expect(few.lines).toHaveLength(4);
    expect(few.next).toBe(5);
  });

  test("a gigabyte is not read whole: neither for its beginning nor for one endless line", async () => {
    await dir.write({ huge: "line\n".repeat(3000) });
    await truncate(join(dir.root, "huge"), 2 ** 30);
    const before = process.memoryUsage.rss();
    const seen = await readFileView(dir.root, [], "huge", { count: 10 });
    expect(seen).toMatchObject({ total_lines: null, next: 11, size: 2 ** 30 });
    expect(seen.lines).toHaveLength(10);
    const endless = await readFileView(dir.root, [], "huge", { from: 3001 });
    expect(endless.lines[0]!.length).toBeLessThan(3000);
    expect(await readFileView(dir.root, [], "huge", { from: 5000 })).toMatchObject({ lines: [], beyond: true });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });

  test("aborting stops the reading", async () => {
    await expect(
      readFileView(dir.root, [], "huge", { from: 5000, signal: AbortSignal.abort(new Error("enough")) }),
    ).rejects.toThrow("enough");
  });
});
