/** Assets need no identity (the login page is drawn with them) but pass the guard like everything. */
import { Elysia } from "elysia";
import type { Assets } from "../assets.ts";

export function assetRoutes(assets: Assets) {
  return new Elysia()
    .get("/assets/*", ({ request }) => assets.serve(request))
    .get(
      "/favicon.ico",
      () => new Response(null, { status: 302, headers: { location: assets.url("icons/ghost.svg") } }),
    );
}
