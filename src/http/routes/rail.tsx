/** The right rail beside a session: which panel it shows is remembered by the browser, in a cookie of its own. */
import { Elysia } from "elysia";
import { z } from "zod";
import { GitPanelView } from "../../../views/rail/git-panel.tsx";
import { type DrawnRail, RailBody, RailLater, RightRail } from "../../../views/rail/rail.tsx";
import { FileTree } from "../../../views/rail/tree.tsx";
import { urls } from "../../../views/urls.ts";
import { type RailPanel, railPanel } from "../../domain/rail.ts";
import { gitPanel } from "../../engine/git.ts";
import { readTree } from "../../engine/tree.ts";
import { AppError } from "../../lib/errors.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { factsOf } from "../request.ts";
import { htmlAnswer, seeOther, wants } from "../respond.ts";
import type { Web } from "../web.ts";

const COOKIE = "boocode_rail";
const YEAR_S = 31_536_000;
/** A page waits this long for a panel; a slower one is fetched once the page stands. */
const PATIENCE_MS = 150;

const Query = z.object({
  session: z.string().regex(/^[0-9a-z]{1,40}$/),
  panel: z.enum(["files", "git", "off"]),
});

export function railRoutes(web: Web) {
  return new Elysia().get(
    "/projects/:id/rail",
    async ({ request, params }) => {
      const { session, panel } = parseQuery(request, Query);
      if (wants(request) !== "fragment") return seeOther(urls.session(session), remembering(request, panel));
      const where = { project_id: params.id, session_id: session };
      const safeBody = RailBody({ ...where, panel, children: await contentOf(web, params.id, panel) }) as string;
      return htmlAnswer(request, safeBody, { headers: remembering(request, panel) });
    },
    describing("pages")({
      summary: "The rail beside a session's panes: files, git, or folded.",
      query: Query,
      answers: {},
    }),
  );
}

/** The rail for a session's page, as this browser had it last. */
export async function railFor(
  web: Web,
  request: Request,
  where: { project_id: string; session_id: string },
): Promise<DrawnRail> {
  const panel = rememberedPanel(request);
  const later = <RailLater url={urls.rail(where.project_id, where.session_id, panel)} words={WORDS[panel]} />;
  const children = await soon(contentOf(web, where.project_id, panel), later as string);
  return { panel, safe_html: RightRail({ ...where, panel, children }) as string };
}

const WORDS: Record<RailPanel, string> = {
  files: "Reading the project's files.",
  git: "Asking git what has changed.",
  off: "",
};

function rememberedPanel(request: Request): RailPanel {
  const cookies = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const found = cookies.find((pair) => pair.startsWith(`${COOKIE}=`));
  return railPanel(found?.slice(COOKIE.length + 1)) ?? "off";
}

function remembering(request: Request, panel: RailPanel): Record<string, string> {
  const secure = factsOf(request)?.secure ? "; Secure" : "";
  return { "set-cookie": `${COOKIE}=${panel}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax; HttpOnly${secure}` };
}

async function contentOf(web: Web, projectId: string, panel: RailPanel): Promise<string> {
  if (panel === "off") return "";
  try {
    if (panel === "git") {
      const { project, panel: git } = await gitPanel(web.core, projectId);
      return GitPanelView({ project, panel: git, now: Date.now() }) as string;
    }
    // Its form asks again at once, with the directories that were open; marks may wait until then.
    const { level, open } = await readTree(web.core, projectId, { path: "", ignored: false, marks: "known" });
    return FileTree({ project_id: projectId, list: level, open, ignored: false, filter: "" }) as string;
  } catch (error) {
    // A project whose directory is gone still has sessions to read.
    if (!(error instanceof AppError) || error.code === "internal") throw error;
    return (
      <p class="note-bad" safe>
        {error.message}
      </p>
    ) as string;
  }
}

async function soon(content: Promise<string>, otherwise: string): Promise<string> {
  let timer: Timer | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), PATIENCE_MS);
  });
  // What comes too late is not lost: git's answer is there for the request that follows.
  content.catch(() => {});
  try {
    return await Promise.race([content, late]);
  } finally {
    clearTimeout(timer);
  }
}
