/** What a real browser makes of the guard: our own pages work, and a hostile page on another port gets nothing. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { createLoginAttempts, createToken } from "../../src/engine/access.ts";
import { type Assets, loadAssets } from "../../src/http/assets.ts";
import { bareErrorViews, loginPage } from "../../src/http/bare-pages.tsx";
import { assetRoutes } from "../../src/http/routes/assets.ts";
import { loginRoutes, loginUrl } from "../../src/http/routes/login.ts";
import { urls } from "../../views/urls.ts";
import { type Running, sampleRoutes, serve } from "../http/serve.ts";
import { launchChromium } from "../support/chromium.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";

const TIMEOUT_MS = 60_000;
let browser: Browser;
let database: TestDatabase;
let assets: Assets;
let evil: Bun.Server<undefined>;
let reached: string[] = [];
beforeAll(async () => {
  [browser, database, assets] = await Promise.all([launchChromium(), testDatabase(), loadAssets()]);
  evil = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("<!doctype html><title>evil</title>", { headers: { "content-type": "text/html" } }),
  });
});
afterAll(async () => {
  await Promise.all([browser.close(), database.drop(), evil.stop(true)]);
});

/** Loopback mode, with a note of every request that got as far as a route. */
function openServer(): Running {
  reached = [];
  return serve(
    {},
    {
      routes: (app, closing) =>
        sampleRoutes(
          app.onBeforeHandle(
            { as: "global" },
            ({ request }) => void reached.push(new URL(request.url).pathname),
          ) as never,
          closing,
        ),
    },
  );
}
const asLocalhost = (server: { port: number | undefined }) => `http://localhost:${server.port}`;

test(
  "signing in and out with the real page, under the policy",
  async () => {
    const core = { sql: database.sql };
    const server = serve(
      { auth: "token" },
      {
        core,
        loginUrl,
        errorViews: bareErrorViews(assets),
        routes: (app, closing) =>
          sampleRoutes(app, closing)
            .use(assetRoutes(assets))
            .use(loginRoutes({ mode: "token", core, attempts: createLoginAttempts(), page: loginPage(assets) })),
      },
    );
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (said) => said.text().includes("Content Security Policy") && problems.push(said.text()));
    await page.goto(`${asLocalhost(server)}/things/7?x=1`);
    expect(new URL(page.url()).pathname).toBe(urls.login);
    await page.fill("input[name=token]", "boo_wrong");
    await page.press("input[name=token]", "Enter");
    expect(await page.textContent("[role=alert].note-bad")).toContain("4 tries left");
    const { token } = await createToken(core, "browser");
    await page.fill("input[name=token]", token);
    await page.press("input[name=token]", "Enter");
    await page.waitForURL("**/things/7?x=1");
    expect(await page.textContent("p")).toBe("7");
    // Our own form posts must carry our Origin and not null: that is what the Referrer-Policy is for.
    await page.setContent(`<form method="post" action="${urls.logout}"><button>Sign out</button></form>`);
    await page.click("button");
    await page.waitForURL("**/login");
    expect((await page.goto(`${asLocalhost(server)}/nothing`))?.url()).toContain(urls.login);
    expect(problems).toEqual([]);
    await page.close();
    await server.stop();
  },
  TIMEOUT_MS,
);

test("an error page is drawn with our style", async () => {
  const server = serve(
    {},
    {
      errorViews: bareErrorViews(assets),
      routes: (app, closing) => sampleRoutes(app, closing).use(assetRoutes(assets)),
    },
  );
  const page = await browser.newPage();
  const answer = await page.goto(`${asLocalhost(server)}/nothing`);
  expect(answer?.status()).toBe(404);
  expect(await page.textContent("h1")).toBe("There is nothing at this address");
  expect(await page.textContent(".code-no")).toContain(answer?.headers()["x-request-id"] ?? "no id");
  await page.close();
  await server.stop();
});

test(
  "a hostile page on another port of this machine reaches no route",
  async () => {
    const server = openServer();
    const page = await browser.newPage();
    await page.goto(asLocalhost(evil));
    const got = await page.evaluate(async (target) => {
      const outcome = (attempt: Promise<unknown>) => attempt.then(String, () => "refused");
      const event = (make: () => EventTarget & { close?: () => void }, good: string, bad: string) =>
        new Promise<string>((done) => {
          const thing = make();
          thing.addEventListener(good, () => done(good));
          thing.addEventListener(bad, () => done("refused"));
        });
      const element = (tag: "img" | "script", src: string) =>
        event(() => document.head.appendChild(Object.assign(document.createElement(tag), { src })), "load", "error");
      const post = { method: "POST", mode: "no-cors", body: new URLSearchParams({ a: "b" }) } as const;
      return {
        read: await outcome(fetch(`${target}/me`).then((r) => r.text())),
        blind: await outcome(fetch(`${target}/started`, post).then((r) => r.text())),
        json: await outcome(
          fetch(`${target}/started`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: "{}",
          }).then((r) => r.text()),
        ),
        image: await element("img", `${target}/bytes?type=image/png`),
        script: await element("script", `${target}/me`),
        stream: await event(() => new EventSource(`${target}/stream`), "message", "error"),
        socket: await event(() => new WebSocket(`${target.replace("http", "ws")}/socket`), "open", "error"),
      };
    }, asLocalhost(server));
    expect(got).toEqual({
      read: "refused",
      blind: "refused",
      json: "refused",
      image: "refused",
      script: "refused",
      stream: "refused",
      socket: "refused",
    });

    // A form posted from there, as a top-level navigation and from a frame whose origin is null.
    await page.setContent(`<form method="post" action="${asLocalhost(server)}/started"><button>x</button></form>`);
    await Promise.all([page.waitForNavigation(), page.click("button")]);
    expect(page.url()).toBe(`${asLocalhost(server)}/started`);
    await page.goto(asLocalhost(evil));
    // Asked of the server: Chromium sometimes tells nobody of an answer inside a sandboxed frame.
    const seen = server.log.length;
    const refused = (path: string) =>
      until(() =>
        server.log.slice(seen).some((line) => line.includes(`"path":"${path}"`) && line.includes('"status":403')),
      );
    const form = `<form method=post action='${asLocalhost(server)}/started'></form><script>document.forms[0].submit()</script>`;
    await page.setContent(`<iframe sandbox="allow-forms allow-scripts" srcdoc="${form}"></iframe>`);
    await refused("/started");
    await page.setContent(`<iframe src="${asLocalhost(server)}/things/1"></iframe>`);
    await refused("/things/1");
    expect(reached).toEqual([]);

    // A link is all it may have, and its window stays out of reach.
    await page.goto(asLocalhost(evil));
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate((target) => void window.open(`${target}/things/1`), asLocalhost(server)),
    ]);
    await popup.waitForLoadState();
    expect(await popup.textContent("body")).toContain("1");
    expect(await popup.evaluate(() => window.opener)).toBeNull();
    expect(reached).toEqual(["/things/1"]);
    await page.close();
    await server.stop();
  },
  TIMEOUT_MS,
);
