/** Errors with the sidebar around them, so that one can go on from there; without it where it cannot be read. */
import { type ErrorAction, ErrorContent } from "../../views/errors/error.tsx";
import { Page } from "../../views/layout/page.tsx";
import { urls } from "../../views/urls.ts";
import type { Frame } from "../domain/page.ts";
import { framePage } from "../engine/pages.ts";
import { bareErrorViews } from "./bare-pages.tsx";
import type { ErrorInfo, ErrorViews } from "./errors.ts";
import { identityOf } from "./request.ts";
import { frameFor, type Web } from "./web.ts";

/** The database is away, or the caller is refused: nothing of ours is read for these. */
const BARE = new Set([401, 403, 429, 503]);

export function errorViews(web: Web): ErrorViews {
  const bare = bareErrorViews(web.assets);
  return {
    fragment: bare.fragment,
    page: async (info, request) => {
      if (BARE.has(info.status) || identityOf(request) === null) return bare.page(info, request);
      return framed(web, request, info).catch(() => bare.page(info, request));
    },
  };
}

async function framed(web: Web, request: Request, info: ErrorInfo): Promise<string> {
  const { status, message, request_id } = info;
  const frame = frameFor(web, request, await framePage(web.core));
  return (
    <Page frame={frame} title={`Error ${status}`}>
      {ErrorContent({ status, message, request_id, at: new Date(frame.now), actions: waysOn(frame, status) }) as "safe"}
    </Page>
  ) as string;
}

/** A file that is not there: the others of its project are. */
function waysOn(frame: Frame, status: number): ErrorAction[] {
  const id = status === 404 ? /^\/projects\/([^/]+)\//.exec(frame.path)?.[1] : undefined;
  const project = frame.nav.projects.find((p) => p.id === id);
  return project ? [{ label: `Files of ${project.name}`, href: urls.tree(project.id) }] : [];
}
