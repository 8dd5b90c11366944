/** Worktrees across projects: where agents write, how they stand, how they are made, taking one away and bringing it back. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { urls } from "../../../views/urls.ts";
import { WorktreeList } from "../../../views/worktrees/list.tsx";
import { RetirementContent } from "../../../views/worktrees/retirement.tsx";
import { WorktreeSettingsContent } from "../../../views/worktrees/settings.tsx";
import { framePage } from "../../engine/pages.ts";
import { projectOf } from "../../engine/projects.ts";
import { bringBack } from "../../engine/worktrees/bring-back.ts";
import { allWorktrees, retireByHand, SNAPSHOT_DAYS, worktreeById } from "../../engine/worktrees/keep.ts";
import { changeWorktreeSettings } from "../../engine/worktrees/settings.ts";
import { AppError } from "../../lib/errors.ts";
import { listProjects } from "../../store/projects.ts";
import { countWriting } from "../../store/runs.ts";
import { sessionTitles } from "../../store/sessions.ts";
import { readWorktreeSettings, restorableWorktrees } from "../../store/worktrees.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { answerPost, created, htmlAnswer, respond, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";

const about = describing("worktrees");
const List = z.object({
  sizes: flag.default(false).describe("Also what each takes on the disk, which takes a while."),
});
const Retirement = z.object({ force: flag.default(false).describe("Also when something is only there.") });
const Settings = z.object({
  in_place: flag.optional().describe("Without git: agents may work in the project's directory itself."),
  copy_files: z.string().optional().describe("Untracked files that a new worktree gets, one a line."),
  setup_command: z.string().optional().describe("Runs once in a new worktree, by /bin/sh."),
});
const Saved = z.object({ saved: flag.default(false) });

export function worktreeRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.worktrees,
      async ({ request }) => {
        const { sizes } = parseQuery(request, List);
        const worktrees = await allWorktrees(web.core, { sizes });
        const retired = await restorableWorktrees(web.core.sql);
        return respond(request, {
          page: () => drawList(web, request, { worktrees, retired, sizes }),
          json: () => ({ worktrees, retired }),
        });
      },
      about({
        summary: "All worktrees with what would be lost if they went, and the retired ones that can be brought back.",
        query: List,
        answers: { 200: { worktrees: "WorktreeView[]", retired: "Worktree[]" } },
      }),
    )
    .get(
      "/worktrees/:id/retirement",
      async ({ request, params }) => {
        const view = await worktreeById(web.core, params.id);
        return respond(request, { page: () => drawRetirement(web, request, params.id), json: () => view });
      },
      about({
        summary: "What would be lost with it; the page asks whether you are sure.",
        answers: { 200: { worktree: "Worktree", status: "WorktreeStatus|null", size_bytes: "integer|null" } },
      }),
    )
    .post(
      "/worktrees/:id/retirement",
      ({ request, params }) => retire(web, request, params.id),
      about({
        summary: "Takes it away; 409 while something is only there. What was not committed is kept under a hidden ref.",
        body: Retirement,
        answers: { 200: { worktree: "Worktree" } },
      }),
    )
    .post(
      "/worktrees/:id/restoration",
      ({ request, params }) => restore(web, request, params.id),
      about({
        summary:
          "Brings a retired one back as it was, in its session, or in a new one where that was deleted. 409 while the session has another.",
        answers: { 201: { worktree: "Worktree" } },
      }),
    )
    .use(settingsRoutes(web));
}

type Listed = Pick<Parameters<typeof WorktreeList>[0], "worktrees" | "retired" | "sizes" | "refused">;

async function drawList(web: Web, request: Request, listed: Listed): Promise<string> {
  const { sql } = web.core;
  const rows = [...listed.worktrees.map((one) => one.worktree), ...listed.retired];
  const sessions = await sessionTitles(
    sql,
    rows.flatMap((row) => (row.session_id === null ? [] : [row.session_id])),
  );
  const projects = new Map((await listProjects(sql)).map((project) => [project.id, project.name]));
  const frame = frameFor(web, request, await framePage(web.core));
  return (
    <Page frame={frame} title="Worktrees">
      {
        WorktreeList({
          ...listed,
          sessions,
          projects,
          snapshot_days: SNAPSHOT_DAYS,
          now: frame.now,
        }) as "safe"
      }
    </Page>
  ) as string;
}

async function drawRetirement(web: Web, request: Request, id: string, refused: string | null = null): Promise<string> {
  const { worktree, status } = await worktreeById(web.core, id);
  const { session_id, project_id } = worktree;
  const busy = session_id !== null && (await countWriting(web.core.sql, session_id)) > 0;
  const frame = frameFor(web, request, await framePage(web.core));
  const current = session_id === null ? { project_id } : { session_id, project_id };
  return (
    <Page frame={frame} title="Retire a worktree" current={current}>
      {RetirementContent({ worktree, status, snapshot_days: SNAPSHOT_DAYS, busy, refused }) as "safe"}
    </Page>
  ) as string;
}

async function retire(web: Web, request: Request, id: string): Promise<Response> {
  const { force } = await parseBody(request, Retirement);
  try {
    const worktree = await retireByHand(web.core, id, force);
    return answerPost(request, { json: () => Response.json({ worktree }), url: urls.worktrees, navigate: true });
  } catch (error) {
    return refusedForm(request, error, ({ message }) => drawRetirement(web, request, id, message));
  }
}

async function restore(web: Web, request: Request, id: string): Promise<Response> {
  try {
    const worktree = await bringBack(web.core, id);
    const url = urls.sessionWorktree(worktree.session_id!);
    return answerPost(request, { json: () => created(url, { worktree }), url, navigate: true });
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal" || wants(request) !== "page") throw error;
    const worktrees = await allWorktrees(web.core);
    const retired = await restorableWorktrees(web.core.sql);
    const page = await drawList(web, request, { worktrees, retired, sizes: false, refused: error.message });
    return htmlAnswer(request, page, { status: error.code === "conflict" ? 409 : 503 });
  }
}

function settingsRoutes(web: Web) {
  return new Elysia()
    .get(
      "/projects/:id/worktrees",
      async ({ request, params }) => {
        await projectOf(web.core, params.id);
        const { saved } = parseQuery(request, Saved);
        const settings = await readWorktreeSettings(web.core.sql, params.id);
        return respond(request, {
          page: () => drawSettings(web, request, params.id, { settings, saved }),
          json: () => ({ settings }),
        });
      },
      about({
        summary: "How the project's worktrees are made.",
        query: Saved,
        answers: { 200: { settings: "WorktreeSettings" } },
      }),
    )
    .post(
      "/projects/:id/worktrees",
      ({ request, params }) => saveSettings(web, request, params.id),
      about({
        summary: "Changes what is given. Writing a setup command approves it.",
        body: Settings,
        answers: { 200: { settings: "WorktreeSettings" } },
      }),
    );
}

async function saveSettings(web: Web, request: Request, id: string): Promise<Response> {
  const typed = await parseBody(request, Settings);
  try {
    const settings = await changeWorktreeSettings(web.core, id, typed);
    const url = urls.worktreeSettingsSaved(id);
    return answerPost(request, { json: () => Response.json({ settings }), url, navigate: true });
  } catch (error) {
    const { copy_files = "", setup_command = "", in_place = false } = typed;
    const settings = { copy_files, setup_command, in_place };
    return refusedForm(request, error, (e) => drawSettings(web, request, id, { settings, saved: false, error: e }));
  }
}

async function drawSettings(
  web: Web,
  request: Request,
  id: string,
  shown: Pick<Parameters<typeof WorktreeSettingsContent>[0], "settings" | "saved" | "error">,
): Promise<string> {
  const project = await projectOf(web.core, id);
  const frame = frameFor(web, request, await framePage(web.core));
  return (
    <Page frame={frame} title={`Worktrees of ${project.name}`} current={{ project_id: id }}>
      {WorktreeSettingsContent({ project, ...shown }) as "safe"}
    </Page>
  ) as string;
}
