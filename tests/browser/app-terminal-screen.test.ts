/** How a terminal is drawn: by WebGL or by the DOM, whole to the last column, readable in both themes. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { type TestApp, testApp } from "../support/app.ts";
import { appPage } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { endTmuxWithUs, plainShell } from "../support/terminal.ts";
import { attached, BUSY_MS, screen, shows, type } from "../support/terminal-page.ts";
import { until } from "../support/until.ts";

/** What Chromium and xterm say about WebGL that is slow, missing or lost. */
const GL = /GPU stall|WebGL|webgl|task queue exceeded/;
let browser: Browser;
let boo: TestApp;
beforeAll(async () => {
  [browser, boo] = await Promise.all([launchChromium({ webgl: true }), testApp()]);
  endTmuxWithUs(boo.config.home);
  await boo.send("PATCH", "/settings", { terminal_shell: plainShell(boo.repo.root) });
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
});

async function openTerminal(page: Page): Promise<void> {
  const { session } = await boo.chat();
  await boo.send("POST", `/sessions/${session}/terminals`, {});
  await page.goto(`${boo.url}/sessions/${session}`);
  await attached(page);
  await shows(page, "ready>");
}

const drawnBy = (page: Page, renderer: string) =>
  page.locator(`.terminal[data-renderer="${renderer}"]:visible`).waitFor({ timeout: BUSY_MS });

/** The WebGL of this Chromium says that a graphics processor draws it. */
const asOnAGraphicsProcessor = () => {
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
    return getContext.call(this, kind, { ...options, failIfMajorPerformanceCaveat: false });
  } as typeof getContext;
  const { getParameter } = WebGL2RenderingContext.prototype;
  const UNMASKED_RENDERER = 0x9246;
  WebGL2RenderingContext.prototype.getParameter = function (this: WebGL2RenderingContext, name: number) {
    return name === UNMASKED_RENDERER ? "A graphics processor" : getParameter.call(this, name);
  };
};

describe("WebGL", () => {
  test("draws where a graphics processor is; when its context is lost the DOM goes on", async () => {
    await using made = await appPage(browser, { expected: GL });
    const { page } = made;
    await page.addInitScript(asOnAGraphicsProcessor);
    await openTerminal(page);
    await drawnBy(page, "webgl");
    expect(await page.locator(".terminal .xterm-rows").count()).toBe(0);
    const picture = () => page.locator(".terminal:visible .xterm-screen").screenshot();
    const before = await picture();
    await type(page, "echo drawn-$((1+1))\n");
    await shows(page, "drawn-2");
    expect((await picture()).equals(before)).toBe(false);
    await page.evaluate(() => {
      for (const canvas of Array.from(document.querySelectorAll<HTMLCanvasElement>(".terminal canvas")))
        canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    });
    await drawnBy(page, "dom");
    await page.locator(".terminal .xterm-rows", { hasText: "drawn-2" }).waitFor({ timeout: BUSY_MS });
    await type(page, "echo on-$((1+1))\n");
    await page.locator(".terminal .xterm-rows", { hasText: "on-2" }).waitFor({ timeout: BUSY_MS });
    expect(made.problems).toEqual([]);
  }, 60_000);

  test("is left alone where the processor would have to draw it, and where there is none", async () => {
    for (const none of [false, true]) {
      await using made = await appPage(browser, { expected: GL });
      const { page } = made;
      if (none)
        await page.addInitScript(() => {
          const { getContext } = HTMLCanvasElement.prototype;
          HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
            return kind.startsWith("webgl") ? null : getContext.call(this, kind, options);
          } as typeof getContext;
        });
      await openTerminal(page);
      await drawnBy(page, "dom");
      await page.locator(".terminal .xterm-rows", { hasText: "ready>" }).waitFor({ timeout: BUSY_MS });
      expect(made.problems).toEqual([]);
    }
  }, 60_000);
});

/** How far a full row of W stands over its edge; null until one is drawn at today's width. */
const overTheEdge = () => {
  const rows = Array.from(document.querySelectorAll(".terminal .xterm-rows > div"));
  const pane = document.querySelector(".terminal:has(.xterm)");
  const { cols } = (window as never as { BooTerm: { xterm(e: unknown): { cols: number } } }).BooTerm.xterm(pane);
  // Behind it may stand what the page had when it was wider; nobody sees it.
  const row = rows.find((div) => div.textContent?.startsWith("W".repeat(cols)));
  const text = row?.querySelector("span")?.firstChild;
  if (!row || !text) return null;
  const shown = document.createRange();
  shown.setStart(text, 0);
  shown.setEnd(text, cols);
  return { px: shown.getBoundingClientRect().right - row.getBoundingClientRect().right, html: row.outerHTML };
};

test("the last column of a wide line is whole, at every size of the text", async () => {
  await using made = await appPage(browser, { expected: GL });
  const { page } = made;
  await openTerminal(page);
  for (const act of ["", "larger", "smaller", "smaller"]) {
    if (act) await page.evaluate((a) => document.querySelector<HTMLElement>(`[data-act="${a}"]`)?.click(), act);
    await type(page, "clear; printf 'W%.0s' $(seq 1 400); echo\n");
    await shows(page, /^W{60,}\nW+/);
    const over = await until(() => page.evaluate(overTheEdge), BUSY_MS);
    expect(over).toMatchObject({ px: expect.closeTo(0, 0) });
  }
  expect(made.problems).toEqual([]);
}, 60_000);

test("what programs colour is readable in both themes, also in reverse", async () => {
  await using made = await appPage(browser, { expected: GL });
  const { page } = made;
  await openTerminal(page);
  const pairs = ["30;42", "30;46", "97;44", "37;41", "7", "2;7"].map((code) => `\\033[${code}m #${code}# \\033[0m\\n`);
  await type(page, `clear; printf '${pairs.join("")}'; echo done-$((1+1))\n`);
  await shows(page, /#30;42#[\s\S]*done-2/);
  for (const theme of ["light", "dark"]) {
    await page.evaluate((name) => document.documentElement.setAttribute("data-theme", name), theme);
    await page.locator(".terminal .xterm-rows", { hasText: "#2;7#" }).waitFor({ timeout: BUSY_MS });
    // The new colours are drawn in the next frame.
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
    const poor = await page.evaluate(() => {
      const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
      const light = (css: string) => {
        pixel.fillStyle = css;
        pixel.fillRect(0, 0, 1, 1);
        const [r, g, b] = Array.from(pixel.getImageData(0, 0, 1, 1).data).map((n) => {
          const c = n / 255;
          return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
      };
      return Array.from(document.querySelectorAll(".terminal .xterm-rows span")).flatMap((span) => {
        if (!span.textContent?.includes("#")) return [];
        const { color, backgroundColor } = getComputedStyle(span);
        const [a, b] = [light(color), light(backgroundColor)].sort((x, y) => y - x);
        const ratio = (a! + 0.05) / (b! + 0.05);
        const wanted = span.textContent.includes("#2;") ? 2.2 : 4.4;
        return ratio >= wanted
          ? []
          : [`${span.textContent.trim()} ${color} on ${backgroundColor}: ${ratio.toFixed(1)}`];
      });
    });
    expect({ theme, poor }).toEqual({ theme, poor: [] });
  }
  expect((await screen(page)).includes("done-2")).toBe(true);
  expect(made.problems).toEqual([]);
}, 60_000);
