import { describe, expect, test } from "bun:test";
import type { FileFacts } from "../../../src/domain/code.ts";
import { languageOf } from "../../../src/domain/code-language.ts";
import { extract } from "../../../src/drivers/code/extract.ts";
import { LANGUAGES } from "../../../src/drivers/code/grammars.ts";
import { useTree } from "../../../src/drivers/code/imports.ts";
import { mentionsIn } from "../../../src/drivers/code/mentions.ts";
import { SAMPLES } from "../../fixtures/code/samples.ts";

const factsOf = (path: string, text: string): Promise<FileFacts> => extract(languageOf(path, text)!, text, text.length);
/** `+class Relay 3-9`, `-method Relay.claim 5-7`. */
const told = ({ symbols }: FileFacts) =>
  symbols.map(
    (s) =>
      `${s.exported ? "+" : "-"}${s.kind} ${s.container ? `${s.container}.` : ""}${s.name} ${s.line}${s.end_line === s.line ? "" : `-${s.end_line}`}`,
  );

describe("each language", () => {
  test.each(Object.entries(SAMPLES))("%s", async (path, { text, symbols, imports, language }) => {
    const facts = await factsOf(path, text);
    expect(facts.language).toBe(language);
    expect(facts.state).toBe("parsed");
    expect(told(facts)).toEqual(symbols);
    expect(facts.imports.map(({ spec, names }) => [spec, ...names].join(" "))).toEqual(imports);
  });

  test("there is a sample of all of them", () => {
    expect(new Set(Object.values(SAMPLES).map(({ language }) => language))).toEqual(new Set(LANGUAGES));
  });
});

test("a head is one line without its body", async () => {
  const { symbols } = await factsOf(
    "a.ts",
    "export async function claim(\n  limit: number,\n  now = new Date(),\n): Promise<Row[]> {\n  return [];\n}\nconst DAY = 24 * 3600;\n",
  );
  expect(symbols.map((s) => s.signature)).toEqual([
    "async function claim( limit: number, now = new Date(), ): Promise<Row[]>",
    "DAY = 24 * 3600;".replace(";", ""),
  ]);
});

describe("what cannot be parsed whole", () => {
  test("a text with errors gives what stands around them", async () => {
    const facts = await factsOf("a.ts", "export function before() {}\n\nclass {{{ ]]]\n\nexport function after() {}\n");
    expect(facts.state).toBe("partial");
    expect(facts.note).toBe("has parts that do not parse");
    expect(facts.symbols.map((s) => s.name)).toContain("before");
  });

  test.each([
    ["a large one", "x".repeat(1_000_001), "too large to parse"],
    ["a minified one", `${"function f(a,b){return a+b};".repeat(800)}\n`, "minified or generated"],
  ])("%s is skipped with a word", async (_, text, note) => {
    expect(await factsOf("a.js", text)).toMatchObject({ state: "skipped", note, symbols: [], imports: [] });
  });

  test("deep nesting neither throws nor takes long", async () => {
    const began = performance.now();
    const facts = await factsOf("a.js", `const x = ${"[\n".repeat(30_000)}1${"]\n".repeat(30_000)};\n`);
    expect(["parsed", "partial", "skipped"]).toContain(facts.state);
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test("a text of errors alone takes no longer than its deadline", async () => {
    const began = performance.now();
    const text = `${"template<typename T, ".repeat(40)}\n`.repeat(1_000);
    expect((await factsOf("a.cpp", text)).state).not.toBe("parsed");
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test("an empty text is an empty file", async () => {
    expect(await factsOf("a.py", "")).toMatchObject({ state: "parsed", lines: 0, symbols: [], imports: [] });
  });
});

test("scripts are known by their first line, headers of C++ by what is in them", () => {
  expect(languageOf("bin/run", "#!/usr/bin/env bash\necho\n")).toBe("bash");
  expect(languageOf("bin/tool", "#!/usr/bin/python3\n")).toBe("python");
  expect(languageOf("LICENSE", "MIT\n")).toBeNull();
  expect(languageOf("a.h", "int f(void);\n")).toBe("c");
  expect(languageOf("a.h", "namespace a {\nint f();\n}\n")).toBe("c++");
  expect(languageOf("a.kt", "fun main() {}\n")).toBeNull();
});

test("a use tree of Rust is told as its paths, however it is nested", () => {
  expect(useTree("a::{b::{C, D as E}, self, f::*}")).toEqual(["a::b::C", "a::b::D", "a", "a::f::*"]);
  expect(useTree(`${"a::{".repeat(500)}b${"}".repeat(500)}`).length).toBeLessThan(3);
});

describe("uses of a name", () => {
  const source = [
    'import { deliver } from "./deliver.ts";',
    "// deliver is in a comment",
    'const text = "deliver";',
    "function run() {",
    "  deliver(1);",
    "  queue.deliver(2);",
    `  return \`\${deliver}\`;`,
    "}",
    "type X = deliver;",
  ].join("\n");

  test("are told by what they are; comments and strings are none", async () => {
    const found = await mentionsIn("typescript", source, "deliver", false);
    expect(found.map(({ line, role }) => `${line} ${role}`)).toEqual([
      "1 import",
      "5 call",
      "6 call",
      "7 use",
      "9 type",
    ]);
  });

  test("of a member are those that are taken from something", async () => {
    const found = await mentionsIn("typescript", source, "deliver", true);
    expect(found.map(({ line }) => line)).toEqual([6]);
  });
});
