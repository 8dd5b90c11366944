/** What an apply would write: the accepted hunks of each change, on top of the file as it is now. Reads only. */
import type { Db } from "../../db/sql.ts";
import { CHANGE_BYTES_MAX } from "../../domain/change.ts";
import { missingDirectories } from "../../drivers/files/replace.ts";
import { readWhole } from "../../drivers/files/whole.ts";
import { resolveWrite } from "../../drivers/files/write-guard.ts";
import { AppError } from "../../lib/errors.ts";
import { collectedOf } from "../../store/change-reads.ts";
import type { ChangeRow } from "../../store/changes.ts";
import { type HunkRow, hunkRows } from "../../store/hunks.ts";
import { type Content, mergeContents, partOf, type Sides, sameContent } from "./content.ts";
import { sidesOf } from "./read.ts";
import { sentenceOf } from "./write.ts";

export interface PlannedFile {
  row: ChangeRow;
  hunks: HunkRow[];
  /** Ids of the hunks that are written. */
  taken: ReadonlySet<string>;
  sides: Sides;
  /** The change's base with the accepted hunks. */
  wanted: Content;
  /** The file before and after. */
  disk: Content;
  target: Content;
  made: string[];
}
/** A change that cannot be written: its file moved on and does not merge, or it may not be written. */
export interface Obstacle {
  row: ChangeRow;
  taken: ReadonlySet<string>;
  state: "stale" | "failed";
  error: string;
  /** The file as it is; null when it was not read. */
  disk: Content | null;
}
export type Planned = { ok: true; file: PlannedFile } | { ok: false; obstacle: Obstacle };

/** Null for a change without accepted hunks. */
export async function planFile(db: Db, root: string, row: ChangeRow): Promise<Planned | null> {
  const hunks = await hunkRows(db, [row.id]);
  const taken = new Set(hunks.filter((h) => h.state === "accepted").map((h) => h.id));
  if (taken.size === 0) return null;
  const sides = await sidesOf(db, row);
  const wanted = partOf(sides, (id) => taken.has(id));
  let disk: Content | null = null;
  try {
    const place = await resolveWrite(root, row.path);
    if (place.path !== row.path || place.linked)
      throw new AppError("forbidden", "A symbolic link has taken the place of a file or directory on the way.");
    disk = await readWhole(place, CHANGE_BYTES_MAX);
  } catch (error) {
    return stopped({ row, taken, state: "failed", error: sentenceOf(error), disk });
  }
  if (isReadOnly(disk) && !sameContent(disk, wanted))
    return stopped({
      row,
      taken,
      state: "failed",
      error: "The file is read-only. Make it writable and apply again.",
      disk,
    });
  const merged = mergeContents(sides.base, disk, wanted);
  if (!merged.ok) {
    const error = await buildsOn(db, row);
    if (error) return stopped({ row, taken, state: "failed", error, disk });
    return stopped({ row, taken, state: "stale", error: movedOn(sides.base, disk), disk });
  }
  const target = merged.content;
  const made = target.bytes === null ? [] : await missingDirectories(root, row.path);
  return { ok: true, file: { row, hunks, taken, sides, wanted, disk, target, made } };
}

const stopped = (obstacle: Obstacle): Planned => ({ ok: false, obstacle });

const isReadOnly = (content: Content) => content.mode !== null && (content.mode & 0o222) === 0;

/** Our own loop reads what agents wrote before it is applied. Null where that is not what is missing. */
async function buildsOn(db: Db, row: ChangeRow): Promise<string | null> {
  if (row.producer !== "native") return null;
  const under = (await collectedOf(db, row.session_id)).find((other) => other.path === row.path);
  return under
    ? `It builds on what ${under.provider} wrote in the worktree, which is not in the project yet. Apply that change of the file first, then this one.`
    : null;
}

function movedOn(base: Content, disk: Content): string {
  if (disk.bytes === null) return "The file was deleted since this was proposed.";
  if (base.bytes === null) return "A file of this name was made since this was proposed.";
  return "The file was changed at the same place since this was proposed.";
}
