/** The pages of docs/ as the tests read them. */
import { basename, dirname } from "node:path";

export const ROOT = new URL("../../", import.meta.url).pathname;
export const API = "docs/api/";

/** Paths of all Markdown that belongs to the documentation, relative to the root. */
export function documents(): string[] {
  const found = [
    ...new Bun.Glob("{README,CHANGELOG}.md").scanSync(ROOT),
    ...new Bun.Glob("docs/**/*.md").scanSync(ROOT),
  ];
  return found.sort();
}

/** Pages of docs/api that describe routes, by noun: all but the index and what holds for every route. */
export function apiPages(): string[] {
  const pages = [...new Bun.Glob("*.md").scanSync(ROOT + API)].map((name) => basename(name, ".md"));
  return pages.filter((name) => name !== "README" && name !== "errors").sort();
}

export const readPage = (path: string): Promise<string> => Bun.file(ROOT + path).text();

export interface Fence {
  language: string;
  code: string;
  /** Number of the line that opens it. */
  line: number;
}

/** The fenced blocks of a page, in order. */
export function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  let open: Fence | null = null;
  for (const [i, line] of page.split("\n").entries()) {
    if (open && line.trim() === "```") {
      fences.push(open);
      open = null;
    } else if (open) open.code += `${line}\n`;
    else if (line.startsWith("```")) open = { language: line.slice(3).trim(), code: "", line: i + 1 };
  }
  return fences;
}

/** The page without its fenced blocks. */
export function proseOf(page: string): string {
  return page.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, "");
}

/** `METHOD /path` wherever a page names one in code; suffixes and queries do not count. */
export function routesNamed(page: string): { method: string; path: string }[] {
  const found = [...proseOf(page).matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^\s`?{]*)/g)];
  return found.map((m) => ({ method: m[1]!, path: m[2]!.replace(/(?<=:\w+)\.(json|md)$/, "") }));
}

/** As GitHub makes them: lower case, spaces to dashes, the rest dropped. */
export function anchorsOf(page: string): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map((m) => m[1]!);
  const slugs = headings.map((heading) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
  return new Set(slugs);
}

export const folderOf = (path: string): string => dirname(path);
