/** Rules for the sources of views and styles that no compiler holds. */
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const ROOT = new URL("../../", import.meta.url).pathname;
const CSS_LIMIT_BYTES = 25_000;
const views = [...new Bun.Glob("views/**/*.{ts,tsx}").scanSync(ROOT)].sort();
const read = (path: string) => Bun.file(ROOT + path).text();

test("URLs come from views/urls.ts only", async () => {
  const literal =
    /\b(?:href|action|formaction|src|hx-(?:get|post|put|patch|delete))=(?:"\/|\{\s*["'`]\/)|["'`]\/(?:projects|sessions|chats|runs|endpoints|tokens|settings|login|onboarding|stream)\b/;
  const found: string[] = [];
  for (const path of views.filter((p) => p !== "views/urls.ts")) {
    for (const [i, line] of (await read(path)).split("\n").entries()) {
      if (literal.test(line) && !line.trimStart().startsWith("*")) found.push(`${path}:${i + 1} ${line.trim()}`);
    }
  }
  expect(found).toEqual([]);
});

test("views do not wait, and no DOM id of a region is spelled out beside ids.ts", async () => {
  const found: string[] = [];
  for (const path of views) {
    const text = await read(path);
    if (/\bawait\b|\basync\b/.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ""))) found.push(`${path} waits`);
    if (path !== "views/ids.ts" && /id="(nav|desk|rail|bar)-(needs|running|recent|projects)"/.test(text))
      found.push(`${path} spells an id`);
  }
  expect(found).toEqual([]);
});

describe("styles", () => {
  const files = readdirSync(`${ROOT}public/css`).filter((name) => name.endsWith(".css"));

  test("every file is in order.json, tokens first, utilities last", async () => {
    const order: string[] = await Bun.file(`${ROOT}public/css/order.json`).json();
    expect(order[0]).toBe("tokens.css");
    expect(order.at(-1)).toBe("utilities.css");
    expect(files.filter((name) => !order.includes(name))).toEqual([]);
  });

  test("every file stands in a layer, and colours are tokens", async () => {
    for (const name of files) {
      const text = (await read(`public/css/${name}`)).replaceAll(/\/\*[\s\S]*?\*\//g, "");
      expect([name, /^\s*@layer /.test(text)]).toEqual([name, true]);
      if (name === "tokens.css") continue;
      const colours = text.match(/#[0-9a-f]{3,8}\b(?![^{};]*\{)/gi)?.filter((c) => !/^#fff$/i.test(c)) ?? [];
      expect([name, colours]).toEqual([name, []]);
    }
  });

  test("every custom property in use is declared", async () => {
    const text = (await Promise.all(files.map((name) => read(`public/css/${name}`)))).join("\n");
    const declared = new Set([...text.matchAll(/(--[\w-]+)\s*:/g)].map((m) => m[1]));
    const set_by_views = new Set(["--v", "--tick", "--cols", "--lines"]);
    const used = new Set([...text.matchAll(/var\((--[\w-]+)/g)].map((m) => m[1]!));
    expect([...used].filter((name) => !declared.has(name) && !set_by_views.has(name))).toEqual([]);
  });

  test("all of it stays within the budget of the first page", async () => {
    const order: string[] = await Bun.file(`${ROOT}public/css/order.json`).json();
    const texts = await Promise.all(
      order.map((name) => Bun.file(`${ROOT}public/css/${name}`)).map(async (f) => ((await f.exists()) ? f.text() : "")),
    );
    expect(brotliCompressSync(texts.join("\n")).length).toBeLessThan(CSS_LIMIT_BYTES);
  });
});
