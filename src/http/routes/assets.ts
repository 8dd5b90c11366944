/** Assets need no identity (the login page is drawn with them) but pass the guard like everything. */
import { Elysia } from "elysia";
import type { Assets } from "../assets.ts";
import { describing } from "../describe.ts";

const about = describing("pages");

export function assetRoutes(assets: Assets) {
  return new Elysia()
    .get(
      "/assets/*",
      ({ request }) => assets.serve(request),
      about({
        summary: "Styles, scripts, icons; the name holds a hash of the content.",
        answers: {},
        also: { "*/*": "The file." },
      }),
    )
    .get(
      "/favicon.ico",
      () => new Response(null, { status: 302, headers: { location: assets.url("icons/ghost.svg") } }),
      about({ summary: "Redirects to the icon.", answers: {}, also: { "image/svg+xml": "The icon." } }),
    );
}
