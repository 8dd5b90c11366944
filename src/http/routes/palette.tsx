/** GET /palette: what the palette finds, as a list for the dialog, a page, or JSON. */
import { Elysia } from "elysia";
import { z } from "zod";
import { FileOptions } from "../../../views/chats/slash.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { PaletteContent, PaletteList } from "../../../views/palette/palette.tsx";
import { framePage } from "../../engine/pages.ts";
import { notFound } from "../../lib/errors.ts";
import { findChat } from "../../store/chats.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

const about = describing("palette");
const Query = z.object({
  q: z.string().max(200).default("").describe("What was typed; `>`, `@`, `#` or `/` first asks for one kind alone."),
  session: z.string().max(40).optional().describe("Session whose project's files are found too."),
});

const Typed = z.object({ q: z.string().max(200).default("").describe("What was typed after the `@`.") });

export function paletteRoutes(web: Web) {
  return new Elysia()
    .get(
      "/palette",
      ({ request }) => find(web, request),
      about({
        summary: "Sessions, chats, projects, files and actions, best first.",
        query: Query,
        answers: { 200: { mode: "string", items: "PaletteItem[]" } },
      }),
    )
    .get(
      "/chats/:id/file-names",
      ({ request, params }) => fileNames(web, request, params.id),
      about({
        summary: "Files of the chat's project to attach, best first.",
        query: Typed,
        answers: { 200: { items: "PaletteItem[]" } },
        also: { "text/html": "Options of the composer's menu, for htmx." },
      }),
    );
}

async function fileNames(web: Web, request: Request, id: string): Promise<Response> {
  const { q } = parseQuery(request, Typed);
  const chat = await findChat(web.core.sql, id);
  if (!chat) throw notFound("chat");
  const { items } = await web.palette.find({ text: `@${q}`, session_id: chat.session_id });
  return respond(request, {
    fragment: () => FileOptions({ files: items, chat_id: id }) as string,
    json: () => ({ items }),
  });
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
