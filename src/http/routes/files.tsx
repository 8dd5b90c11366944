/** A file of a project: a window of numbered, highlighted lines, as a page or in a pane; raster images as they are. */
import { Elysia } from "elysia";
import { z } from "zod";
import { DirectoryPane } from "../../../views/files/directory.tsx";
import { FileContent, FilePane } from "../../../views/files/file.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { urls } from "../../../views/urls.ts";
import { isDirectoryError, readProjectFile, readProjectImage } from "../../engine/files.ts";
import { framePage } from "../../engine/pages.ts";
import { readTree } from "../../engine/tree.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { foreignBytes } from "../headers.ts";
import { htmlAnswer, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";

const line = z.coerce.number().int().min(1).max(1_000_000_000);
const Query = z.object({
  line: line.optional().describe("Line to mark; the window is the one that holds it."),
  to: line.optional().describe("Last line to mark."),
  from: line.optional().describe("First line of the window."),
  raw: flag.optional().describe("The bytes of a raster image."),
  pane: flag.optional().describe("Fragments: for a pane."),
  chat: z.string().min(1).optional().describe("Reads the file as this chat's session has it: in its worktree."),
  goto: line.optional().describe("Pages: goes to the address of this line."),
});

export function fileRoutes(web: Web) {
  return new Elysia().get(
    "/projects/:id/files/*",
    ({ request, params }) => show(web, request, params.id, params["*"]),
    describing("files")({
      summary: "A window of a file, as the read tools would show it.",
      query: Query,
      answers: { 200: { file: "File", worktree: "FileInWorktree|null" } },
      also: { "image/*": "With `raw=1`." },
    }),
  );
}

async function show(web: Web, request: Request, projectId: string, rawPath: string): Promise<Response> {
  const query = parseQuery(request, Query);
  const path = decode(rawPath);
  const chat = query.chat ?? null;
  if (query.raw) {
    const image = await readProjectImage(web.core, projectId, path, chat);
    return foreignBytes(image.bytes, { type: image.type, name: image.name, inline: true });
  }
  // A form cannot say #L500; without the hash the browser does not scroll there.
  if (query.goto && wants(request) === "page") return seeOther(urls.file(projectId, path, query.goto, chat));
  const window = { from: query.from ?? null, marked: query.goto ?? query.line ?? null, marked_to: query.to ?? null };
  try {
    return await showFile(web, request, await readProjectFile(web.core, projectId, path, window, chat));
  } catch (error) {
    if (!isDirectoryError(error) || wants(request) === "json") throw error;
    return showDirectory(web, request, projectId, path);
  }
}

type Shown = Awaited<ReturnType<typeof readProjectFile>>;

async function showFile(web: Web, request: Request, { project, file, worktree }: Shown): Promise<Response> {
  await loadHighlighter();
  const raw_url = file.image ? urls.fileRaw(project.id, file.path, worktree?.chat_id) : null;
  const current = { project_id: project.id, ...(worktree && { session_id: worktree.session_id }) };
  return respond(request, {
    fragment: () => FilePane({ project, file, worktree, raw_url }) as string,
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return (
        <Page frame={frame} title={file.path} current={current}>
          {FileContent({ project, file, worktree, raw_url }) as "safe"}
        </Page>
      ) as string;
    },
    json: () => ({ file, worktree }),
  });
}

async function showDirectory(web: Web, request: Request, projectId: string, path: string): Promise<Response> {
  if (wants(request) === "page") return seeOther(urls.tree(projectId, { path }));
  const { project, level } = await readTree(web.core, projectId, { path, ignored: false, sizes: true });
  return htmlAnswer(request, DirectoryPane({ project, level, ignored: false }) as string);
}

/** Elysia leaves a path parameter as it came where decoding fails. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
