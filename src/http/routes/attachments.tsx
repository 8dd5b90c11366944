/** What goes with messages: taken in, looked at, downloaded; by drafts, by messages, by programs. */
import { Elysia } from "elysia";
import { z } from "zod";
import { AttachedChips } from "../../../views/attachments/chips.tsx";
import { AttachmentContent, AttachmentView } from "../../../views/attachments/view.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { urls } from "../../../views/urls.ts";
import {
  ATTACHMENT_LIMIT_BYTES,
  ATTACHMENTS_LIMIT,
  ATTACHMENTS_LIMIT_BYTES,
  type Attachment,
} from "../../domain/attachment.ts";
import {
  addFile,
  addProjectFile,
  addText,
  attachmentWindow,
  contentOf,
  findAttachment,
  type GivenFile,
  removeAttachment,
} from "../../engine/attachments.ts";
import type { Core } from "../../engine/core.ts";
import { framePage } from "../../engine/pages.ts";
import { AppError, invalid, limited } from "../../lib/errors.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { findAttachments } from "../../store/attachments.ts";
import { parseQuery, parseUpload } from "../body.ts";
import { describing } from "../describe.ts";
import { foreignBytes } from "../headers.ts";
import { created, htmlAnswer, noContent, respond, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { several } from "./fields.ts";

const about = describing("attachments");
/** Files of a message, and what a form needs around them. */
export const UPLOAD_LIMIT_BYTES = ATTACHMENTS_LIMIT_BYTES + 1_000_000;
/** A text as JSON: what is escaped in it takes more room than it has as an attachment. */
const TEXT_BODY_BYTES = ATTACHMENT_LIMIT_BYTES * 1.5;
/** Lines of a text that its viewer shows at once. */
const WINDOW_LINES = 2_000;

const lineNumber = z.coerce.number().int().min(1).max(1_000_000_000).optional();
const New = z.object({
  text: z.string().optional().describe("Text that is in no file."),
  name: z.string().max(1_000).optional().describe("Of the text: what it is called."),
  project_id: z.string().max(40).optional().describe("A file of this project, as it is now."),
  path: z.string().optional().describe("The file, relative to the project."),
  from_line: lineNumber.describe("Only lines of it, from this one …"),
  to_line: lineNumber.describe("… to this one."),
});
const Which = z.object({ id: several.optional().describe("Repeated; unknown ones are left out.") });
const Window = z.object({ from: lineNumber.describe("First line shown of a text.") });

export function attachmentRoutes(web: Web) {
  return new Elysia()
    .post(
      "/attachments",
      ({ request }) => add(web, request),
      about({
        summary: "Stores files, a text, or lines of a project's file, to go with a message.",
        body: New,
        files: "files",
        answers: { 201: { attachments: "Attachment[]" } },
      }),
    )
    .get(
      "/attachments",
      ({ request }) => list(web, request),
      about({
        summary: "Attachments by id, in that order.",
        query: Which,
        answers: { 200: { attachments: "Attachment[]" } },
      }),
    )
    .get(
      "/attachments/:id",
      ({ request, params }) => show(web, request, params.id),
      about({
        summary: "An attachment; its page shows it.",
        query: Window,
        answers: { 200: { attachment: "Attachment" } },
      }),
    )
    .get(
      "/attachments/:id/content",
      ({ params }) => content(web, params.id),
      about({
        summary: "Its bytes; all but pictures as a download.",
        answers: {},
        also: { "*/*": "What was attached." },
      }),
    )
    .delete(
      "/attachments/:id",
      async ({ params }) => {
        await removeAttachment(web.core, params.id);
        return noContent();
      },
      about({ summary: "Lets go of one that no message has; 409 when one has it.", answers: { 204: null } }),
    );
}

async function add(web: Web, request: Request): Promise<Response> {
  const { input, files } = await parseUpload(request, New, UPLOAD_LIMIT_BYTES, TEXT_BODY_BYTES);
  const { taken, refused } = await takeFiles(web.core, files);
  if (refused) throw refused;
  const { text, name, project_id, path, from_line, to_line } = input;
  if (text !== undefined) taken.push(await addText(web.core, { text, name }));
  if (path !== undefined) {
    if (project_id === undefined) throw invalid("Say whose file it is.", "project_id");
    taken.push(await addProjectFile(web.core, { project_id, path, from_line, to_line }));
  }
  const [first] = taken;
  if (!first) throw invalid("Send files, a text, or a path in a project.", "files");
  if (wants(request) === "json") return created(urls.attachment(first.id), { attachments: taken });
  return htmlAnswer(request, AttachedChips({ attachments: taken }) as string, { status: 201 });
}

/** Stores what can be; the first that cannot comes back as the error, beside those that were taken. */
export async function takeFiles(
  core: Core,
  files: readonly GivenFile[],
): Promise<{ taken: Attachment[]; refused: AppError | null }> {
  const taken: Attachment[] = [];
  let refused: AppError | null =
    files.length > ATTACHMENTS_LIMIT
      ? limited(`A message takes at most ${ATTACHMENTS_LIMIT} attachments; these are ${files.length}.`, "files", 422)
      : null;
  for (const file of files.slice(0, ATTACHMENTS_LIMIT)) {
    try {
      taken.push(await addFile(core, file));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused ??= error;
    }
  }
  return { taken, refused };
}

async function list(web: Web, request: Request): Promise<Response> {
  const { id = [] } = parseQuery(request, Which);
  const attachments = await findAttachments(web.core.sql, id);
  return respond(request, {
    fragment: () => AttachedChips({ attachments }) as string,
    json: () => ({ attachments }),
  });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const { from = 1 } = parseQuery(request, Window);
  const attachment = await findAttachment(web.core, id);
  const drawn = async () => {
    await loadHighlighter();
    const window = attachment.kind === "text" ? await attachmentWindow(web.core, attachment, from, WINDOW_LINES) : null;
    return { attachment, window };
  };
  return respond(request, {
    fragment: async () => AttachmentView(await drawn()) as string,
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return (
        <Page frame={frame} title={attachment.name}>
          {AttachmentContent(await drawn()) as "safe"}
        </Page>
      ) as string;
    },
    json: () => ({ attachment }),
  });
}

async function content(web: Web, id: string): Promise<Response> {
  const attachment = await findAttachment(web.core, id);
  const { type, name, kind } = attachment;
  const bytes = await contentOf(web.core.sql, attachment);
  const response = foreignBytes(bytes, {
    type: kind === "text" ? `${type}; charset=utf-8` : type,
    name,
    inline: kind === "image",
  });
  // An id never means another content.
  response.headers.set("cache-control", "private, max-age=604800, immutable");
  return response;
}
