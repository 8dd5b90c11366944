/** The review: as a page, as the content of its tab, and the pieces that are fetched when the reader comes to them. */
import { Elysia } from "elysia";
import { z } from "zod";
import type { Colours } from "../../../views/diff/rows.ts";
import { ids } from "../../../views/ids.ts";
import { Page } from "../../../views/layout/page.tsx";
import { FileView, Hunks } from "../../../views/review/file.tsx";
import { gapRow, HunkLines, lineRows, restRow } from "../../../views/review/lines.tsx";
import { FileContent, Files, ReviewContent, ReviewPane } from "../../../views/review/review.tsx";
import { TreeRows } from "../../../views/review/tree.tsx";
import { urls } from "../../../views/urls.ts";
import { CONTEXT_STEP, FIRST_LINES, type ReviewLook } from "../../domain/review.ts";
import {
  type Reviewed,
  type ReviewedPage,
  readReviewState,
  reviewFile,
  reviewPage,
  reviewRows,
} from "../../engine/changes/page.ts";
import { snapshot } from "../../engine/journal.ts";
import { framePage } from "../../engine/pages.ts";
import { notFound } from "../../lib/errors.ts";
import { findChangeRow } from "../../store/changes.ts";
import { findChat } from "../../store/chats.ts";
import { newestChange } from "../../store/review-index.ts";
import { findSession } from "../../store/sessions.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { htmlAnswer, seeOther, wants } from "../respond.ts";
import { coloursOf, NO_COLOURS } from "../review-colours.ts";
import { rememberedLook, rememberLook } from "../review-look.ts";
import { reviewAgain } from "../stream/review.tsx";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";

const about = describing("pages");
const id = z.string().max(40);
/** A page waits so long for colours; a piece that somebody is looking at may take longer. */
const PAGE_PATIENCE_MS = 200;
const PIECE_PATIENCE_MS = 1_500;
/** Unchanged lines around a hunk that the page without script shows at most. */
const CONTEXT_MAX = 1_000;

/** Files of a page that are sent again at once. */
const NEWS_FILES = 200;
/** Lines of the list that come when the reader gets to its end. */
const TREE_MORE = 500;

const Query = z.object({
  from: z.coerce.number().int().min(0).optional().describe("Files from this place in the list on."),
  file: id.optional().describe("The change to begin with."),
  pane: flag.default(false).describe("As a fragment for a pane."),
  part: z
    .enum(["files", "tree", "news"])
    .optional()
    .describe("Only the files, or lines of their list; or only what is decided, for a page that has them."),
  files: z
    .string()
    .regex(/^[0-9a-z,]*$/, "ids with commas between them")
    .max(10_000)
    .optional()
    .describe("With `news`: the changes that the page shows."),
  rows: z.coerce.number().int().min(0).optional().describe("With `news`: lines of the list that the page has."),
});
const Of = z.object({ path: z.string().max(4096).describe("Of the file, relative to the project.") });
const Look = z.object({
  split: flag.optional().describe("Old and new side by side."),
  blanks: flag.optional().describe("Tell lines that differ in white space only."),
});
const File = z.object({
  all: flag.default(false).describe("Also when it comes folded."),
  from: z.coerce.number().int().min(0).optional().describe("Hunks after this one."),
  context: z.coerce.number().int().min(0).max(CONTEXT_MAX).optional().describe("Unchanged lines around each hunk."),
});
const Rows = z.object({
  hunk: id,
  skip: z.coerce.number().int().min(0).optional().describe("Lines of the hunk after this many."),
  side: z.enum(["above", "below"]).optional().describe("Unchanged lines on this side of it instead."),
  shown: z.coerce.number().int().min(0).default(0).describe("Those that are shown already."),
  all: flag.default(false).describe("All that are left, instead of twenty."),
});

export function reviewRoutes(web: Web) {
  return new Elysia()
    .get(
      "/sessions/:id/review",
      ({ request, params }) => show(web, request, params.id),
      about({ summary: "What a session proposes, file by file, to be decided.", query: Query, answers: {} }),
    )
    .get(
      "/chats/:id/review",
      ({ request, params }) => ofChat(web, request, params.id),
      about({ summary: "Leads to what a chat proposes for a file.", query: Of, answers: {} }),
    )
    .post(
      "/sessions/:id/review/look",
      ({ request, params }) => look(web, request, params.id),
      about({ summary: "How this browser shows lines from now on.", body: Look, answers: {} }),
    )
    .get(
      "/changes/:id/review",
      ({ request, params }) => one(web, request, params.id),
      about({ summary: "One file of the review with its hunks.", query: File, answers: {} }),
    )
    .get(
      "/changes/:id/review/rows",
      ({ request, params }) => rows(web, request, params.id),
      about({ summary: "Lines of a hunk, or unchanged ones beside it.", query: Rows, answers: {} }),
    );
}

/** To another form of a thing that is there. */
async function led(thing: Promise<unknown>, what: string, url: string): Promise<Response> {
  if (!(await thing)) throw notFound(what);
  return seeOther(url);
}

async function show(web: Web, request: Request, sessionId: string): Promise<Response> {
  const { pane, part, files, rows, ...query } = parseQuery(request, Query);
  const form = wants(request);
  if (form !== "page" && form !== "fragment")
    return led(findSession(web.core.sql, sessionId), "session", urls.changes(sessionId));
  if (part === "news") {
    const shown = (files ?? "").split(",").filter(Boolean).slice(0, NEWS_FILES);
    return htmlAnswer(request, await snapshot(web.core.sql, (tx) => reviewAgain(tx, sessionId, shown, rows)));
  }
  if (part === "tree") {
    const from = query.from ?? 0;
    const { index } = await readReviewState(web.core.sql, sessionId);
    const drawn = TreeRows({ session_id: sessionId, index, from, upto: from + TREE_MORE });
    return htmlAnswer(request, drawn as string);
  }
  const look = rememberedLook(request);
  // What follows the first files is fetched file by file.
  const read = await reviewPage(web.core, sessionId, { ...query, look, shown: part ? 0 : FIRST_LINES });
  const { page } = read;
  const fragment = form === "fragment" || pane;
  const colours = await colouring(web, read, fragment);
  if (part) return htmlAnswer(request, Files({ page, colours }) as string);
  if (fragment) return htmlAnswer(request, ReviewPane({ page, colours }) as string);
  const frame = frameFor(web, request, read, { session: sessionId, page: "review" });
  const html = (
    <Page
      frame={frame}
      title={`Review of ${page.session.title}`}
      current={{ session_id: sessionId, project_id: page.project.id }}
    >
      {ReviewContent({ page, colours }) as "safe"}
    </Page>
  ) as string;
  return htmlAnswer(request, html);
}

/**
 * Colours of the files that are shown. A pane leaves files out whose colours take longer: it fetches them a moment later.
 * A page, which may be read without script, shows them without colours.
 */
async function colouring(web: Web, read: ReviewedPage, later: boolean): Promise<(changeId: string) => Colours> {
  const found = new Map<string, Colours>();
  await Promise.all(
    [...read.reviewed].map(async ([changeId, reviewed]) => {
      const colours = await coloursOf(web.highlighter, coloured(reviewed), PAGE_PATIENCE_MS);
      if (colours) found.set(changeId, colours);
      else if (later) read.page.files.delete(changeId);
    }),
  );
  return (changeId) => found.get(changeId) ?? NO_COLOURS;
}

const coloured = ({ file, sides }: Reviewed) => ({
  path: file.change.path,
  text: sides.text,
  shown: file.hunks.map((h) => h.lines ?? []),
});

/** The newest change of the file, open or not: transcripts keep their links when everything is applied. */
async function ofChat(web: Web, request: Request, chatId: string): Promise<Response> {
  const { path } = parseQuery(request, Of);
  const chat = await findChat(web.core.sql, chatId);
  if (!chat) throw notFound("chat");
  const change = await newestChange(web.core.sql, chatId, path);
  if (!change) return seeOther(urls.review(chat.session_id));
  if (change.closed) return seeOther(urls.reviewFile(change.id, { all: 1 }));
  return seeOther(`${urls.review(chat.session_id, { file: change.id })}#${ids.reviewFile(change.id)}`);
}

async function look(web: Web, request: Request, sessionId: string): Promise<Response> {
  const changed = await parseBody(request, Look);
  if (!(await findSession(web.core.sql, sessionId))) throw notFound("session");
  const before = rememberedLook(request);
  const now: ReviewLook = { split: changed.split ?? before.split, blanks: changed.blanks ?? before.blanks };
  const headers = rememberLook(request, now);
  if (wants(request) !== "fragment") return seeOther(urls.review(sessionId), headers);
  const read = await reviewPage(web.core, sessionId, { look: now, shown: FIRST_LINES });
  const colours = await colouring(web, read, true);
  return htmlAnswer(request, ReviewPane({ page: read.page, colours }) as string, { headers });
}

async function one(web: Web, request: Request, changeId: string): Promise<Response> {
  const query = parseQuery(request, File);
  const form = wants(request);
  if (form !== "page" && form !== "fragment")
    return led(findChangeRow(web.core.sql, changeId), "change", urls.change(changeId));
  const reviewed = await reviewFile(web.core, changeId, { ...query, all: query.all || form === "page" });
  const { entry, file, session_id } = reviewed;
  const colours = (await coloursOf(web.highlighter, coloured(reviewed), PIECE_PATIENCE_MS)) ?? NO_COLOURS;
  const props = { entry, file, look: rememberedLook(request), colours };
  if (form === "fragment") return htmlAnswer(request, (query.from ? Hunks(props) : FileView(props)) as string);
  const at = await framePage(web.core);
  const frame = frameFor(web, request, at, { session: session_id, page: "review" });
  const html = (
    <Page frame={frame} title={file.change.path} current={{ session_id }}>
      {FileContent({ ...props, session_id }) as "safe"}
    </Page>
  ) as string;
  return htmlAnswer(request, html);
}

async function rows(web: Web, request: Request, changeId: string): Promise<Response> {
  const { all, ...query } = parseQuery(request, Rows);
  if (wants(request) !== "fragment")
    return led(findChangeRow(web.core.sql, changeId), "change", urls.reviewFile(changeId, { all: 1 }));
  const read = await reviewRows(web.core, changeId, { ...query, count: all ? null : CONTEXT_STEP });
  const { change, shown, sides, lines, left } = read;
  const file = { path: change.path, text: sides.text, shown: [lines] };
  const colours = (await coloursOf(web.highlighter, file, PIECE_PATIENCE_MS)) ?? NO_COLOURS;
  const look = rememberedLook(request);
  if (query.side) {
    const drawn = lineRows(lines, look, colours);
    const gap = gapRow({
      change_id: change.id,
      hunk_id: query.hunk,
      side: query.side,
      left,
      shown: query.shown + lines.length,
    });
    return htmlAnswer(request, query.side === "above" ? gap + drawn : drawn + gap);
  }
  if (query.skip !== undefined)
    return htmlAnswer(
      request,
      lineRows(lines, look, colours) + restRow(change.id, query.hunk, left, query.skip + lines.length),
    );
  return htmlAnswer(request, HunkLines({ change_id: change.id, path: change.path, shown, look, colours }) as string);
}
