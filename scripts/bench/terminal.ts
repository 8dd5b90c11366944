/**
 * `bun scripts/bench/terminal.ts`: terminals in Chromium, one after another on this machine: ours, npm's wetty 3.2.0 with
 * tmux inside, and a bare relay to tmux. Key echo, a flood of lines, a large file, CPU and memory of the server; then
 * twenty of ours that do nothing. Lines are drawn without a graphics processor, as everywhere here.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../tests/support/chromium.ts";
import { type Figure, median, percentile, printFigures } from "./support/figures.ts";
import { cpuSeconds, machine, pssMb } from "./support/proc.ts";
import { booCode, type Rival, relay, wetty } from "./support/terminal-rivals.ts";

const KEYS = 200;
/** Keys that warm the page up. */
const WARM = 20;
const KEY_MS = 60;
const LINES = 2_000_000;
const FILE_BYTES = 30_000_000;
const IDLE = 20;
const IDLE_S = 20;
/**
 * Each is measured so often, in turns; the best of each counts, because others use the machine too. Of CPU the median: it
 * goes up and down with what tmux finds time to draw.
 */
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** `ONLY=boocode` leaves the others out. */
const ONLY = process.env.ONLY === "boocode";

interface Measured {
  p50: number;
  p99: number;
  seq_s: number;
  cat_s: number;
  cpu_s: number;
  pss_mb: number;
}

const browser = await launchChromium();
const dir = await mkdtemp(join(tmpdir(), "boo-bench-file-"));
const file = join(dir, "large.txt");
const line = `${"the quick brown fox jumps over the lazy dog ".repeat(2).trimEnd()}\n`;
await writeFile(file, line.repeat(Math.ceil(FILE_BYTES / line.length)));
try {
  const all = new Map<string, Measured[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const make of ONLY ? [booCode] : [booCode, wetty, relay]) {
      await using rival = await make();
      const measured = await measure(browser, rival);
      all.set(rival.name, [...(all.get(rival.name) ?? []), measured]);
      console.log(rival.name, JSON.stringify(measured), `load ${machine().load}`);
    }
  }
  if (!ONLY) report(all);
  await idle(browser);
} finally {
  await browser.close();
  await rm(dir, { recursive: true, force: true });
}

async function measure(chromium: Browser, rival: Rival): Promise<Measured> {
  const page = await (await chromium.newContext({ viewport: { width: 1200, height: 800 }, bypassCSP: true })).newPage();
  await page.goto(rival.url);
  await page.waitForFunction(`${rival.xterm}?.textarea`, undefined, { timeout: 30_000 });
  await prepare(page, rival);
  await page.evaluate("window.bench.term().focus()");
  await sees(page, "ready>");
  const echo = await echoes(page);
  const before = cpuSeconds([rival.pid], [rival.postmaster ?? 0]);
  const seq_s = await flood(page, `seq 1 ${LINES}`, 1);
  const cat_s = await flood(page, `cat ${file}`, 2);
  const cpu_s = cpuSeconds([rival.pid], [rival.postmaster ?? 0]) - before;
  const pss_mb = pssMb([rival.pid], [rival.postmaster ?? 0]);
  await page.context().close();
  return { p50: percentile(echo, 0.5), p99: percentile(echo, 0.99), seq_s, cat_s, cpu_s, pss_mb };
}

/** In the page: from a key to the moment at which xterm has taken what came of it; and from Enter to a mark. */
async function prepare(page: Page, rival: Rival): Promise<void> {
  await page.evaluate(`(() => {
    const term = () => ${rival.xterm};
    const bench = (window.bench = { term, times: [], from: 0, mark: "", end: 0, column: 0 });
    const text = () => {
      const b = term().buffer.active;
      return Array.from({ length: term().rows }, (_, y) => b.getLine(b.baseY + y)?.translateToString(true) ?? "").join("\\n");
    };
    bench.text = text;
    term().textarea.addEventListener("keydown", () => { bench.from = performance.now(); bench.column = term().buffer.active.cursorX; }, true);
    term().onWriteParsed(() => {
      if (bench.from && term().buffer.active.cursorX !== bench.column) { bench.times.push(performance.now() - bench.from); bench.from = 0; }
      if (bench.mark && !bench.end && text().includes(bench.mark)) bench.end = performance.now();
    });
  })()`);
}

async function sees(page: Page, text: string): Promise<void> {
  await page.waitForFunction(`window.bench.text().includes(${JSON.stringify(text)})`, undefined, { timeout: 120_000 });
}

async function echoes(page: Page): Promise<number[]> {
  for (let i = 0; i < KEYS + WARM; i++) {
    await page.keyboard.press(i % 30 === 29 ? "Control+u" : "abcdefgh"[i % 8]!);
    await page.waitForTimeout(KEY_MS);
  }
  const times = (await page.evaluate("window.bench.times")) as number[];
  await page.keyboard.press("Control+c");
  return times.slice(WARM);
}

/** Seconds until the command's output has passed by and its end is seen. */
async function flood(page: Page, command: string, mark: number): Promise<number> {
  await page.keyboard.type(`${command}; echo END$((${mark}+40))`);
  await page.evaluate(`Object.assign(window.bench, { mark: "END${mark + 40}", end: 0, start: performance.now() })`);
  await page.keyboard.press("Enter");
  await page.waitForFunction("window.bench.end > 0", undefined, { timeout: 180_000 });
  const seconds = (await page.evaluate("(window.bench.end - window.bench.start) / 1000")) as number;
  await page.keyboard.type("clear\n");
  await page.waitForTimeout(500);
  return seconds;
}

function report(all: ReadonlyMap<string, readonly Measured[]>): void {
  const best = (name: string, key: keyof Measured) => {
    const measured = all.get(name)!.map((m) => m[key]);
    return key === "cpu_s" ? median(measured) : Math.min(...measured);
  };
  const ROWS: { key: keyof Measured; name: string; unit: string }[] = [
    { key: "p50", name: "key echo, median", unit: "ms" },
    { key: "p99", name: "key echo, 99th percentile", unit: "ms" },
    { key: "seq_s", name: `seq 1 ${LINES}`, unit: "s" },
    { key: "cat_s", name: "cat of 30 MB", unit: "s" },
    { key: "cpu_s", name: "CPU of the server for both", unit: "s" },
    { key: "pss_mb", name: "memory of the server", unit: "MB" },
  ];
  const figures = ROWS.flatMap(({ key, name, unit }): Figure[] => {
    const ours = best("BooCode", key);
    if (key === "pss_mb")
      return [...all.keys()].map((who) => ({ name: `${name}: ${who}`, value: best(who, key), unit }));
    const other = best("wetty + tmux", key) * (key === "cpu_s" ? 0.5 : 1);
    const note = key === "cpu_s" ? "half of wetty + tmux" : "wetty + tmux";
    const rows: Figure[] = [{ name, value: ours, unit, target: other, note }];
    if (key !== "cpu_s")
      rows.push({
        name: "",
        value: ours,
        unit,
        target: best("bare relay + tmux", key) * 1.3,
        note: "1.3 × bare relay + tmux",
      });
    else rows.push({ name: "  of the bare relay", value: best("bare relay + tmux", key), unit });
    return rows;
  });
  printFigures(`Terminals in Chromium, best of ${ROUNDS} rounds, load ${machine().load}`, figures);
}

/** Twenty terminals with a viewer each that do nothing. */
async function idle(chromium: Browser): Promise<void> {
  await using boo = await booCode(0);
  const base = new URL(boo.url);
  const session = base.pathname.split("/").at(-1)!;
  const page = await (await chromium.newContext()).newPage();
  await page.goto(`${base.origin}/health`);
  await Bun.sleep(2_000);
  const own = [boo.pid];
  const before = pssMb(own);
  for (let i = 0; i < IDLE; i++) await fetch(`${base.origin}/sessions/${session}/terminals`, { method: "POST" });
  const { terminals } = (await (
    await fetch(`${base.origin}/terminals`, { headers: { accept: "application/json" } })
  ).json()) as {
    terminals: { id: string }[];
  };
  const sockets = terminals.map(({ id }) => {
    const ws = new WebSocket(`${base.origin.replace("http", "ws")}/terminals/${id}/socket`);
    ws.onopen = () => ws.send(Buffer.concat([Buffer.from([1]), Buffer.from('{"cols":120,"rows":40}')]));
    return ws;
  });
  await Bun.sleep(6_000);
  const cpu = cpuSeconds(own);
  await Bun.sleep(IDLE_S * 1000);
  const used = cpuSeconds(own) - cpu;
  const attached = pssMb(own);
  for (const ws of sockets) ws.close();
  printFigures(`${IDLE} terminals with a viewer each that do nothing, for ${IDLE_S} s`, [
    { name: "CPU of the server, of one core", value: (used / IDLE_S) * 100, unit: "%", target: 1 },
    {
      name: "memory of the server and its attach clients, each",
      value: (attached - before) / IDLE,
      unit: "MB",
      target: 2,
    },
  ]);
}
