/** Asks before a worktree is taken away, and says what is only in it. */
import type { Worktree, WorktreeStatus } from "../../src/domain/worktree.ts";
import { isAtRisk } from "../../src/domain/worktree.ts";
import { counted } from "../../src/lib/format.ts";
import { PageHeader } from "../layout/header.tsx";
import { Glyph } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

interface RetirementProps {
  worktree: Worktree;
  status: WorktreeStatus | null;
  snapshot_days: number;
  /** A run of its session has begun and not ended. */
  busy: boolean;
  /** What was refused. */
  refused?: string | null;
}

/** Everything inside `main`. */
export function RetirementContent({ worktree, status, snapshot_days, busy, refused }: RetirementProps) {
  const back = worktree.session_id === null ? urls.worktrees : urls.sessionWorktree(worktree.session_id);
  const risky = status !== null && isAtRisk(status);
  return (
    <>
      <PageHeader title="Retire a worktree" />
      <div class="page">
        <div class="sheet narrow">
          <div class="headline">
            <h2 safe>{`Retire ${worktree.branch ?? "this worktree"}?`}</h2>
            <p safe>
              {worktree.branch === null
                ? "Agents worked in the project's directory itself: nothing of it is touched."
                : `Its directory is removed: ${worktree.path}`}
            </p>
          </div>
          {refused ? (
            <p class="note-bad said" role="alert" safe>
              {refused}
            </p>
          ) : (
            ""
          )}
          {busy ? <p class="note-warn">A run is going on in it. Stop it first, or wait for its end.</p> : ""}
          {worktree.branch === null ? "" : <Facts status={status} snapshot_days={snapshot_days} />}
          <form class="form" method="post" action={urls.worktreeRetirement(worktree.id)}>
            {risky ? <input type="hidden" name="force" value="1" /> : ""}
            <div class="btns">
              <button type="submit" class="btn btn-bad" disabled={busy}>
                {risky ? "Retire it all the same" : "Retire it"}
              </button>
              <a class="btn" href={back}>
                Keep it
              </a>
            </div>
          </form>
        </div>
      </div>
    </>
  );
}

function Facts({ status, snapshot_days }: { status: WorktreeStatus | null; snapshot_days: number }) {
  if (!status)
    return <p class="note-warn">Its directory is gone already, so there is nothing to look at. Its branch stays.</p>;
  const kept = `kept for ${snapshot_days} days, can be brought back`;
  return (
    <ul class="checks three">
      <Fact n={status.dirty} one="file is not committed" many="files are not committed" what={kept} />
      <Fact
        n={status.unmerged}
        one="commit is not merged"
        many="commits are not merged"
        what="the branch stays as it is"
      />
      <Fact
        n={status.unpushed}
        one="of them is not pushed"
        many="of them are not pushed"
        what="they are on this machine only"
      />
      {isAtRisk(status) ? (
        ""
      ) : (
        <li>
          <Glyph status="done" label="Safe" />
          <span>Nothing at risk</span>
          <span class="mid">everything in it is committed and merged; its branch goes, too</span>
        </li>
      )}
    </ul>
  );
}

function Fact({ n, one, many, what }: { n: number; one: string; many: string; what: string }) {
  if (n === 0) return "";
  return (
    <li>
      <Glyph status="failed" label="At risk" />
      <span safe>{counted(n, one, many)}</span>
      <span class="mid" safe>
        {what}
      </span>
    </li>
  );
}
