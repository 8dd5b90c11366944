/**
 * What "done" means, in one go: the program as it is started, a repository of some thousand files added by hand, asked on
 * the demo model and on a scripted endpoint, a reload in the middle, the server killed in the middle, and on it goes.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { urlOf } from "../support/app.ts";
import { type AppPage, appPage, field, live, NETWORK, sameWhenReadAgain, say, settled } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";

setDefaultTimeout(30_000);
const MODULES = 3_000;
const FILES = Object.fromEntries([
  ["README.md", "# Big\n\nMany modules.\n"],
  ...Array.from({ length: MODULES }, (_, n) => [
    `packages/p${n % 60}/src/module-${n}.ts`,
    `export function handle${n}(input: string) {\n  return input + ${n};\n}\n`,
  ]),
]);
let browser: Browser;
let llm: TestLlm;
let database: TestDatabase;
let repo: TempRepo;
let open: AppPage;
let page: Page;
let server: Server;

interface Server {
  url: string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** The program as `scripts/start` runs it; resolves once it says where it listens. */
async function start(port = "0"): Promise<Server> {
  const child = Bun.spawn([process.execPath, "src/main.ts"], {
    cwd: new URL("../../", import.meta.url).pathname,
    env: {
      PATH: process.env.PATH,
      HOME: repo.root,
      BOOCODE_HOME: repo.root,
      BOOCODE_PORT: port,
      BOOCODE_PROJECT_ROOTS: repo.root,
      BOOCODE_DISCOVER: "off",
      DATABASE_URL: urlOf(database),
    },
    stdout: "pipe",
    stderr: "inherit",
  });
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await child.exited;
  };
  let said = "";
  for await (const chunk of child.stdout as unknown as AsyncIterable<Uint8Array>) {
    said += new TextDecoder().decode(chunk);
    const url = /runs at (http\S+)/.exec(said)?.[1];
    if (url) return { url, kill };
  }
  throw new Error(`the program did not start: ${said}`);
}

beforeAll(async () => {
  [browser, llm, database, repo] = await Promise.all([
    launchChromium(),
    fakeLlm(),
    testDatabase(),
    tempRepo({ files: FILES }),
  ]);
  server = await start();
  open = await appPage(browser, { expected: new RegExp(`${NETWORK.source}|status of 422`) });
  page = open.page;
});
afterAll(async () => {
  await browser.close();
  await server.kill("SIGTERM");
  await Promise.all([database.drop(), repo[Symbol.asyncDispose](), llm[Symbol.asyncDispose]()]);
});

test("Onboarding leads to the demo, and the demo truly reads the repository", async () => {
  await page.goto(server.url);
  await page.getByRole("heading", { name: "No model endpoint answered" }).waitFor();
  await page
    .getByRole("link", { name: "Go on with the demo" })
    .or(page.getByRole("button", { name: "Go on with the demo" }))
    .click();
  await page.goto(`${server.url}/projects/new`);
  await page.fill("input[name=path]", `${repo.root}/nope`);
  await page.press("input[name=path]", "Enter");
  await page.locator("main", { hasText: "nope" }).waitFor();
  expect(await page.locator("input[name=path]").inputValue()).toBe(`${repo.root}/nope`);
  await page.fill("input[name=path]", repo.root);
  await page.press("input[name=path]", "Enter");
  await page.waitForURL(/\/sessions\/new\?project=/);
  await page.press("textarea[name=text]", "Enter"); // nothing to send yet
  await page.fill("textarea[name=text]", "where is handle2999 defined?");
  await page.press("textarea[name=text]", "Shift+Enter");
  expect(await page.locator("textarea[name=text]").inputValue()).toBe("where is handle2999 defined?\n");
  await page.press("textarea[name=text]", "Enter");
  await page.waitForURL(/\/chats\//);
  await live(page);
  await settled(page);
  await page.locator(".turn.answered", { hasText: "module-2999.ts" }).waitFor();
  await sameWhenReadAgain(page);
});

test("An endpoint is added and asked; reloaded in the middle, killed in the middle, it goes on", async () => {
  const chat = page.url();
  await page.goto(`${server.url}/settings`);
  await page.fill("input[name=url]", llm.url);
  await page.getByRole("button", { name: "Test and save" }).click();
  await page.getByText("3 models").waitFor();
  await page.goto(chat);
  await live(page);
  await say(page, '[[tool:grep {"pattern":"handle77\\\\b"}]] [[next:{{tokens:4000}} {{slow:10}}]]');
  await page.getByText(/tok20 /).waitFor();
  await page.reload();
  await page.getByText(/tok60 /).waitFor();
  const seen = /tok(\d+)\s*$/.exec((await page.locator(".turn.answered .part").last().textContent()) ?? "")?.[1];
  await server.kill("SIGKILL");
  await page.locator("#conn > p").waitFor();
  await field(page).fill("and what was next?");
  server = await start(new URL(server.url).port);
  await page.getByText("Interrupted by a restart").waitFor();
  await page.locator("#conn > p").waitFor({ state: "hidden" });
  // What a watcher saw is stored.
  const kept = await page.locator(".turn.answered").last().textContent();
  expect(kept).toContain(`tok${seen}`);
  expect(await field(page).inputValue()).toBe("and what was next?");
  llm.set("[[say:It went on.]]");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("It went on.", { exact: true }).waitFor();
  await settled(page);
  await sameWhenReadAgain(page);
  expect(await field(page).inputValue()).toBe("and what was next?");
  expect(open.problems).toEqual([]);
});
