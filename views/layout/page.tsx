/** The whole document: head, frame, and the one element that holds the event stream. */
import type { Children } from "@kitajs/html";
import type { Frame } from "../../src/domain/page.ts";
import { ids } from "../ids.ts";
import { KeySheet } from "../keys/key-sheet.tsx";
import { PaletteDialog } from "../palette/palette.tsx";
import { BottomBar, type Current, Rail, Sidebar } from "./sidebar.tsx";

/**
 * htmx's settings. `open` stays as the reader left it when a region is morphed (log.js notes `data-touched`). The stream is opened once by hx-sse; when
 * it is opened again is decided by public/js/stream.js. Links are plain page loads, so htmx keeps its hands off history.
 */
export const HTMX_CONFIG = JSON.stringify({
  morphIgnore: ["data-htmx-powered", "data-touched", "open"],
  includeIndicatorCSS: false,
  history: false,
  sse: { reconnect: false, pauseOnBackground: false, connectTimeout: 10_000 },
});

interface PageProps {
  frame: Frame;
  title: string;
  current?: Current;
  body_class?: string;
  /** Seconds after which the browser loads the page again by itself. */
  refresh_s?: number;
  /** Drawn while it is parsed: a transcript is too long to wait for its end. */
  early?: boolean;
  children?: Children;
}

/** A page with sidebar, rail and bottom bar; `children` fill <main>: a header.bar first, then one element that takes the rest. */
export function Page({ frame, title, current, body_class, refresh_s, early, children }: PageProps): string {
  return document(
    { frame, title, refresh_s, early },
    <body class={body_class}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <div class="app" data-nav="full">
        <Rail frame={frame} />
        <Sidebar frame={frame} current={current} />
        <main class="main" id="main" tabindex="-1">
          <div id={ids.conn} role="status" class="conn"></div>
          <div id={ids.notice} role="alert" class="pagenote"></div>
          {children}
        </main>
        <BottomBar frame={frame} current={current} />
      </div>
      <End />
      <PaletteDialog session_id={current?.session_id ?? null} />
      <KeySheet />
      <Stream frame={frame} />
    </body>,
  );
}

/** A page of its own, without a sidebar: signing in, first run, and errors before there is anything to navigate. */
export function BarePage({ frame, title, body_class, refresh_s, children }: PageProps): string {
  return document(
    { frame, title, refresh_s },
    <body class={body_class}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <div class="app" data-nav="none">
        <main class="main" id="main" tabindex="-1">
          {children}
        </main>
      </div>
      <End />
    </body>,
  );
}

/**
 * What a page begins with, up to its title: known before anything is read, and all that a browser needs to ask for
 * style and script (src/http/early.ts sends it first).
 */
export function pageStart({ look, asset }: Pick<Frame, "look" | "asset">): string {
  const theme = look?.theme === "light" || look?.theme === "dark" ? look.theme : undefined;
  const density = look?.density === "roomy" ? "roomy" : undefined;
  const size = look && look.font_size !== "normal" ? look.font_size : undefined;
  const opened = (
    <html lang="en" data-theme={theme} data-density={density} data-size={size}>
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=overlays-content"
        />
        <meta name="color-scheme" content={theme ?? "light dark"} />
        <meta name="theme-color" content="#f5f5f2" {...{ media: "(prefers-color-scheme: light)" }} />
        <meta name="theme-color" content="#1a1c1f" {...{ media: "(prefers-color-scheme: dark)" }} />
        <link rel="stylesheet" href={asset("app.css")} />
        <meta name="htmx-config" content={HTMX_CONFIG} />
        <script defer src={asset("app.js")}></script>
        <link rel="icon" href={asset("icons/ghost.svg")} type="image/svg+xml" />
        <link rel="apple-touch-icon" href={asset("icons/ghost-192.png")} />
        <link rel="manifest" href={asset("manifest.webmanifest")} />
      </head>
    </html>
  ) as string;
  return `<!doctype html>${opened.slice(0, -"</head></html>".length)}`;
}

/** Where the rest of a page begins, for who sent the start of it already. */
export const REST_OF_PAGE = "<title>";

type Rest = Pick<PageProps, "frame" | "title" | "refresh_s" | "early">;

function document({ frame, title, refresh_s, early = false }: Rest, body: JSX.Element): string {
  const rest = (
    <>
      <title safe>{`${title} · BooCode`}</title>
      {refresh_s === undefined ? "" : <meta http-equiv="refresh" content={String(refresh_s)} />}
      {/* The first picture waits for the page: drawn while it is parsed, what stands at the end of a line or of the screen
          would move as its neighbours come. Of a page that is drawn early it waits for the sidebar: a picture of nothing
          would only put off the first one that shows something. */}
      <link rel="expect" href={`#${early ? ids.notice : ids.pageEnd}`} {...{ blocking: "render" }} />
    </>
  );
  return `${pageStart(frame)}${rest}</head>${body}</html>`;
}

/** What is drawn stands before it. */
const End = () => <span id={ids.pageEnd} hidden></span>;

/** Outside every swap: a morph that reached it would close the connection. */
function Stream({ frame }: { frame: Frame }) {
  if (frame.stream === null) return "";
  // hx-sync: hx-sse starts a second connection when the element is processed again before the first one answered.
  return <div id="stream" hx-sse:connect={frame.stream} hx-swap="none" hx-sync="this:drop" hx-morph-skip hidden></div>;
}
