/** The read-only file page: a window of numbered, highlighted lines; raster images as they are. */
import { Elysia } from "elysia";
import { z } from "zod";
import { FileContent } from "../../../views/files/file.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { readProjectFile, readProjectImage } from "../../engine/files.ts";
import { framePage } from "../../engine/pages.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { foreignBytes } from "../headers.ts";
import { respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";

const line = z.coerce.number().int().min(1).max(1_000_000_000);
const Query = z.object({
  line: line.optional().describe("Line to mark; the window is the one that holds it."),
  from: line.optional().describe("First line of the window."),
  raw: flag.optional().describe("The bytes of a raster image."),
});

export function fileRoutes(web: Web) {
  return new Elysia().get(
    "/projects/:id/files/*",
    ({ request, params }) => show(web, request, params.id, params["*"]),
    describing("files")({
      summary: "A window of a file, as the read tools would show it.",
      query: Query,
      answers: { 200: { file: "File" } },
      also: { "image/*": "With `raw=1`." },
    }),
  );
}

async function show(web: Web, request: Request, projectId: string, rawPath: string): Promise<Response> {
  const query = parseQuery(request, Query);
  const path = decode(rawPath);
  if (query.raw) {
    const image = await readProjectImage(web.core, projectId, path);
    return foreignBytes(image.bytes, { type: image.type, name: image.name, inline: true });
  }
  const { project, file } = await readProjectFile(web.core, projectId, path, {
    from: query.from ?? null,
    marked: query.line ?? null,
  });
  return respond(request, {
    page: async () => {
      await loadHighlighter();
      const frame = { ...frameFor(web, request, await framePage(web.core)) };
      return (
        <Page frame={frame} title={file.path} current={{ project_id: projectId }}>
          {FileContent({ project, file }) as "safe"}
        </Page>
      ) as string;
    },
    json: () => ({ file }),
  });
}

/** Elysia leaves a path parameter as it came where decoding fails. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
