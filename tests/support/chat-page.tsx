/** The chat page as one document with the real CSS, htmx and scripts, under the product's content security policy. */
import type { ChatView, ComposerState } from "../../src/domain/page.ts";
import { ChatContent } from "./chat-content.tsx";
import { NOW } from "./chat-fixtures.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const SCRIPTS = [
  "node_modules/htmx.org/dist/htmx.js",
  ...["composer", "log", "ticks", "copy"].map((name) => `public/js/${name}.js`),
];

export const emptyComposer: ComposerState = { draft: "", attachments: [], client_id: "first-client-id", error: null };

export function chatDocument(view: ChatView, composer = emptyComposer, theme = "light"): string {
  const inside = <ChatContent view={view} composer={composer} now={NOW} />;
  return `<!doctype html><html lang="en" data-theme="${theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Chat</title>
<meta name="htmx-config" content='{"morphIgnore":["data-htmx-powered","open"],"includeIndicatorCSS":false}'>
<link rel="stylesheet" href="/app.css">${SCRIPTS.map((path) => `<script defer src="/${path}"></script>`).join("")}</head>
<body><div class="app" data-nav="none"><main class="main" id="main">${inside}</main></div></body></html>`;
}

/** CSS in the order the product sends it. */
async function stylesheet(): Promise<string> {
  const order: string[] = await Bun.file(`${ROOT}public/css/order.json`).json();
  const files = order.map((name) => Bun.file(`${ROOT}public/css/${name}`));
  return (await Promise.all(files.map(async (file) => ((await file.exists()) ? file.text() : "")))).join("\n");
}

type Answer = (request: Request, url: URL) => Response | undefined | Promise<Response | undefined>;

/** Serves the assets, and whatever `answer` says; a string page is `html(...)`. Ends with `server.stop(true)`. */
export function serveChat(answer: Answer) {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname === "/app.css")
        return new Response(await stylesheet(), { headers: { "Content-Type": "text/css" } });
      if (SCRIPTS.includes(url.pathname.slice(1))) return new Response(Bun.file(ROOT + url.pathname.slice(1)));
      return (await answer(request, url)) ?? new Response("not found", { status: 404 });
    },
  });
}

export const html = (body: string, status = 200): Response =>
  new Response(body, {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CSP },
  });
