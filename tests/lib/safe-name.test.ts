import { expect, test } from "bun:test";
import { safeName } from "../../src/lib/safe-name.ts";

test("names of files are one plain line, without directories", () => {
  const names: [string, string][] = [
    ["notes.txt", "notes.txt"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\me\\a.png", "a.png"],
    ["a\r\nSet-Cookie: x\n.txt", "a Set-Cookie: x .txt"],
    ["\u202egnp.exe", "gnp.exe"],
    ["zero\u200bwidth.md", "zero width.md"],
    ["日本語 名前.txt", "日本語 名前.txt"],
    ["\ud800.txt", "\ufffd.txt"],
    ["..", "file"],
    ["", "file"],
    ["///", "file"],
  ];
  for (const [given, name] of names) expect([given, safeName(given, 100, "file")]).toEqual([given, name]);
  const long = safeName(`${"x".repeat(500)}.tar.gz`, 40, "file");
  expect([long.length, long.endsWith(".tar.gz")]).toEqual([40, true]);
});
