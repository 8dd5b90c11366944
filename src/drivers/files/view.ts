/** Windows of files, for the file page and for view_file. */

import { Refusal } from "../refusal.ts";
import { openFile, type Scope } from "./guard.ts";
import { readWindow, type Window } from "./window.ts";

export interface FileView extends Window {
  /** As to be shown: relative to the project. */
  path: string;
  size: number;
  modified_at: Date;
  binary: boolean;
}
export interface ViewRequest {
  from?: number;
  count?: number;
  line_chars?: number;
  total_chars?: number;
  signal?: AbortSignal;
}

export const VIEW_LINES = 2000;
export const VIEW_LINE_CHARS = 2000;
/** What one window of the file page may hold. */
export const VIEW_TOTAL_CHARS = 2_000_000;

/** Lines `from` to `from + count - 1` of a file. Throws Refusal for what may not or cannot be read. */
export async function readFileView(
  root: string,
  grants: readonly string[],
  path: string,
  request: ViewRequest = {},
): Promise<FileView> {
  const scope: Scope = { root, grants };
  const { place, handle } = await openFile(scope, path, request.signal);
  try {
    const window = await readWindow(handle, place.stats.size, {
      from: Math.max(1, request.from ?? 1),
      count: Math.max(1, request.count ?? VIEW_LINES),
      line_chars: request.line_chars ?? VIEW_LINE_CHARS,
      total_chars: request.total_chars ?? VIEW_TOTAL_CHARS,
      signal: request.signal,
    });
    return {
      ...window,
      path: place.shown,
      size: place.stats.size,
      modified_at: place.stats.mtime,
      binary: window.encoding === "binary",
    };
  } finally {
    await handle.close();
  }
}

/** All bytes of a file, refused when it is larger than `limitBytes`. */
export async function readWholeFile(
  root: string,
  grants: readonly string[],
  path: string,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { place, handle } = await openFile({ root, grants }, path);
  try {
    if (place.stats.size > limitBytes)
      throw new Refusal("limit", "too large", `${place.shown} is too large to be shown.`);
    return new Uint8Array(await handle.readFile());
  } finally {
    await handle.close();
  }
}
