/** Terminals of a page in Chromium: what stands on the screen that is in sight, and keys for it. */
import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { until } from "./until.ts";

export const BUSY_MS = 20_000;

/** What stands on the screen of the terminal that is in sight. */
export const screen = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const shown = Array.from(document.querySelectorAll(".terminal")).find((t) => t.getClientRects().length > 0);
    return (window as unknown as { BooTerm?: { text(e: unknown): string } }).BooTerm?.text(shown) ?? "";
  });

export const shows = (page: Page, wanted: string | RegExp) =>
  until(
    async () => (typeof wanted === "string" ? (await screen(page)).includes(wanted) : wanted.test(await screen(page))),
    BUSY_MS,
  ).catch(async () => expect(await screen(page)).toMatch(wanted));

export const attached = (page: Page) =>
  page.locator('.terminal[data-state="open"]:visible').waitFor({ timeout: BUSY_MS });

export const type = async (page: Page, text: string) => {
  await page.locator(".terminal:visible textarea.xterm-helper-textarea").focus();
  await page.keyboard.type(text);
};
