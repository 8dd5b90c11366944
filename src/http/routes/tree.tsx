/** The file tree: one directory level, those that are open below it, or the files that a filter finds. */
import { Elysia } from "elysia";
import { z } from "zod";
import { DirectoryContent, TreeContent } from "../../../views/files/directory.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { Level, TreeList } from "../../../views/rail/tree.tsx";
import type { Project } from "../../domain/project.ts";
import type { OpenLevels, TreeLevel, TreeMatches } from "../../domain/tree.ts";
import { framePage } from "../../engine/pages.ts";
import { filterTree, readTree } from "../../engine/tree.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { respond, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";

const Query = z.object({
  path: z.string().max(4096).default("").describe("A directory of the project; the project itself by default."),
  filter: z.string().default("").describe("Words that a file's path must have; then all files are looked at."),
  ignored: flag.default(false).describe("Also what git ignores."),
  open: z
    .union([z.string().transform((path) => [path]), z.array(z.string())])
    .default([])
    .describe("Directories whose entries are wanted too; may be repeated."),
});
type Query = z.output<typeof Query>;

export function treeRoutes(web: Web) {
  return new Elysia().get(
    "/projects/:id/tree",
    ({ request, params }) => show(web, request, params.id),
    describing("files")({
      summary: "The entries of a directory with git's marks, or the files that a filter finds.",
      query: Query,
      answers: { 200: { tree: "TreeLevel?", open: "TreeLevel[]?", matches: "TreeMatches?" } },
    }),
  );
}

interface Read {
  project: Project;
  list: TreeLevel | TreeMatches;
  open: OpenLevels;
}

async function show(web: Web, request: Request, projectId: string): Promise<Response> {
  const query = parseQuery(request, Query);
  const { project, list, open } = await read(web, request, projectId, query);
  const props = { project_id: projectId, ignored: query.ignored, filter: query.filter, open };
  return respond(request, {
    fragment: () =>
      (query.path === "" || "filter" in list
        ? TreeList({ ...props, list })
        : Level({ ...props, level: list as TreeLevel })) as string,
    page: () => draw(web, request, query, { project, list, open }),
    json: () => ("filter" in list ? { matches: list } : { tree: list, open: Object.values(open) }),
  });
}

async function read(web: Web, request: Request, projectId: string, query: Query): Promise<Read> {
  if (query.filter.trim() !== "") {
    const { project, matches } = await filterTree(web.core, projectId, query.filter, query.ignored);
    return { project, list: matches, open: {} };
  }
  const { path, ignored, open } = query;
  const sizes = wants(request) !== "fragment";
  const tree = await readTree(web.core, projectId, { path, ignored, open, sizes });
  return { project: tree.project, list: tree.level, open: tree.open };
}

async function draw(web: Web, request: Request, query: Query, { project, list, open }: Read): Promise<string> {
  const frame = frameFor(web, request, await framePage(web.core));
  const { ignored, filter } = query;
  const isWhole = "filter" in list || list.path === "";
  return (
    <Page frame={frame} title={isWhole ? `Files of ${project.name}` : list.path} current={{ project_id: project.id }}>
      {
        (isWhole
          ? TreeContent({ project, list, open, ignored, filter })
          : DirectoryContent({ project, level: list, ignored })) as "safe"
      }
    </Page>
  ) as string;
}
