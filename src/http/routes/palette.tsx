/** GET /palette: what the palette finds, as a list for the dialog, a page, or JSON. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { PaletteContent, PaletteList } from "../../../views/palette/palette.tsx";
import { framePage } from "../../engine/pages.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

const Query = z.object({
  q: z.string().max(200).default("").describe("What was typed; `>`, `@`, `#` or `/` first asks for one kind alone."),
  session: z.string().max(40).optional().describe("Session whose project's files are found too."),
});

export function paletteRoutes(web: Web) {
  return new Elysia().get(
    "/palette",
    ({ request }) => find(web, request),
    describing("palette")({
      summary: "Sessions, chats, projects, files and actions, best first.",
      query: Query,
      answers: { 200: { mode: "string", items: "PaletteItem[]" } },
    }),
  );
}

async function find(web: Web, request: Request): Promise<Response> {
  const { q, session } = parseQuery(request, Query);
  const session_id = session ?? null;
  const { items, mode } = await web.palette.find({ text: q, session_id });
  return respond(request, {
    fragment: () => PaletteList({ items, mode }) as string,
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return (
        <Page frame={frame} title="Go to">
          {PaletteContent({ items, mode, text: q, session_id }) as "safe"}
        </Page>
      ) as string;
    },
    json: () => ({ mode, items }),
  });
}
