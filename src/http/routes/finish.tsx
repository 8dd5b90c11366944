/** The finish of a session's worktree: by a human. Every post answers with how things stand, also when it was refused. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { urls } from "../../../views/urls.ts";
import { UncommittedLine } from "../../../views/worktrees/carry.tsx";
import { FinishContent, type FinishProps, FinishView } from "../../../views/worktrees/finish.tsx";
import { framePage } from "../../engine/pages.ts";
import { bringIn, giveUpMerging, goOnMerging, resolveConflict } from "../../engine/worktrees/bring-in.ts";
import { carryOver } from "../../engine/worktrees/carry.ts";
import { finishOf, uncommittedIn } from "../../engine/worktrees/finish.ts";
import { worktreeView } from "../../engine/worktrees/keep.ts";
import { makeWorktree } from "../../engine/worktrees/make.ts";
import { commitWorktree, makeBranchHere, pushWorktree } from "../../engine/worktrees/publish.ts";
import { AppError } from "../../lib/errors.ts";
import { parseBody } from "../body.ts";
import { describing } from "../describe.ts";
import { htmlAnswer, jsonAnswer, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";

const about = describing("worktrees");
const allow_programs = flag
  .default(false)
  .describe("Programs that the repository's own configuration names may take part in talking to the remote.");
const Commit = z.object({ message: z.string({ error: "Write what the commit does." }) });
const Merge = z.object({
  from: z
    .enum(["base", "upstream", "own"])
    .default("base")
    .describe("The base branch; what its remote has of it; what the remote has of the worktree's own branch."),
  allow_programs,
});
const Resolution = z.object({
  path: z.string().min(1).max(4096),
  side: z.enum(["ours", "theirs", "file"]).describe("`file`: as it is on disk now."),
});
const Continuation = z.object({ message: z.string().max(20_000).optional() });
const Push = z.object({ remote: z.string().min(1).max(200).optional(), allow_programs });
const DONE = { said: "string", finish: "Finish" } as const;

export function finishRoutes(web: Web) {
  return new Elysia().use(readRoutes(web)).use(mergeRoutes(web)).use(publishRoutes(web));
}

function readRoutes(web: Web) {
  const { core } = web;
  return new Elysia()
    .get(
      "/sessions/:id/worktree",
      ({ request, params }) => show(web, request, params.id),
      about({
        summary:
          "The session's worktree and how far it is from being finished; null before its first message to an agent.",
        answers: { 200: { worktree: "Worktree|null", status: "WorktreeStatus|null", finish: "Finish" } },
      }),
    )
    .post(
      "/sessions/:id/worktree",
      ({ request, params }) =>
        act(web, request, params.id, async () => ({ said: await makeWorktree(core, params.id) }), { status: 201 }),
      about({ summary: "Makes the worktree, or makes it anew where its directory is gone.", answers: { 201: DONE } }),
    )
    .get(
      "/sessions/:id/worktree/uncommitted",
      async ({ request, params }) => {
        const carry = await uncommittedIn(core, params.id);
        if (wants(request) === "page") return seeOther(urls.sessionWorktree(params.id));
        return respond(request, {
          fragment: () => UncommittedLine({ session_id: params.id, carry }) as string,
          json: () => ({ carry }),
        });
      },
      about({
        summary: "How many files of the checkout are not committed, which an agent in a worktree does not see.",
        answers: { 200: { carry: "Carry|null" } },
      }),
    )
    .post(
      "/sessions/:id/worktree/carryings",
      ({ request, params }) => act(web, request, params.id, async () => ({ said: await carryOver(core, params.id) })),
      about({
        summary:
          "Carries the uncommitted work of the checkout over; 409 when both sides changed the same lines, and nothing is.",
        answers: { 200: DONE },
      }),
    )
    .post(
      "/sessions/:id/worktree/branches",
      ({ request, params }) =>
        act(web, request, params.id, async () => ({ said: await makeBranchHere(core, params.id) })),
      about({ summary: "Makes a branch where HEAD of the worktree is detached.", answers: { 200: DONE } }),
    );
}

function mergeRoutes(web: Web) {
  const { core } = web;
  return new Elysia()
    .post(
      "/sessions/:id/worktree/merges",
      async ({ request, params }) => {
        const input = await parseBody(request, Merge);
        return act(web, request, params.id, async () => ({ said: await bringIn(core, params.id, input) }));
      },
      about({
        summary: "Brings a branch in. One that stops at conflicts is under way then: `finish.conflicts` names them.",
        body: Merge,
        answers: { 200: DONE },
      }),
    )
    .post(
      "/sessions/:id/worktree/merges/resolutions",
      async ({ request, params }) => {
        const { path, side } = await parseBody(request, Resolution);
        return act(web, request, params.id, async () => ({
          said: await resolveConflict(core, params.id, path, side),
        }));
      },
      about({ summary: "Resolves one file in conflict.", body: Resolution, answers: { 200: DONE } }),
    )
    .post(
      "/sessions/:id/worktree/merges/continuation",
      async ({ request, params }) => {
        const { message } = await parseBody(request, Continuation);
        return act(web, request, params.id, async () => ({ said: await goOnMerging(core, params.id, message) }));
      },
      about({
        summary: "Commits the merge; 409 naming the files that are still in conflict.",
        body: Continuation,
        answers: { 200: DONE },
      }),
    )
    .post(
      "/sessions/:id/worktree/merges/cancellation",
      ({ request, params }) =>
        act(web, request, params.id, async () => ({ said: await giveUpMerging(core, params.id) })),
      about({ summary: "Gives the merge up; the worktree is as it was before.", answers: { 200: DONE } }),
    );
}

function publishRoutes(web: Web) {
  const { core } = web;
  return new Elysia()
    .post(
      "/sessions/:id/worktree/commits",
      async ({ request, params }) => {
        const { message } = await parseBody(request, Commit);
        return act(web, request, params.id, () => commitWorktree(core, params.id, message), { status: 201, message });
      },
      about({
        summary: "Commits everything in the worktree.",
        body: Commit,
        answers: { 201: { commit: "Commit", ...DONE } },
      }),
    )
    .post(
      "/sessions/:id/worktree/pushes",
      async ({ request, params }) => {
        const { remote = null, ...rest } = await parseBody(request, Push);
        return act(web, request, params.id, () => pushWorktree(core, params.id, { remote, ...rest }), { status: 201 });
      },
      about({
        summary: "Pushes the branch, never by force; waits at most two minutes, and asks nobody for a password.",
        body: Push,
        answers: { 201: { push: "Push", ...DONE } },
      }),
    );
}

async function show(web: Web, request: Request, sessionId: string): Promise<Response> {
  const props = { ...(await finishOf(web.core, sessionId)), now: Date.now() };
  return respond(request, {
    fragment: () => FinishView(props) as string,
    page: () => draw(web, request, props),
    json: async () => {
      const view = await worktreeView(web.core, sessionId);
      return { worktree: view?.worktree ?? null, status: view?.status ?? null, finish: props.finish };
    },
  });
}

async function draw(web: Web, request: Request, props: FinishProps): Promise<string> {
  const frame = frameFor(web, request, await framePage(web.core));
  const { session, project } = props;
  return (
    <Page
      frame={frame}
      title={`Worktree of ${session.title}`}
      current={{ session_id: session.id, project_id: project.id }}
    >
      {FinishContent({ ...props, now: frame.now }) as "safe"}
    </Page>
  ) as string;
}

interface Acting {
  status?: 200 | 201;
  /** What comes back into the field when the commit is refused. */
  message?: string;
}

/** Without script, too, a person sees at once what was done, or why it was not. */
async function act(
  web: Web,
  request: Request,
  sessionId: string,
  work: () => Promise<{ said: string }>,
  { status = 200, message }: Acting = {},
): Promise<Response> {
  const form = wants(request);
  let done: { said: string };
  try {
    done = await work();
  } catch (error) {
    if ((form !== "page" && form !== "fragment") || !isForPeople(error)) throw error;
    return refusal(web, request, sessionId, error, message ?? null);
  }
  const url = urls.sessionWorktree(sessionId);
  if (form === "page") return seeOther(url);
  const view = await finishOf(web.core, sessionId);
  if (form === "fragment")
    return htmlAnswer(request, FinishView({ ...view, said: done.said, now: Date.now() }) as string);
  const headers: Record<string, string> = status === 201 ? { location: url } : {};
  return jsonAnswer(request, { ...done, finish: view.finish }, { status, headers });
}

const isForPeople = (error: unknown): error is AppError =>
  error instanceof AppError && !["internal", "unauthorized", "not_found"].includes(error.code);

async function refusal(
  web: Web,
  request: Request,
  sessionId: string,
  error: AppError,
  message: string | null,
): Promise<Response> {
  const view = await finishOf(web.core, sessionId);
  const refused = { message: error.message, field: error.field ?? null };
  const props = { ...view, refused, message, now: Date.now() };
  const status = error.status ?? (error.code === "conflict" ? 409 : error.code === "unavailable" ? 503 : 422);
  const isPage = wants(request) === "page";
  return htmlAnswer(request, isPage ? await draw(web, request, props) : (FinishView(props) as string), { status });
}
