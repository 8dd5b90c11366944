/**
 * What our own loop proposed and the developer applied stands in the checkout alone. The session's worktree gets it, too:
 * its agents go on from there, and our loop's tools, which read there, see what became of their proposals.
 */
import { CHANGE_BYTES_MAX } from "../../domain/change.ts";
import { missingDirectories } from "../../drivers/files/replace.ts";
import { readWhole } from "../../drivers/files/whole.ts";
import { resolveWrite } from "../../drivers/files/write-guard.ts";
import { messageOf } from "../../lib/errors.ts";
import type { ApplyFileRow } from "../../store/applies.ts";
import { shaOf } from "../../store/blobs.ts";
import { type Content, mergeContents, sameContent } from "../changes/content.ts";
import { writeFiles } from "../changes/write.ts";
import type { Core } from "../core.ts";

export interface Turn {
  from: Content;
  to: Content;
}

/**
 * Does to the worktree's file what was done to the checkout's; twice is harmless. False where it does not merge or may not
 * be written: then the worktree stays as it is.
 */
export async function intoWorktree(
  core: Pick<Core, "log">,
  root: string,
  file: ApplyFileRow,
  { from, to }: Turn,
): Promise<boolean> {
  try {
    const place = await resolveWrite(root, file.path);
    if (place.path !== file.path || place.linked) return false;
    const now = await readWhole(place, CHANGE_BYTES_MAX);
    const merged = mergeContents(from, now, to);
    if (!merged.ok) return false;
    const next = merged.content;
    if (sameContent(now, next)) return true;
    const made = next.bytes === null ? file.made : await missingDirectories(root, file.path);
    const step = {
      ...file,
      old_sha: hashOf(now),
      new_sha: hashOf(next),
      old_mode: now.mode,
      new_mode: next.mode,
      made,
    };
    const [outcome] = await writeFiles(root, [{ ...step, bytes: next.bytes }]);
    return outcome!.state === "written";
  } catch (error) {
    core.log.warn("worktree.not_taken_in", { apply_id: file.apply_id, path: file.path, error: messageOf(error) });
    return false;
  }
}

const hashOf = ({ bytes }: Content) => bytes && shaOf(bytes);
