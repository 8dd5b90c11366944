/**
 * The grep tool against bare ripgrep on the same tree and pattern: `bun scripts/bench/grep.ts [directory]`. Without a
 * directory it makes a tree of 1,760 files. Prints medians in milliseconds and their ratio.
 */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolContext } from "../../src/domain/tool.ts";
import { callTool } from "../../src/engine/tools/define.ts";
import { readTools } from "../../src/engine/tools/registry.ts";

const FILES = 1760;
const LINES = 250;
const ROUNDS = 31;
const PATTERNS = ["line_77_of_1234", "TODO", "function \\w+_9", "no such thing at all", "e"];
const WORDS =
  "const let function return if else for of in new await async import export type interface value result error path line".split(
    " ",
  );

const tools = readTools();
const given = process.argv[2];
const root = given ? await realpath(given) : await makeTree();
try {
  await compare(root);
} finally {
  if (!given) await rm(root, { recursive: true });
}

async function compare(root: string): Promise<void> {
  console.log("pattern".padEnd(24), "rg ms".padStart(8), "tool ms".padStart(8), "ratio".padStart(6), " matches");
  for (const pattern of PATTERNS) {
    const bare: number[] = [];
    const tool: number[] = [];
    let note = "";
    // In turns, so that whatever else the machine does meets both.
    for (let i = 0; i < ROUNDS; i++) {
      bare.push(await timed(() => bareRipgrep(root, pattern)));
      tool.push(
        await timed(async () => {
          note = await grepTool(root, pattern);
        }),
      );
    }
    const [a, b] = [median(bare), median(tool)];
    console.log(
      pattern.padEnd(24),
      a.toFixed(1).padStart(8),
      b.toFixed(1).padStart(8),
      (b / a).toFixed(2).padStart(6),
      ` ${note}`,
    );
  }
}

async function bareRipgrep(cwd: string, pattern: string): Promise<void> {
  const child = Bun.spawn(
    [
      "rg",
      "--no-config",
      "--line-number",
      "--with-filename",
      "--no-heading",
      "--hidden",
      "--glob=!.git",
      "--regexp",
      pattern,
      "./",
    ],
    { cwd, stdin: "ignore", stdout: "pipe", stderr: "ignore" },
  );
  await new Response(child.stdout).arrayBuffer();
  await child.exited;
}

async function grepTool(root: string, pattern: string): Promise<string> {
  const outputs = { save: async () => "o1", read: async () => null };
  const context: ToolContext = { root, grants: [], signal: new AbortController().signal, outputs };
  return (await callTool(tools, context, { id: "1", name: "grep", arguments: JSON.stringify({ pattern }) })).note;
}

async function timed(run: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await run();
  return performance.now() - from;
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

async function makeTree(): Promise<string> {
  const top = await realpath(await mkdtemp(join(tmpdir(), "boo-bench-")));
  for (let i = 0; i < FILES; i++) {
    const folder = join(top, `package${i % 40}`, `part${i % 7}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `file${i}.ts`), content(i));
  }
  return top;
}

function content(file: number): string {
  const lines: string[] = [];
  for (let n = 0; n < LINES; n++) {
    const words = Array.from({ length: 8 }, (_, w) => WORDS[(file * 7 + n * 13 + w * 5) % WORDS.length]);
    lines.push(n % 97 === 0 ? `// TODO line_${n}_of_${file}` : `  ${words.join(" ")} function name_${n % 10};`);
  }
  return lines.join("\n");
}
