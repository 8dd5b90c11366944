/** The git panel over HTTP: what has changed, and what a human does about it. Every post answers with how things stand. */
import { Elysia } from "elysia";
import { z } from "zod";
import { DiffBox, DiffContent } from "../../../views/diff/diff-box.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { GitContent } from "../../../views/rail/git-page.tsx";
import { type GitPanelProps, GitPanelView } from "../../../views/rail/git-panel.tsx";
import { urls } from "../../../views/urls.ts";
import {
  changeDiff,
  commitChanges,
  type Done,
  discardPaths,
  gitPanel,
  makeRepository,
  stageChanges,
  trustHooks,
  undoDiscarded,
  unstageChanges,
} from "../../engine/git.ts";
import { framePage } from "../../engine/pages.ts";
import { AppError } from "../../lib/errors.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { htmlAnswer, jsonAnswer, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";

const about = describing("git");
const path = z.string().min(1).max(4096);
/** JSON says `paths`; a form's button says `path`. */
const paths = { paths: z.array(path).optional(), path: z.union([path, z.array(path)]).optional() };
const Selection = z.object({ ...paths, all: flag.default(false).describe("Everything there is, instead of paths.") });
const Paths = z.object(paths);
const Commit = z.object({
  message: z.string({ error: "Write what the commit does." }),
  staged_key: z
    .string()
    .max(40)
    .optional()
    .describe("Of the state you looked at; refused when something else is staged by now."),
});
const Trust = z.object({ trusted: flag });
const Diff = z.object({
  path,
  staged: flag.default(false).describe("Between the last commit and the index; else up to the working tree."),
  all: flag.default(false).describe("Also what is too large to be shown unasked."),
});

export function gitRoutes(web: Web) {
  const { core } = web;
  return new Elysia()
    .get(
      "/projects/:id/git",
      ({ request, params }) => show(web, request, params.id),
      about({ summary: "Where the branch stands and what has changed.", answers: { 200: { git: "GitPanel" } } }),
    )
    .post(
      "/projects/:id/git",
      ({ request, params }) => act(web, request, params.id, () => makeRepository(core, params.id), { status: 201 }),
      about({ summary: "Makes the project a git repository (`git init`).", answers: { 201: DONE } }),
    )
    .get(
      "/projects/:id/git/diff",
      ({ request, params }) => showDiff(web, request, params.id),
      about({ summary: "The difference of one changed path.", query: Diff, answers: { 200: { diff: "FileDiff" } } }),
    )
    .post(
      "/projects/:id/git/stagings",
      async ({ request, params }) => {
        const { all, ...named } = await parseBody(request, Selection);
        return act(web, request, params.id, () => stageChanges(core, params.id, { all, paths: pathsOf(named) }));
      },
      about({ summary: "Stages changes.", body: Selection, answers: { 200: DONE } }),
    )
    .post(
      "/projects/:id/git/unstagings",
      async ({ request, params }) => {
        const { all, ...named } = await parseBody(request, Selection);
        return act(web, request, params.id, () => unstageChanges(core, params.id, { all, paths: pathsOf(named) }));
      },
      about({ summary: "Takes changes out of the index.", body: Selection, answers: { 200: DONE } }),
    )
    .post(
      "/projects/:id/git/commits",
      async ({ request, params }) => {
        const input = await parseBody(request, Commit);
        const work = () => commitChanges(core, params.id, input);
        return act(web, request, params.id, work, {
          status: 201,
          message: input.message,
          json: ({ commit }) => ({ commit }),
        });
      },
      about({ summary: "Commits what is staged.", body: Commit, answers: { 201: { commit: "Commit", ...DONE } } }),
    )
    .post(
      "/projects/:id/git/discards",
      async ({ request, params }) => {
        const named = pathsOf(await parseBody(request, Paths));
        const work = () => discardPaths(core, params.id, named);
        return act(web, request, params.id, work, { status: 201, json: ({ discard }) => ({ discard }) });
      },
      about({
        summary: "Throws changes of the working tree away; what is lost is kept and can be brought back.",
        body: Paths,
        answers: { 201: { discard: "Discard", ...DONE } },
      }),
    )
    .post(
      "/projects/:id/git/discards/:discard/undo",
      ({ request, params }) => act(web, request, params.id, () => undoDiscarded(core, params.id, params.discard)),
      about({ summary: "Brings back what was discarded, unless it changed since.", answers: { 200: DONE } }),
    )
    .post(
      "/projects/:id/git/hooks",
      async ({ request, params }) => {
        const { trusted } = await parseBody(request, Trust);
        return act(web, request, params.id, () => trustHooks(core, params.id, trusted));
      },
      about({
        summary: "Says whether commits made here run the repository's hooks.",
        body: Trust,
        answers: { 200: DONE },
      }),
    );
}

const DONE = { said: "string", git: "GitPanel" } as const;

function pathsOf({ paths: list, path: one }: z.output<typeof Paths>): string[] {
  return [...(list ?? []), ...(one === undefined ? [] : [one].flat())];
}

async function show(web: Web, request: Request, projectId: string): Promise<Response> {
  const { project, panel } = await gitPanel(web.core, projectId);
  const props = { project, panel, now: Date.now() };
  return respond(request, {
    fragment: () => GitPanelView(props) as string,
    page: () => drawPage(web, request, props),
    json: () => ({ git: panel }),
  });
}

async function showDiff(web: Web, request: Request, projectId: string): Promise<Response> {
  const query = parseQuery(request, Diff);
  const { project, diff } = await changeDiff(web.core, projectId, { ...query, signal: request.signal });
  await loadHighlighter();
  const props = { project_id: projectId, diff, staged: query.staged };
  return respond(request, {
    fragment: () => DiffBox(props) as string,
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return (
        <Page frame={frame} title={`Changes of ${diff.path}`} current={{ project_id: projectId }}>
          {DiffContent({ ...props, project_name: project.name }) as "safe"}
        </Page>
      ) as string;
    },
    json: () => ({ diff }),
  });
}

async function drawPage(web: Web, request: Request, props: GitPanelProps): Promise<string> {
  const frame = frameFor(web, request, await framePage(web.core));
  return (
    <Page frame={frame} title={`Git of ${props.project.name}`} current={{ project_id: props.project.id }}>
      {GitContent({ ...props, now: frame.now }) as "safe"}
    </Page>
  ) as string;
}

interface Acting<T> {
  status?: 200 | 201;
  /** What comes back into the field when the commit is refused. */
  message?: string;
  /** Fields of the JSON answer beside what every post answers. */
  json?: (done: T) => object;
}

/** A refusal is a panel as well for whoever looks at one: it says why, and shows how things stand by now. */
async function act<T extends Done>(
  web: Web,
  request: Request,
  projectId: string,
  work: () => Promise<T>,
  options: Acting<T> = {},
): Promise<Response> {
  const form = wants(request);
  let done: T;
  try {
    done = await work();
  } catch (error) {
    if ((form !== "page" && form !== "fragment") || !isForPeople(error)) throw error;
    return refusal(web, request, projectId, error, options.message ?? null);
  }
  const { project, said, panel } = done;
  if (form === "page") return seeOther(urls.git(projectId));
  if (form !== "fragment") {
    const body = { ...options.json?.(done), said, git: panel };
    const { status = 200 } = options;
    return jsonAnswer(request, body, { status, headers: status === 201 ? { location: urls.git(projectId) } : {} });
  }
  return htmlAnswer(request, GitPanelView({ project, panel, said, now: Date.now() }) as string);
}

const isForPeople = (error: unknown): error is AppError =>
  error instanceof AppError && error.code !== "internal" && error.code !== "unauthorized";

async function refusal(
  web: Web,
  request: Request,
  projectId: string,
  error: AppError,
  message: string | null,
): Promise<Response> {
  const { project, panel } = await gitPanel(web.core, projectId);
  const refused = { message: error.message, field: error.field ?? null };
  const props = { project, panel, refused, message, now: Date.now() };
  const status = error.status ?? (error.code === "conflict" ? 409 : 422);
  const isPage = wants(request) === "page";
  return htmlAnswer(request, isPage ? await drawPage(web, request, props) : (GitPanelView(props) as string), {
    status,
  });
}
