#!/usr/bin/env bun
/**
 * Looks at pages without a database: `bun scripts/storybook.ts` serves every story, read anew on each request
 * (`?theme=dark`); `bun scripts/storybook.ts shots DIR [name…]` takes pictures, wide and narrow, light and dark.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Theme } from "../src/domain/page.ts";
import { loadAssets } from "../src/http/assets.ts";
import { SECURITY_HEADERS } from "../src/http/headers.ts";
import { stories, storyDocument } from "./storybook/stories.tsx";

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };
const RAIL = { width: 1024, height: 768 };

async function serve(port: number) {
  const assets = await loadAssets({ dev: true });
  return Bun.serve({
    port,
    hostname: "127.0.0.1",
    async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname.startsWith("/assets/")) return assets.serve(request);
      if (url.pathname === "/") return page(index());
      const theme = (url.searchParams.get("theme") ?? "system") as Theme;
      const html = storyDocument(url.pathname.slice(1), {
        look: { theme, density: "dense", font_size: "normal" },
        asset: (name) => assets.url(name),
      });
      return html === null ? new Response("There is no such story.", { status: 404 }) : page(html);
    },
  });
}

const page = (html: string) =>
  new Response(html, { headers: { ...SECURITY_HEADERS, "content-type": "text/html; charset=utf-8" } });

function index(): string {
  const links = Object.keys(stories).map(
    (name) => `<li><a href="/${name}">${name}</a> <a href="/${name}?theme=dark">dark</a>`,
  );
  return `<!doctype html><title>Stories</title><ul>${links.join("")}</ul>`;
}

async function shots(dir: string, names: string[]): Promise<void> {
  const { chromium } = await import("playwright-core");
  const server = await serve(0);
  mkdirSync(dir, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  for (const [form, viewport] of Object.entries({ wide: WIDE, narrow: NARROW, rail: RAIL })) {
    const narrow = form === "narrow";
    // Without script: that is how a page must look before any of it ran, and ages stand still.
    const context = await browser.newContext({
      viewport,
      hasTouch: narrow,
      isMobile: narrow,
      javaScriptEnabled: false,
    });
    const tab = await context.newPage();
    for (const name of names.length ? names : Object.keys(stories)) {
      for (const theme of form === "rail" ? ["light"] : ["light", "dark"]) {
        await tab.goto(`${server.url}${name}?theme=${theme}`);
        await tab.screenshot({ path: join(dir, `${name}-${form}-${theme}.png`) });
      }
    }
    await context.close();
  }
  await browser.close();
  await server.stop(true);
}

const [command, dir, ...names] = process.argv.slice(2);
if (command === "shots" && dir) {
  await shots(dir, names);
  process.exit(0);
} else {
  const server = await serve(Number(process.env.PORT ?? 0));
  process.stdout.write(`Stories: ${server.url}\n`);
}
