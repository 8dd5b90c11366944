/**
 * A page whose start is sent before the rest is read. A browser needs some time to begin with a page (a process, the
 * style, the script): it passes while we read. Only for a page of which is known that it exists, because its status is
 * 200 from then on: what fails afterwards is told by the page itself, in the words that it would have had anyway.
 */
import { pageStart, REST_OF_PAGE } from "../../views/layout/page.tsx";
import { lookOf } from "../engine/pages.ts";
import { errorViews } from "./error-pages.tsx";
import { logged } from "./errors.ts";
import { htmlInPieces } from "./respond.ts";
import type { Web } from "./web.ts";

/** `draw` makes the whole page, as for any other answer. */
export function earlyPage(web: Web, request: Request, draw: () => Promise<string>): Response {
  const start = pageStart({ look: lookOf(web.core), asset: (name) => web.assets.url(name) });
  return htmlInPieces(
    request,
    pieces(start, () => draw().catch((thrown) => errorPage(web, request, thrown))),
  );
}

async function* pieces(start: string, draw: () => Promise<string>): AsyncGenerator<string> {
  const drawn = draw();
  // It is waited for below, but may fail before the start is taken.
  drawn.catch(() => {});
  yield start;
  const page = await drawn;
  yield page.slice(page.indexOf(REST_OF_PAGE));
}

async function errorPage(web: Web, request: Request, thrown: unknown): Promise<string> {
  return errorViews(web).page(logged(web.core.log, thrown, request).info, request);
}
