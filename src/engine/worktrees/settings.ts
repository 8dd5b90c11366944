/** How a project's worktrees are made. */
import { readWorktreeSettings, type WorktreeSettings, writeWorktreeSettings } from "../../store/worktrees.ts";
import { type Core, transact } from "../core.ts";
import { projectOf } from "../projects.ts";

export async function changeWorktreeSettings(
  core: Core,
  projectId: string,
  change: { [K in keyof WorktreeSettings]?: WorktreeSettings[K] | undefined },
): Promise<WorktreeSettings> {
  await projectOf(core, projectId);
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
