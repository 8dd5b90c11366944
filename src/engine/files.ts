/** Files of a project for the file page: through the same guard as the tools. */
import { basename, extname } from "node:path";
import type { FileInWorktree, FileView } from "../domain/file.ts";
import { FILE_WINDOW_LINES } from "../domain/file.ts";
import type { Project } from "../domain/project.ts";
import { fileBeside } from "../drivers/files/beside.ts";
import { readFileView, readWholeFile } from "../drivers/files/view.ts";
import { Refusal } from "../drivers/refusal.ts";
import { invalid } from "../lib/errors.ts";
import { findChat } from "../store/chats.ts";
import { findSession } from "../store/sessions.ts";
import type { Core } from "./core.ts";
import { projectOf } from "./projects.ts";
import { worktreePlace } from "./worktrees/place.ts";

/** Types that a browser may draw itself; SVG is a document with scripts and not among them. */
const IMAGES: Record<string, string> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".bmp": "image/bmp",
};
const IMAGE_LIMIT_BYTES = 20 * 1024 * 1024;

export interface FileWindow {
  /** First line; null starts with the window that holds the marked line. */
  from: number | null;
  marked: number | null;
  /** Last of the marked lines; `marked` alone without it. */
  marked_to?: number | null;
}

/** With a chat, the file as its session has it: that of the worktree where there is one, else the project's. */
export async function readProjectFile(
  core: Core,
  projectId: string,
  path: string,
  window: FileWindow,
  chatId: string | null,
): Promise<{ project: Project; file: FileView; worktree: FileInWorktree | null }> {
  const project = await projectOf(core, projectId);
  const { root, worktree } = await placeOfFile(core, project, path, chatId);
  const from = window.from ?? windowOf(window.marked ?? 1);
  const read = await readFileView(root, [], path, { from, count: FILE_WINDOW_LINES });
  const { lines, total_lines, next, binary } = read;
  const image = imageType(path) !== null;
  return {
    project,
    worktree,
    file: {
      path: read.path,
      size_bytes: read.size,
      lines,
      from: read.from,
      total_lines,
      next,
      binary,
      image,
      marked: window.marked,
      marked_to: window.marked === null ? null : Math.max(window.marked, window.marked_to ?? window.marked),
    },
  };
}

interface PlaceOfFile {
  root: string;
  worktree: FileInWorktree | null;
}

async function placeOfFile(core: Core, project: Project, path: string, chatId: string | null): Promise<PlaceOfFile> {
  const own = { root: project.path, worktree: null };
  if (chatId === null) return own;
  const chat = await findChat(core.sql, chatId);
  const session = chat && (await findSession(core.sql, chat.session_id));
  if (session?.project_id !== project.id) throw invalid("There is no such chat in this project.", "chat");
  const root = await worktreePlace(core, session.id);
  if (root === null) return own;
  const beside = await fileBeside(root, project.path, path);
  const worktree = { chat_id: chatId, session_id: session.id, session_title: session.title, beside };
  return { root: beside === "missing" ? project.path : root, worktree };
}

/** What readProjectFile throws for a directory: it has a page of its own. */
export const isDirectoryError = (error: unknown): boolean =>
  error instanceof Refusal && error.note === "is a directory";

/** Windows begin at 1, 2001, 4001 …, so that links to lines of one window are one page. */
const windowOf = (line: number) => Math.floor((line - 1) / FILE_WINDOW_LINES) * FILE_WINDOW_LINES + 1;

export async function readProjectImage(
  core: Core,
  projectId: string,
  path: string,
  chatId: string | null,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; type: string; name: string }> {
  const project = await projectOf(core, projectId);
  const type = imageType(path);
  if (!type) throw invalid("Only pictures (png, jpeg, gif, webp, avif, bmp) are shown as they are.", "raw");
  const { root } = await placeOfFile(core, project, path, chatId);
  return { bytes: await readWholeFile(root, [], path, IMAGE_LIMIT_BYTES), type, name: basename(path) };
}

const imageType = (path: string): string | null => IMAGES[extname(path).toLowerCase()] ?? null;
