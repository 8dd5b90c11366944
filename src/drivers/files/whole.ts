/** A whole file with its permission bits, for what is changed and not only looked at. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { bytes as size } from "../../lib/format.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { errnoOf, Refusal } from "../refusal.ts";
import type { WritePlace } from "./write-guard.ts";

const MODE_BITS = 0o7777;

/** Null bytes and mode when there is no file. Refuses what is larger than `limit` bytes. */
export async function readWhole(
  place: Pick<WritePlace, "path" | "real">,
  limit: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer> | null; mode: number | null }> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const handle = await open(place.real, flags).catch((error) => {
    if (errnoOf(error) === "ENOENT") return null;
    throw unreadable(place.path, error);
  });
  if (!handle) return { bytes: null, mode: null };
  try {
    const stats = await handle.stat();
    if (!stats.isFile())
      throw new Refusal("invalid", "not a file", `${shownPath(place.path)} is no ordinary file.`, {
        field: "file_path",
      });
    if (stats.size > limit)
      throw new Refusal(
        "limit",
        "too large",
        `${shownPath(place.path)} is larger than ${size(limit)}; such files are not changed here.`,
        { field: "file_path" },
      );
    return { bytes: new Uint8Array(await handle.readFile()), mode: stats.mode & MODE_BITS };
  } finally {
    await handle.close();
  }
}

function unreadable(path: string, error: unknown): Refusal {
  const code = errnoOf(error);
  const denied = code === "EACCES" || code === "EPERM";
  return new Refusal(
    denied ? "forbidden" : "unavailable",
    denied ? "no permission" : "could not be read",
    denied
      ? `${shownPath(path)} may not be read by the user BooCode runs as.`
      : `${shownPath(path)} could not be read (${code ?? "unknown error"}).`,
    { field: "file_path", cause: error },
  );
}
