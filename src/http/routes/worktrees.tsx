/** Worktrees: where agents write, how they stand, how they are made, and taking one away. */
import { Elysia } from "elysia";
import { z } from "zod";
import { urls } from "../../../views/urls.ts";
import { projectOf } from "../../engine/projects.ts";
import { allWorktrees, retireWorktree, worktreeView } from "../../engine/worktrees/keep.ts";
import { changeWorktreeSettings } from "../../engine/worktrees/settings.ts";
import { notFound } from "../../lib/errors.ts";
import { findSession } from "../../store/sessions.ts";
import { readWorktreeSettings } from "../../store/worktrees.ts";
import { parseBody } from "../body.ts";
import { describing } from "../describe.ts";
import { answerPost, jsonAnswer, seeOther, wants } from "../respond.ts";
import type { Web } from "../web.ts";
import { flag } from "./fields.ts";

const about = describing("worktrees");
const Retirement = z.object({ force: flag.default(false).describe("Also when something is only there.") });
const Settings = z.object({
  in_place: flag.optional().describe("Without git: agents may work in the project's directory itself."),
  copy_files: z.string().max(4_000).optional().describe("Untracked files that a new worktree gets, one a line."),
  setup_command: z.string().max(2_000).optional().describe("Runs once in a new worktree, by /bin/sh."),
});

export function worktreeRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.worktrees,
      async ({ request }) => jsonAnswer(request, { worktrees: await allWorktrees(web.core) }),
      about({
        summary: "All worktrees with what would be lost if they went.",
        answers: { 200: { worktrees: "WorktreeView[]" } },
      }),
    )
    .get(
      "/sessions/:id/worktree",
      async ({ request, params }) => {
        if (!(await findSession(web.core.sql, params.id))) throw notFound("session");
        return jsonAnswer(request, (await worktreeView(web.core, params.id)) ?? { worktree: null, status: null });
      },
      about({
        summary: "The session's worktree; null before its first message to an agent.",
        answers: { 200: { worktree: "Worktree|null", status: "WorktreeStatus|null" } },
      }),
    )
    .post(
      "/worktrees/:id/retirement",
      async ({ request, params }) => {
        const { force } = await parseBody(request, Retirement);
        const worktree = await retireWorktree(web.core, params.id, force);
        const url = worktree.session_id ? urls.session(worktree.session_id) : urls.desk;
        return answerPost(request, { json: () => Response.json({ worktree }), url, navigate: true });
      },
      about({
        summary: "Takes it away; 409 while something is only there. What was not committed is kept under a hidden ref.",
        body: Retirement,
        answers: { 200: { worktree: "Worktree" } },
      }),
    )
    .use(settingsRoutes(web));
}

function settingsRoutes(web: Web) {
  return new Elysia()
    .get(
      "/projects/:id/worktrees",
      async ({ request, params }) => {
        await projectOf(web.core, params.id);
        if (wants(request) === "page") return seeOther(urls.project(params.id));
        return jsonAnswer(request, { settings: await readWorktreeSettings(web.core.sql, params.id) });
      },
      about({ summary: "How the project's worktrees are made.", answers: { 200: { settings: "WorktreeSettings" } } }),
    )
    .post(
      "/projects/:id/worktrees",
      async ({ request, params }) => {
        const settings = await changeWorktreeSettings(web.core, params.id, await parseBody(request, Settings));
        const url = urls.project(params.id);
        return answerPost(request, { json: () => Response.json({ settings }), url, navigate: true });
      },
      about({
        summary: "Changes what is given. Writing a setup command approves it.",
        body: Settings,
        answers: { 200: { settings: "WorktreeSettings" } },
      }),
    );
}
