/** All worktrees across projects, what is only in them, and those that can be brought back. */
import type { Worktree, WorktreeState, WorktreeStatus } from "../../src/domain/worktree.ts";
import { bytes, counted } from "../../src/lib/format.ts";
import { PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

export interface ListedWorktree {
  worktree: Worktree;
  status: WorktreeStatus | null;
  size_bytes: number | null;
}
interface ListProps {
  worktrees: readonly ListedWorktree[];
  retired: readonly Worktree[];
  /** Titles of sessions and names of projects, by id. */
  sessions: ReadonlyMap<string, string>;
  projects: ReadonlyMap<string, string>;
  sizes: boolean;
  snapshot_days: number;
  now: number;
  refused?: string | null;
}

/** Everything inside `main`. */
export function WorktreeList(props: ListProps) {
  const { worktrees, retired, sizes, refused } = props;
  return (
    <>
      <PageHeader title="Worktrees">
        <span class="grow"></span>
        <a class="btn btn-sm" href={urls.processes}>
          Processes
        </a>
      </PageHeader>
      <div class="page">
        <div class="sheet">
          {refused ? (
            <p class="note-bad said" role="alert" safe>
              {refused}
            </p>
          ) : (
            ""
          )}
          <section class="band" aria-labelledby="worktrees-h">
            <header>
              <Icon name="branch" />
              <h2 id="worktrees-h">Worktrees</h2>
              <span class="note" safe>
                {counted(worktrees.length, "worktree")}
              </span>
              {sizes || worktrees.length === 0 ? (
                ""
              ) : (
                <a class="btn btn-sm btn-quiet" href={urls.worktreesWithSizes}>
                  Sizes on disk
                </a>
              )}
            </header>
            {worktrees.length === 0 ? (
              <p>None now. A session gets one at its first message to an agent, and keeps it until it is retired.</p>
            ) : (
              <ul class="wt-list">
                {worktrees.map((one) => (
                  <Line one={one} {...props} />
                ))}
              </ul>
            )}
          </section>
          {retired.length > 0 ? <Retired {...props} /> : ""}
        </div>
      </div>
    </>
  );
}

const STATES: Record<WorktreeState, string> = {
  creating: "being made",
  ready: "",
  lost: "directory is gone",
  retired: "",
};

function Line({ one, sessions, projects, sizes, now }: ListProps & { one: ListedWorktree }) {
  const { worktree, status, size_bytes } = one;
  const session = worktree.session_id === null ? null : (sessions.get(worktree.session_id) ?? null);
  const name = worktree.branch ?? "in the project's directory";
  return (
    <li>
      <div>
        {worktree.session_id !== null && session !== null ? (
          <a class="t cut" href={urls.sessionWorktree(worktree.session_id)} safe>
            {session}
          </a>
        ) : (
          <span class="cut mid">its session was deleted</span>
        )}
        <small class="cut" title={attr(worktree.path)} safe>
          {`${projects.get(worktree.project_id) ?? ""} · ${name}`}
        </small>
      </div>
      <span class="risks">
        <Risks status={status} state={worktree.state} />
      </span>
      <span class="num dim">
        {sizes ? <span safe>{`${size_bytes === null ? "?" : bytes(size_bytes)} · `}</span> : ""}
        <Age since={worktree.created_at} now={now} short />
      </span>
      <span class="btns">
        {worktree.session_id !== null && session !== null ? (
          <a class="btn btn-sm" href={urls.sessionWorktree(worktree.session_id)} aria-label={attr(`Finish ${session}`)}>
            Finish
          </a>
        ) : (
          ""
        )}
        <a
          class="btn btn-sm btn-quiet"
          href={urls.worktreeRetirement(worktree.id)}
          aria-label={attr(`Retire ${session ?? name}`)}
        >
          Retire…
        </a>
      </span>
    </li>
  );
}

/** What would be lost, each with its number; never by colour alone. */
export function Risks({ status, state }: { status: WorktreeStatus | null; state: WorktreeState }) {
  if (state !== "ready") return <StatusWord status={state === "lost" ? "failed" : "running"} word={STATES[state]} />;
  if (!status) return <span class="dim">nothing to tell</span>;
  const { dirty, unmerged, unpushed, behind, conflicts } = status;
  const facts = [
    conflicts.length > 0 ? `${counted(conflicts.length, "conflict")}` : "",
    dirty > 0 ? `${counted(dirty, "file")} uncommitted` : "",
    unmerged > 0 ? `${counted(unmerged, "commit")} unmerged` : "",
    unpushed > 0 ? `${unpushed} unpushed` : "",
    behind > 0 ? `${behind} behind` : "",
  ].filter(Boolean);
  if (facts.length === 0) return <StatusWord status="done" word="Nothing at risk" />;
  return <span safe>{facts.join(" · ")}</span>;
}

function Retired({ retired, sessions, projects, snapshot_days, now }: ListProps) {
  return (
    <section class="band" aria-labelledby="retired-h">
      <header>
        <Icon name="archive" />
        <h2 id="retired-h">Retired</h2>
        <span class="note" safe>{`kept for ${snapshot_days} days`}</span>
      </header>
      <ul class="wt-list">
        {retired.map((worktree) => (
          <li>
            <div>
              <span class="cut" safe>
                {(worktree.session_id && sessions.get(worktree.session_id)) ?? "its session was deleted"}
              </span>
              <small class="cut" safe>
                {`${projects.get(worktree.project_id) ?? ""} · ${worktree.branch ?? ""}`}
              </small>
            </div>
            <code class="cut dim" safe>
              {worktree.snapshot_ref ?? ""}
            </code>
            <span class="num dim">
              {worktree.retired_at ? <Age since={worktree.retired_at} now={now} short /> : ""}
            </span>
            <form class="btns" method="post" action={urls.worktreeRestoration(worktree.id)}>
              <button type="submit" class="btn btn-sm" aria-label={attr(`Bring back ${worktree.branch ?? ""}`)}>
                Bring back
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
}
