/** The settings as a page: its list of sections says which one is read. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { type TestApp, testApp } from "../support/app.ts";
import { appPage } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";

setDefaultTimeout(20_000);
let browser: Browser;
let boo: TestApp;
beforeAll(async () => {
  [browser, boo] = await Promise.all([launchChromium(), testApp()]);
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
});

test("The section that is read is marked: when the page comes, when one is chosen, while it is scrolled", async () => {
  await using open = await appPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = open;
  const marked = (name: string) =>
    page
      .getByRole("navigation", { name: "Settings" })
      .locator("a[aria-current]")
      .and(page.getByText(name, { exact: true }))
      .waitFor();
  await page.goto(`${boo.url}/settings`);
  await marked("Models");
  await page.getByRole("link", { name: "Defaults and limits" }).click();
  await marked("Defaults and limits");
  // The page ends before the head of this one is at the top.
  await page.getByRole("link", { name: "Appearance" }).click();
  await marked("Appearance");
  await page.locator("#providers").hover();
  await page.mouse.wheel(0, -100_000);
  await marked("Models");
  await page.goto(`${boo.url}/tokens`);
  await page.waitForURL("**/settings#tokens");
  await marked("Access tokens");
  expect(await page.locator(".subnav [aria-current]").count()).toBe(1);
  expect(open.problems).toEqual([]);
});
