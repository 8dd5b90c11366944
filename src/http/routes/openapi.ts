/** GET /openapi.json: placeholder import, filled below. */
import { Elysia } from "elysia";
import type { Web } from "../web.ts";

export function openapiRoutes(_web: Web) {
  return new Elysia();
}
