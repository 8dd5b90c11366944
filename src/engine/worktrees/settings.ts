/** How a project's worktrees are made. */

import { invalid } from "../../lib/errors.ts";
import { count } from "../../lib/format.ts";
import { readWorktreeSettings, type WorktreeSettings, writeWorktreeSettings } from "../../store/worktrees.ts";
import { type Core, transact } from "../core.ts";
import { projectOf } from "../projects.ts";

const COPY_FILES_CHARS = 4_000;
const SETUP_COMMAND_CHARS = 2_000;

export async function changeWorktreeSettings(
  core: Core,
  projectId: string,
  change: { [K in keyof WorktreeSettings]?: WorktreeSettings[K] | undefined },
): Promise<WorktreeSettings> {
  await projectOf(core, projectId);
  if ((change.copy_files?.length ?? 0) > COPY_FILES_CHARS)
    throw invalid(`The list has at most ${count(COPY_FILES_CHARS)} characters.`, "copy_files");
  if ((change.setup_command?.length ?? 0) > SETUP_COMMAND_CHARS)
    throw invalid(`The command has at most ${count(SETUP_COMMAND_CHARS)} characters.`, "setup_command");
  return transact(core, async (tx) => {
    const before = await readWorktreeSettings(tx, projectId);
    const next: WorktreeSettings = {
      in_place: change.in_place ?? before.in_place,
      copy_files: change.copy_files ?? before.copy_files,
      setup_command: change.setup_command ?? before.setup_command,
    };
    await writeWorktreeSettings(tx, projectId, next);
    return next;
  });
}
