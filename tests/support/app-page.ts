/** The real program in a real browser: pages that note every problem, and what a reader sees of a chat. */
import { expect } from "bun:test";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

export interface AppPage extends AsyncDisposable {
  page: Page;
  context: BrowserContext;
  /** Script errors, console errors and violations of the policy so far. */
  problems: string[];
}

const WIDE = { width: 1440, height: 900 };
/** What the browser itself logs when a server is away; only tests that take it away expect that. */
export const NETWORK = /net::ERR_|htmx:(sse:)?error: (network error|Failed to fetch)/;

/** A page of its own context (own cookies and storage). `expected` problems are not noted. */
export async function appPage(
  browser: Browser,
  options: BrowserContextOptions & { expected?: RegExp } = {},
): Promise<AppPage> {
  const { expected, ...rest } = options;
  const context = await browser.newContext({ viewport: WIDE, ...rest });
  context.setDefaultTimeout(8_000);
  const page = await context.newPage();
  const problems: string[] = [];
  const note = (problem: string) => {
    if (!expected?.test(problem)) problems.push(problem);
  };
  page.on("pageerror", (error) => note(`page error: ${error}`));
  page.on("console", (said) => ["error", "warning"].includes(said.type()) && note(`console: ${said.text()}`));
  return { page, context, problems, [Symbol.asyncDispose]: () => context.close() };
}

/** Resolves once the page's event stream has brought something. */
export async function live(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.stream === "live");
}

export const field = (page: Page) => page.locator('.view textarea[name="text"]:visible');

/** Writes a message and presses Enter. */
export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

const answers = (page: Page) => page.locator(".view .turn.answered:visible");

/** Resolves once the newest answer is settled. */
export async function settled(page: Page): Promise<void> {
  await answers(page).last().locator(".evidence:not(:has(.st-live))").waitFor({ state: "attached" });
}

/** Writes a message and resolves once its answer is settled. */
export async function ask(page: Page, text: string): Promise<void> {
  const before = await answers(page).count();
  await say(page, text);
  await answers(page).nth(before).waitFor();
  await settled(page);
}

/**
 * The transcript as a reader has it: every turn with its text, its tool rows and how it ended. Times, figures and which
 * rows are open are left out, so that what came live can be held against the page read again.
 */
export function transcript(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll(".view .turn")).flatMap((turn) => {
      if (turn.getClientRects().length === 0) return [];
      const copy = turn.cloneNode(true) as HTMLElement;
      for (const gone of Array.from(copy.querySelectorAll("aside, .evidence, .saidacts, .toolout, .num, button, time")))
        gone.remove();
      const who = turn.classList.contains("asked") ? "asked" : "answered";
      return `${who}: ${copy.textContent?.replace(/\s+/g, " ").trim()}`;
    }),
  );
}

/** What came live is what the page says when it is read again. */
export async function sameWhenReadAgain(page: Page): Promise<void> {
  const before = await transcript(page);
  await page.reload();
  expect(await transcript(page)).toEqual(before);
}

/** The reader's text of the newest answer, white space and all but the line breaks between its elements. */
export function answerText(page: Page): Promise<string> {
  return answers(page)
    .last()
    .evaluate((turn) =>
      Array.from(turn.querySelectorAll(".part"))
        .map((part) => part.textContent?.trimEnd())
        .join("\n"),
    );
}
