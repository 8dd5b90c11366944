/** Worktrees, their finish and agents' processes: contents of pages from fixed data. */
import { NOW, project, session } from "../../tests/support/chat-fixtures.ts";
import {
  conflictFinish,
  dirtyFinish,
  noFinish,
  processes,
  retired,
  worktree,
  worktrees,
} from "../../tests/support/worktree-fixtures.ts";
import { ProcessesContent } from "../../views/processes/processes.tsx";
import { FinishContent } from "../../views/worktrees/finish.tsx";
import { WorktreeList } from "../../views/worktrees/list.tsx";
import { RetirementContent } from "../../views/worktrees/retirement.tsx";
import { WorktreeSettingsContent } from "../../views/worktrees/settings.tsx";

const names = new Map([
  ["s1", session.title],
  ["s2", "Rate limit the public API"],
  ["p1", project.name],
  ["c1", "Lease-based claims"],
]);
const finish = { session, project, now: NOW };
const listed = { sessions: names, projects: names, snapshot_days: 30, now: NOW };
const plain = { ...project, is_git: false };
const settings = { in_place: false, copy_files: ".env.local\nconfig/dev.json", setup_command: "bun install" };

/** By the name of the story. */
export const worktreeStories: Record<string, { title: string; content: JSX.Element }> = {
  "finish-none": { title: "Worktree", content: <FinishContent {...finish} finish={noFinish} /> },
  "finish-dirty": {
    title: "Worktree",
    content: (
      <FinishContent
        {...finish}
        finish={dirtyFinish}
        message=""
        refused={{ field: "message", message: "Write what the commit does." }}
      />
    ),
  },
  "finish-conflicts": {
    title: "Worktree",
    content: <FinishContent {...finish} finish={conflictFinish} said="Bringing main in stopped at conflicts." />,
  },
  "finish-busy": {
    title: "Worktree",
    content: <FinishContent {...finish} finish={{ ...dirtyFinish, busy: true, branch: null }} />,
  },
  worktrees: {
    title: "Worktrees",
    content: <WorktreeList {...listed} worktrees={worktrees} retired={retired} sizes />,
  },
  "worktrees-none": {
    title: "Worktrees",
    content: <WorktreeList {...listed} worktrees={[]} retired={[]} sizes={false} />,
  },
  "worktree-retirement": {
    title: "Retire",
    content: <RetirementContent worktree={worktree} status={worktrees[0]!.status} snapshot_days={30} busy={false} />,
  },
  "worktree-settings": {
    title: "Worktrees",
    content: <WorktreeSettingsContent project={project} settings={settings} saved />,
  },
  "worktree-settings-plain": {
    title: "Worktrees",
    content: <WorktreeSettingsContent project={plain} settings={settings} saved={false} />,
  },
  processes: {
    title: "Processes",
    content: <ProcessesContent processes={processes} chats={names} strays={2} most={6} now={NOW} />,
  },
};
