/** Files of a project for the file page: through the same guard as the tools. */
import { basename, extname } from "node:path";
import type { FileView } from "../domain/file.ts";
import { FILE_WINDOW_LINES } from "../domain/file.ts";
import type { Project } from "../domain/project.ts";
import { readFileView, readWholeFile } from "../drivers/files/view.ts";
import { Refusal } from "../drivers/refusal.ts";
import { invalid } from "../lib/errors.ts";
import type { Core } from "./core.ts";
import { projectOf } from "./projects.ts";

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

export async function readProjectFile(
  core: Core,
  projectId: string,
  path: string,
  window: FileWindow,
): Promise<{ project: Project; file: FileView }> {
  const project = await projectOf(core, projectId);
  const from = window.from ?? windowOf(window.marked ?? 1);
  const read = await readFileView(project.path, [], path, { from, count: FILE_WINDOW_LINES });
  const { lines, total_lines, next, binary } = read;
  const image = imageType(path) !== null;
  return {
    project,
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

/** What readProjectFile throws for a directory: it has a page of its own. */
export const isDirectoryError = (error: unknown): boolean =>
  error instanceof Refusal && error.note === "is a directory";

/** Windows begin at 1, 2001, 4001 …, so that links to lines of one window are one page. */
const windowOf = (line: number) => Math.floor((line - 1) / FILE_WINDOW_LINES) * FILE_WINDOW_LINES + 1;

export async function readProjectImage(
  core: Core,
  projectId: string,
  path: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; type: string; name: string }> {
  const project = await projectOf(core, projectId);
  const type = imageType(path);
  if (!type) throw invalid("Only pictures (png, jpeg, gif, webp, avif, bmp) are shown as they are.", "raw");
  return { bytes: await readWholeFile(project.path, [], path, IMAGE_LIMIT_BYTES), type, name: basename(path) };
}

const imageType = (path: string): string | null => IMAGES[extname(path).toLowerCase()] ?? null;
