/** Terminals in real Chromium: what stands on the screen, through reloads, second browsers and the death of the server. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { Tmux } from "../../src/drivers/tmux/server.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { appPage, live, NETWORK } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { testDatabase } from "../support/database.ts";
import { tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { endTmuxWithUs, plainShell } from "../support/terminal.ts";
import { attached, BUSY_MS, screen, shows, type } from "../support/terminal-page.ts";
import { until } from "../support/until.ts";

let browser: Browser;
let boo: TestApp;
beforeAll(async () => {
  [browser, boo] = await Promise.all([launchChromium(), testApp()]);
  endTmuxWithUs(boo.config.home);
  await boo.send("PATCH", "/settings", { terminal_shell: plainShell(boo.repo.root) });
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
});

test("a terminal is opened by a key, typed in, left by a key; a page without one loads none of it", async () => {
  const { session } = await boo.chat();
  await using made = await appPage(browser);
  const { page } = made;
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await page.goto(`${boo.url}/sessions/${session}`);
  await live(page);
  expect(loaded.filter((path) => /terminal\./.test(path))).toEqual([]);
  await page.keyboard.press("Alt+t");
  await attached(page);
  expect(loaded.filter((path) => /terminal\.\w+\.(js|css)$/.test(path))).toHaveLength(2);
  await shows(page, "ready>");
  // The new terminal has the keyboard; Ctrl K and single letters are its own.
  await page.keyboard.type("echo g d n j-$((6*7))\n");
  await shows(page, "g d n j-42");
  await page.keyboard.type("echo lost");
  await page.keyboard.press("Control+u");
  await page.keyboard.type("echo kept-$((6*7))\n");
  await shows(page, /ready>echo kept-\$\(\(6\*7\)\)\s+kept-42/);
  expect(await page.locator("dialog[open]").count()).toBe(0);
  await page.keyboard.press("Alt+1");
  await page.locator('.tab[aria-current="page"]:has-text("New chat"):visible').waitFor();
  await page.keyboard.press("Alt+2");
  await shows(page, "kept-42");
  expect(made.problems).toEqual([]);
});

test("a reload in the middle of a full-screen program shows it again, a second browser the same, and both type", async () => {
  const { session } = await boo.chat();
  await boo.send("POST", `/sessions/${session}/terminals`, {});
  await using first = await appPage(browser);
  await first.page.goto(`${boo.url}/sessions/${session}`);
  await attached(first.page);
  await shows(first.page, "ready>");
  await type(first.page, Bun.which("vim") ? "vim -u NONE -N\n" : "less README.md\n");
  await shows(first.page, Bun.which("vim") ? /~\s+~\s+~/ : "Delivers webhooks");
  if (Bun.which("vim")) await first.page.keyboard.type("ihalf a sen");
  await first.page.reload();
  await attached(first.page);
  if (Bun.which("vim")) {
    await shows(first.page, "half a sen");
    // The terminal in front has the keyboard after a reload.
    await until(() => first.page.evaluate(() => document.activeElement?.className.includes("xterm")), BUSY_MS);
    await first.page.keyboard.type("tence");
  }
  await using second = await appPage(browser, { viewport: { width: 900, height: 700 } });
  await second.page.goto(`${boo.url}/sessions/${session}`);
  await attached(second.page);
  await shows(second.page, Bun.which("vim") ? "half a sentence" : "Delivers webhooks");
  await second.page
    .locator(".terminal [data-viewers]", { hasText: "2 viewers" })
    .waitFor({ state: "attached", timeout: BUSY_MS });
  await type(second.page, "");
  await second.page.keyboard.press("Escape");
  await second.page.keyboard.type(Bun.which("vim") ? ":q!\n" : "q");
  await type(second.page, "echo from-$((1+1))\n");
  await shows(first.page, "from-2");
  expect([...first.problems, ...second.problems]).toEqual([]);
});

test("a selection goes to the chat, a place opens the file, a search scrolls back, an end is asked for", async () => {
  const { session } = await boo.chat();
  await boo.send("POST", `/sessions/${session}/layout/changes`, { change: "split", pane: "first", direction: "row" });
  await boo.send("POST", `/sessions/${session}/terminals`, {});
  await using made = await appPage(browser, { expected: /409/ });
  const { page } = made;
  await page.goto(`${boo.url}/sessions/${session}`);
  await attached(page);
  await shows(page, "ready>");
  await type(page, "clear; echo 'src/deliver.ts:2:3 broke'; seq 3 900 | tail -n 0\n");
  await shows(page, /^src\/deliver\.ts:2:3 broke/m);
  const rows = (await page.locator(".terminal:visible .xterm-screen").boundingBox())!;
  const cell = await page.evaluate(() => {
    const t = document.querySelector(".terminal:has(.xterm)")!;
    const term = (window as never as { BooTerm: { xterm(e: unknown): { cols: number; rows: number } } }).BooTerm.xterm(
      t,
    );
    const box = t.querySelector(".xterm-screen")!.getBoundingClientRect();
    return { w: box.width / term.cols, h: box.height / term.rows };
  });
  const line = (await screen(page)).split("\n").findIndex((text) => text.startsWith("src/deliver.ts"));
  const y = rows.y + (line + 0.5) * cell.h;
  await page.mouse.move(rows.x + 2, y);
  await page.mouse.down();
  await page.mouse.move(rows.x + 25.2 * cell.w, y, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.press("Alt+s");
  const field = page.locator('textarea[name="text"]');
  await until(async () => (await field.inputValue()).includes("deliver.ts:2:3 broke"), BUSY_MS);
  expect(await field.inputValue()).toMatch(/^Terminal 2.*:\n```console\nsrc\/deliver\.ts:2:3 broke\n```\n$/);

  await page.mouse.click(rows.x + 40 * cell.w, y + 3 * cell.h);
  await page.mouse.move(rows.x + 4 * cell.w, y, { steps: 4 });
  await page.locator(".terminal .xterm-cursor-pointer").waitFor({ timeout: BUSY_MS });
  await page.mouse.click(rows.x + 4 * cell.w, y);
  await page.locator(".viewer:visible").waitFor({ timeout: BUSY_MS });
  expect(await page.locator(".tab:visible", { hasText: "deliver.ts" }).count()).toBeGreaterThan(0);

  await page.keyboard.press("Alt+2");
  await attached(page);
  await type(page, "seq 1 900\n");
  await shows(page, /\n900\s+ready>/);
  await page.keyboard.press("Control+Shift+F");
  await page.keyboard.type("411");
  await page.keyboard.press("Enter");
  await page.locator("[data-found]", { hasText: "1 line" }).waitFor({ timeout: BUSY_MS });
  await shows(page, /\n411\n412\n/);
  await page.keyboard.press("Escape");
  await shows(page, /\n900\s+ready>/);

  await type(page, "sleep 1000\n");
  await page.locator(".tab:visible", { hasText: "sleep 1000" }).waitFor({ timeout: BUSY_MS });
  await page.locator('[aria-label="Terminal menu"]:visible').click();
  await page.getByRole("button", { name: "End the terminal" }).click();
  await page.getByText("“sleep 1000” is running").waitFor({ timeout: BUSY_MS });
  await page.locator("[data-keep]").click();
  await type(page, "");
  await page.keyboard.press("Control+c");
  await type(page, "exit 4\n");
  await page.getByText("The shell exited with 4.").waitFor({ timeout: BUSY_MS });
  await page.locator(".ended").getByRole("button", { name: "Restart" }).click();
  await page.getByText("The shell exited with 4.").waitFor({ state: "hidden", timeout: BUSY_MS });
  await type(page, "echo back-$((1+1))\n");
  await shows(page, "back-2");
  expect(made.problems).toEqual([]);
}, 90_000);

test("the server killed and started: the page says so, comes back, and the shell is where it was", async () => {
  await using repo = await tempRepo({ files: { "a.txt": "a\n" } });
  const database = await testDatabase();
  endTmuxWithUs(repo.root);
  const port = String(20_000 + Math.floor(Math.random() * 20_000));
  const start = () => startServer({ home: repo.root, database, env: { BOOCODE_PORT: port } });
  try {
    let server = await start();
    const call = async (path: string, body: unknown, method = "POST") =>
      (
        await fetch(server.url + path, {
          method,
          headers: { accept: "application/json", "content-type": "application/json" },
          body: JSON.stringify(body),
        })
      ).json() as Promise<Record<string, { id: string }>>;
    await call("/settings", { terminal_shell: plainShell(repo.root) }, "PATCH");
    const { project } = await call("/projects", { path: repo.root });
    const { session } = await call(`/projects/${project!.id}/sessions`, {});
    await call(`/sessions/${session!.id}/terminals`, {});
    await using made = await appPage(browser, { expected: NETWORK });
    const { page } = made;
    await page.goto(`${server.url}/sessions/${session!.id}`);
    await attached(page);
    await shows(page, "ready>");
    await type(page, "KEPT=here; echo before-$((1+1))\n");
    await shows(page, "before-2");
    const vim = Bun.which("vim") !== null;
    if (vim) {
      await type(page, "vim -u NONE -N\n");
      await shows(page, /~\s+~\s+~/);
      await page.keyboard.type("ibefore-2 in vim");
      await shows(page, "before-2 in vim");
    }
    await server.end("SIGKILL");
    await page.getByText("No connection; trying again in").waitFor({ timeout: BUSY_MS });
    // What stood there stays readable; what is typed now is not swallowed in silence.
    expect(await screen(page)).toContain("before-2");
    await type(page, "x");
    await page.getByText("Not typed: there is no connection right now.").waitFor({ timeout: BUSY_MS });
    server = await start();
    await attached(page);
    if (vim) {
      await type(page, ", and after");
      await shows(page, "before-2 in vim, and after");
      await page.keyboard.press("Escape");
      await page.keyboard.type(":q!\n");
      await shows(page, /ready>$/);
    }
    await type(page, "echo $KEPT-$((1+1))\n");
    await shows(page, "here-2");
    // The death of tmux is told; who starts the shell again types at once.
    await new Tmux(repo.root).killServer();
    await page.getByText("The shell ended: tmux or this machine was stopped.").waitFor({ timeout: BUSY_MS });
    await page.locator(".ended").getByRole("button", { name: "Restart" }).click();
    await attached(page);
    await shows(page, "ready>");
    await page.keyboard.type("echo again-$((1+1))\n");
    await shows(page, "again-2");
    await server.end("SIGTERM");
    expect(made.problems).toEqual([]);
  } finally {
    await new Tmux(repo.root).killServer();
    await database.drop();
  }
}, 90_000);

test("on a phone: keys in a row that hold, a place for the thumb, and a list of terminals", async () => {
  const { session } = await boo.chat();
  await boo.send("POST", `/sessions/${session}/terminals`, { name: "watcher" });
  await using made = await appPage(browser, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const { page } = made;
  await page.goto(`${boo.url}/sessions/${session}`);
  await attached(page);
  await shows(page, "ready>");
  await type(page, "sleep 1000\n");
  await until(async () => (await screen(page)).includes("sleep 1000"), BUSY_MS);
  await page.locator('[data-key="ctrl"]').tap();
  expect(await page.locator('[data-key="ctrl"]').getAttribute("aria-pressed")).toBe("true");
  await page.keyboard.type("c");
  expect(await page.locator('[data-key="ctrl"]').getAttribute("aria-pressed")).toBe("false");
  await type(page, "echo one");
  for (const key of ["|", "~"]) await page.locator(`[data-key="${key}"]`).tap();
  await page.locator('[data-key="interrupt"]').tap();
  await type(page, "echo thumb-$((1+1))");
  await page.locator('[data-key="enter"]').tap();
  await shows(page, "thumb-2");
  expect(await screen(page)).toContain("echo one|~");
  for (const box of await Promise.all((await page.locator(".keys button").all()).map((b) => b.boundingBox())))
    expect(Math.min(box!.width, box!.height)).toBeGreaterThanOrEqual(44);
  // A keyboard that takes height away from the page is no new size.
  const told = () => page.locator("[data-size]").textContent();
  // Until a browser said how large it is, a terminal has the size that it was made with.
  const size = await until(async () => ((await told()) === "120×32" ? null : await told()), BUSY_MS);
  await type(page, "");
  await page.setViewportSize({ width: 390, height: 480 });
  await type(page, "echo same-$((1+1))\n");
  await shows(page, "same-2");
  expect(await told()).toBe(size);
  await page.getByRole("link", { name: "Term" }).tap();
  await page.getByRole("link", { name: "watcher" }).tap();
  await attached(page);
  expect(made.problems).toEqual([]);
}, 60_000);

/** What an agent's TUI does: the whole screen, questions to the terminal, the mouse, 24-bit colours, one picture a tick. */
const TUI = `
process.stdin.setRawMode(true);
process.stdout.write("\\x1b[?1049h\\x1b[?1000h\\x1b[?1006h\\x1b[?2004h\\x1b[c\\x1b[2J");
let heard = "", ticks = 0;
const draw = () => process.stdout.write("\\x1b[H\\x1b[48;2;20;20;30m\\x1b[38;2;250;180;90m tui " + process.stdout.columns + "x" + process.stdout.rows +
  " tick " + ticks + " \\x1b[0m\\x1b[K\\r\\n" + JSON.stringify(heard) + "\\x1b[K");
process.stdout.on("resize", draw);
process.stdin.on("data", (bytes) => {
  heard = (heard + bytes).slice(-60);
  if (heard.endsWith("q")) {
    process.stdout.write("\\x1b[?1000l\\x1b[?1006l\\x1b[?2004l\\x1b[?1049l");
    process.exit(0);
  }
  draw();
});
setInterval(() => { ticks++; draw(); }, 100);
draw();
`;

test("a program like an agent's: it is answered, sees the mouse and a new size, and leaves the screen as it was", async () => {
  const { session } = await boo.chat();
  await Bun.write(`${boo.repo.root}/tui.mjs`, TUI);
  await boo.send("POST", `/sessions/${session}/terminals`, {});
  await using made = await appPage(browser);
  const { page } = made;
  await page.goto(`${boo.url}/sessions/${session}`);
  await attached(page);
  await shows(page, "ready>");
  await type(page, `echo before; ${process.execPath} tui.mjs\n`);
  await shows(page, /^ tui \d+x\d+ tick [1-9]/);
  // The answer to its question (DA1) came from tmux.
  await shows(page, "[?1;2c");
  /** What the program was told, once the line below says the same. */
  const told = () =>
    until(async () => {
      const size = / tui (\d+x\d+) /.exec(await screen(page))?.[1];
      return size === (await page.locator("[data-size]").textContent())?.replace("×", "x") ? size : null;
    }, BUSY_MS);
  const wide = await told();
  await until(async () => {
    await page.locator(".terminal:visible .xterm-screen").click({ position: { x: 40, y: 60 } });
    return /\[<0;\d+;\d+M/.test(await screen(page));
  }, BUSY_MS);
  await page.setViewportSize({ width: 900, height: 600 });
  await until(async () => (await told()) !== wide, BUSY_MS);
  await type(page, "q");
  await shows(page, /before\s+ready>$/);
  expect(made.problems).toEqual([]);
}, 60_000);

test("a test watcher runs again when a file changes", async () => {
  const { session } = await boo.chat();
  const file = `${boo.repo.root}/sum.test.ts`;
  const testOf = (sum: number) =>
    `import { expect, test } from "bun:test";\ntest("sums", () => expect(1 + 1).toBe(${sum}));\n`;
  await Bun.write(file, testOf(2));
  await boo.send("POST", `/sessions/${session}/terminals`, {});
  await using made = await appPage(browser);
  const { page } = made;
  await page.goto(`${boo.url}/sessions/${session}`);
  await attached(page);
  await shows(page, "ready>");
  await type(page, `${process.execPath} test --watch ./sum.test.ts\n`);
  await shows(page, "1 pass");
  await Bun.write(file, testOf(3));
  await shows(page, "1 fail");
  await page.reload();
  await attached(page);
  await shows(page, "1 fail");
  await Bun.write(file, testOf(2));
  await shows(page, /1 pass\s+0 fail/);
  await type(page, "");
  await page.keyboard.press("Control+c");
  await shows(page, /ready>$/);
  expect(made.problems).toEqual([]);
}, 60_000);
