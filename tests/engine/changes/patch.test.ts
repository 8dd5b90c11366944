/** `git apply` takes our patches and makes exactly the proposed bytes of them, whatever the file is. */
import { expect, test } from "bun:test";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Content } from "../../../src/engine/changes/content.ts";
import { patchBytes } from "../../../src/engine/changes/patch.ts";
import { tempRepo } from "../../support/repo.ts";

const text = (s: string, mode = 0o644): Content => ({ bytes: Buffer.from(s), mode });
const raw = (...bytes: number[]): Content => ({ bytes: Uint8Array.from(bytes), mode: 0o644 });
const none: Content = { bytes: null, mode: null };
const lines = (n: number, changed = 0) =>
  Array.from({ length: n }, (_, i) => (i + 1 === changed ? "changed\n" : `line ${i + 1}\n`)).join("");
const noise = Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 256);

const CASES: [name: string, path: string, base: Content, next: Content][] = [
  ["an edit", "a.txt", text(lines(40)), text(lines(40, 20))],
  ["several hunks", "a.txt", text(lines(80)), text(lines(80, 3).replace("line 70\n", ""))],
  ["a new file in a new directory", "new/dir/b.txt", none, text("b\n")],
  ["an empty new file", "empty.txt", none, text("")],
  ["a deleted file", "c.txt", text("c\nd\n"), none],
  ["an emptied file", "c.txt", text("c\nd\n"), text("")],
  ["no newline at the end, before and after", "d.txt", text("a\nb"), text("a\nc")],
  ["a newline that goes", "d.txt", text("a\nb\n"), text("a\nb")],
  ["CRLF", "e.txt", text("a\r\nb\r\nc\r\n"), text("a\r\nB\r\nc\r\n")],
  ["line ends that change", "e.txt", text("a\r\nb\r\n"), text("a\nb\n")],
  ["a byte order mark", "f.txt", text("\ufeffa\nb\n"), text("\ufeffA\nb\n")],
  ["windows-1252", "g.txt", raw(0x63, 0xe9, 0x0a, 0x80, 0x0a), raw(0x74, 0xe9, 0x0a, 0x80, 0x0a)],
  ["utf-16", "h.txt", raw(0xff, 0xfe, 0x61, 0, 0x0a, 0), raw(0xff, 0xfe, 0x62, 0, 0x0a, 0)],
  ["a name with spaces", "with some space.txt", text("a\n"), text("b\n")],
  ["a new name with spaces", "more space/x y.txt", none, text("b\n")],
  ["a name with quotes and umlauts", 'Größe "x".txt', text("a\n"), text("b\n")],
  ["binary", "i.bin", { bytes: noise, mode: 0o644 }, { bytes: noise.toReversed(), mode: 0o644 }],
  ["new binary", "j.bin", none, { bytes: noise, mode: 0o644 }],
  ["deleted binary", "k.bin", { bytes: noise, mode: 0o644 }, none],
  ["the executable bit alone", "run.sh", text("#!/bin/sh\n"), text("#!/bin/sh\n", 0o755)],
  ["the bit and the text", "run.sh", text("#!/bin/sh\n"), text("#!/bin/bash\n", 0o755)],
  ["lines that look like a patch", "l.txt", text("--- a\n+++ b\n@@ -1 +1 @@\n"), text("--- a\n+++ c\n@@ -1 +1 @@\n")],
];

test.each(CASES)("%s", async (_, path, base, next) => {
  await using repo = await tempRepo({ files: { "other.txt": "x\n" } });
  const at = join(repo.root, path);
  if (base.bytes !== null) {
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, base.bytes);
    await chmod(at, base.mode!);
  }
  const patch = patchBytes(path, base, next);
  await writeFile(join(repo.root, "the.patch"), patch);
  await repo.git("apply", "--whitespace=nowarn", "the.patch");
  const found = await readFile(at).catch(() => null);
  expect(found && Buffer.from(found).toString("base64")).toBe(
    next.bytes === null ? (null as never) : Buffer.from(next.bytes).toString("base64"),
  );
  if (next.mode !== null) expect(((await stat(at)).mode & 0o100) !== 0).toBe((next.mode & 0o100) !== 0);
});
