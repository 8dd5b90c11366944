/** Nothing in the documentation leads nowhere: links, anchors, and the files that it names. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { anchorsOf, documents, fencesOf, folderOf, proseOf, ROOT, readPage } from "./pages.ts";

const pages = await Promise.all(documents().map(async (path) => ({ path, text: await readPage(path) })));

test("links between pages lead to files, and their anchors to headings", async () => {
  const broken: string[] = [];
  for (const { path, text } of pages) {
    for (const [, target] of proseOf(text).matchAll(/(?:\]\(|\bsrc(?:set)?=")([^)\s"]+)[)"]/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [file, anchor] = target!.split("#") as [string, string | undefined];
      const to = file ? join(folderOf(path), file) : path;
      if (!existsSync(ROOT + to)) broken.push(`${path}: ${target} (no such file)`);
      else if (anchor && to.endsWith(".md") && !anchorsOf(await readPage(to)).has(anchor))
        broken.push(`${path}: ${target} (no such heading)`);
    }
  }
  expect(broken).toEqual([]);
});

const OURS =
  /^(?:src|views|public|sql|scripts|tests|docs|\.ci)\/[\w./*{},-]+$|^(?:package\.json|Dockerfile|tsconfig\.json|biome\.json)$/;

test("files and folders that pages name exist; `*` stands for at least one", () => {
  const missing: string[] = [];
  for (const { path, text } of pages) {
    for (const [, named] of proseOf(text).matchAll(/`([^`\s]+)`/g)) {
      const file = named!.replace(/:\d+$/, "").replace(/\/$/, "");
      if (!OURS.test(file) || /<|NNNN/.test(file)) continue;
      const there = /[*{]/.test(file)
        ? !new Bun.Glob(file).scanSync({ cwd: ROOT, onlyFiles: false, dot: true }).next().done
        : existsSync(ROOT + file);
      if (!there) missing.push(`${path}: ${named}`);
    }
  }
  expect(missing).toEqual([]);
});

test("fenced blocks say what language they are in", () => {
  for (const { path, text } of pages)
    for (const fence of fencesOf(text))
      expect([path, fence.line, fence.language !== ""]).toEqual([path, fence.line, true]);
});

test("no page holds what a merge left undecided", () => {
  expect(pages.filter(({ text }) => /^(?:<{7}|>{7}) /m.test(text)).map(({ path }) => path)).toEqual([]);
});
