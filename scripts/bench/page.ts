#!/usr/bin/env bun
/**
 * The first page in Chromium: bytes of script and style, first contentful paint with the CPU slowed four times, layout
 * shift; and a chat of 10,000 messages against one of ten.
 *
 *   bun scripts/bench/page.ts [--repeat 7] [--messages 10000] [--slow 4]
 */
import { parseArgs } from "node:util";
import type { Browser, CDPSession } from "playwright-core";
import { launchChromium } from "../../tests/support/chromium.ts";
import { startEndpoint } from "./support/endpoint.ts";
import { type Figure, median, printFigures } from "./support/figures.ts";
import { machine } from "./support/proc.ts";
import { indexed } from "./support/readings.ts";
import { seedChat } from "./support/seed.ts";
import { startServer } from "./support/server.ts";

const { values } = parseArgs({
  options: {
    repeat: { type: "string", default: "7" },
    messages: { type: "string", default: "10000" },
    slow: { type: "string", default: "4" },
  },
});
const repeat = Number(values.repeat);
/** How long a page is watched for shifts after it was loaded: its stream connects and sends in that time. */
const WATCH_MS = 1_500;
const FETCHES = 30;
const INDEX_DEADLINE_MS = 120_000;
/** What rounds to no shift: a digit more in a time that counts. */
const NO_SHIFT = 0.0005;
const SCREENS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

interface Visit {
  fcp_ms: number;
  shift: number;
  script_bytes: number;
  style_bytes: number;
}

/** A first visit: nothing cached. */
async function visit(browser: Browser, url: string, screen: keyof typeof SCREENS): Promise<Visit> {
  const context = await browser.newContext({ viewport: SCREENS[screen] });
  try {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: Number(values.slow) });
    const bytes = await countBytes(cdp);
    await page.goto(url, { waitUntil: "load" });
    await page.waitForTimeout(WATCH_MS);
    // Afterwards, from what the browser kept: a script of ours in the page would come before its first paint.
    const { fcp, shift } = await page.evaluate(async () => {
      const kept = await new Promise<PerformanceEntry[]>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve([]), 200);
      });
      return {
        fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
        shift: kept.reduce((sum, entry) => sum + (entry as unknown as { value: number }).value, 0),
      };
    });
    return { fcp_ms: fcp, shift, script_bytes: bytes("Script"), style_bytes: bytes("Stylesheet") };
  } finally {
    await context.close();
  }
}

/** Bytes on the wire by kind of resource: compressed, with headers. */
async function countBytes(cdp: CDPSession): Promise<(type: string) => number> {
  await cdp.send("Network.enable");
  const types = new Map<string, string>();
  const bytes = new Map<string, number>();
  cdp.on("Network.responseReceived", (e) => types.set(e.requestId, e.type));
  cdp.on("Network.loadingFinished", (e) => {
    const type = types.get(e.requestId) ?? "";
    bytes.set(type, (bytes.get(type) ?? 0) + e.encodedDataLength);
  });
  return (type) => bytes.get(type) ?? 0;
}

async function visits(browser: Browser, name: string, url: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const screen of ["desktop", "phone"] as const) {
    const seen: Visit[] = [];
    for (let i = 0; i < repeat; i++) seen.push(await visit(browser, url, screen));
    const of = (key: keyof Visit) => median(seen.map((v) => v[key]));
    const range = `${Math.min(...seen.map((v) => v.fcp_ms)).toFixed(0)} to ${Math.max(...seen.map((v) => v.fcp_ms)).toFixed(0)} ms`;
    if (figures.length === 0)
      figures.push(
        { name: `${name}: script`, value: of("script_bytes") / 1000, unit: "kB", target: 45 },
        { name: `${name}: style`, value: of("style_bytes") / 1000, unit: "kB", target: 25 },
      );
    figures.push(
      { name: `${name}, ${screen}: first paint`, value: of("fcp_ms"), unit: "ms", target: 300, note: range },
      {
        name: `${name}, ${screen}: layout shift`,
        value: Math.max(...seen.map((v) => v.shift)),
        unit: "",
        target: NO_SHIFT,
      },
    );
  }
  return figures;
}

/** First byte and size of the page itself, for a client that takes no compression. */
async function fetches(name: string, url: string, withTarget: boolean): Promise<Figure[]> {
  const times: number[] = [];
  let size = 0;
  for (let i = 0; i < FETCHES; i++) {
    const started = performance.now();
    const response = await fetch(url, { headers: { accept: "text/html", "accept-encoding": "identity" } });
    times.push(performance.now() - started);
    size = (await response.arrayBuffer()).byteLength;
  }
  const note = `first ${times[0]!.toFixed(0)} ms`;
  return [
    { name: `${name}: first byte`, value: median(times), unit: "ms", note, ...(withTarget && { target: 60 }) },
    { name: `${name}: page`, value: size / 1000, unit: "kB", ...(withTarget && { target: 200 }) },
  ];
}

await using llm = await startEndpoint();
await using server = await startServer({ llm_url: llm.url });
const ten = await seedChat(server, 10);
const many = await seedChat(server, Number(values.messages));
// Both would take the processor from a page that is measured, and a slowed CPU multiplies it.
await indexed(server, INDEX_DEADLINE_MS);
await server.sql`vacuum analyze`;
const url = (at: { chat: string }) => `${server.url}/chats/${at.chat}`;
const load = `median of ${repeat}, CPU slowed ${values.slow} times, load ${machine().load}`;
// The long one first: it must not profit from code that the short one warmed up.
const long = await fetches(`chat of ${values.messages}`, url(many), true);
const short = await fetches("chat of 10", url(ten), false);
const [long_ms, short_ms] = [long[0]!.value, short[0]!.value];
printFigures("Opening a chat", [...long, ...short, { name: "long to short", value: long_ms / short_ms, unit: "×" }]);
const browser = await launchChromium();
try {
  await visit(browser, server.url, "desktop");
  printFigures(`First visit, ${load}`, [
    ...(await visits(browser, "desk", server.url)),
    ...(await visits(browser, "chat of 10", url(ten))),
    ...(await visits(browser, `chat of ${values.messages}`, url(many))),
  ]);
} finally {
  await browser.close();
}
