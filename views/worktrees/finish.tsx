/** The finish: a worktree's branch from uncommitted files to a pull request, in one place. By a human only. */
import type { Finish, ReadyFinish } from "../../src/domain/finish.ts";
import type { Project } from "../../src/domain/project.ts";
import type { Session } from "../../src/domain/session.ts";
import { counted } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { Glyph, Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { CarryOver, WithoutWorktree } from "./carry.tsx";
import { BringIn, CommitStep } from "./commit-step.tsx";
import { Conflicts } from "./conflicts.tsx";
import { finishPost } from "./posting.ts";
import { PushStep } from "./push-step.tsx";

export interface FinishProps {
  session: Session;
  project: Project;
  finish: Finish;
  now: number;
  /** What was just done, or refused; `field` "message" stands at the commit's field. */
  said?: string | null;
  refused?: { message: string; field: string | null } | null;
  /** A commit message that was typed and refused. */
  message?: string | null;
}
export type ReadyProps = FinishProps & { finish: ReadyFinish };

/** Everything inside `main`. */
export function FinishContent(props: FinishProps) {
  const { session } = props;
  return (
    <>
      <PageHeader title="Worktree">
        <span class="mid cut d" safe>
          {session.title}
        </span>
        <span class="grow"></span>
        <a class="btn btn-sm" href={urls.review(session.id)}>
          Review
        </a>
        <Back href={urls.session(session.id)} to="the session" />
      </PageHeader>
      <div class="page">
        <div class="sheet">
          <FinishView {...props} />
        </div>
      </div>
    </>
  );
}

/** The whole of it; every post answers with it. While a run goes on it looks again by itself. */
export function FinishView(props: FinishProps) {
  const { session, finish, said, refused } = props;
  const isBusy = finish.state === "ready" && finish.busy;
  return (
    <section
      class="finish"
      id={ids.finish(session.id)}
      aria-label="Finish"
      hx-get={urls.sessionWorktree(session.id)}
      hx-trigger={isBusy ? "boocode:refresh, every 4s" : "boocode:refresh"}
      hx-swap="outerMorph"
    >
      {said ? (
        <p class="note-ok said" role="status" safe>
          {said}
        </p>
      ) : (
        ""
      )}
      {refused && !isAtMessage(props) ? (
        <p class="note-bad said" role="alert" safe>
          {refused.message}
        </p>
      ) : (
        ""
      )}
      {finish.state === "ready" ? <Ready {...props} finish={finish} /> : <WithoutWorktree {...props} finish={finish} />}
    </section>
  );
}

const isAtMessage = ({ finish, refused }: FinishProps) =>
  refused?.field === "message" && finish.state === "ready" && !finish.busy && finish.operation === null;

function Ready(props: ReadyProps) {
  const { finish } = props;
  const error = isAtMessage(props) ? props.refused!.message : null;
  return (
    <>
      <Where {...props} />
      {finish.operation === "merge" ? (
        <Conflicts {...props} />
      ) : (
        <>
          <CarryOver {...props} carry={finish.carry} busy={finish.busy || finish.operation !== null} />
          <CommitStep {...props} error={error} />
          <BringIn {...props} />
        </>
      )}
      <PushStep {...props} />
      <Retire {...props} />
    </>
  );
}

function Where({ session, project, finish }: ReadyProps) {
  const { branch, head, worktree, busy, operation } = finish;
  return (
    <section class="band" aria-labelledby="fin-where-h">
      <header>
        <Icon name="branch" />
        <h2 id="fin-where-h" class="cut" safe>
          {branch ?? `detached at ${head.slice(0, 10)}`}
        </h2>
        <span class="note">
          <a href={urls.worktrees}>all worktrees</a>
        </span>
      </header>
      {busy ? (
        <p class="fin-busy" role="status">
          <Glyph status="running" /> A run is going on here. What changes the worktree waits for its end; a push does
          not.
        </p>
      ) : (
        ""
      )}
      {branch === null ? <Detached session_id={session.id} busy={busy} /> : ""}
      {branch !== null && branch !== worktree.branch ? (
        <p class="note-warn" safe>{`It was made on ${worktree.branch}: somebody switched the branch since.`}</p>
      ) : (
        ""
      )}
      {operation !== null && operation !== "merge" ? (
        <p
          class="note-warn"
          safe
        >{`A ${operation} is under way here, which was begun in a terminal or by an agent. End it in a terminal of this session.`}</p>
      ) : (
        ""
      )}
      <dl class="facts">
        <dt>Against its base</dt>
        <dd safe>{distance(finish)}</dd>
        <dt>Project</dt>
        <dd>
          <a href={urls.project(project.id)} safe>
            {project.name}
          </a>
        </dd>
        <dt>Directory</dt>
        <dd>
          <code safe>{worktree.path}</code>
        </dd>
        {worktree.note ? (
          <>
            <dt>Note</dt>
            <dd safe>{worktree.note}</dd>
          </>
        ) : (
          ""
        )}
      </dl>
      <form class="btns" method="post" action={urls.sessionTerminals(session.id)}>
        <button type="submit" class="btn btn-sm">
          <Icon name="term" />
          Open a terminal here
        </button>
      </form>
    </section>
  );
}

function distance({ base, ahead, behind }: ReadyFinish): string {
  if (!base) return "The checkout has no commit.";
  const name = base.branch ?? `the checkout's commit ${base.commit.slice(0, 10)}`;
  if (ahead + behind === 0) return `Level with ${name}`;
  const apart = [ahead && `${counted(ahead, "commit")} ahead of`, behind && `${counted(behind, "commit")} behind`];
  return `${apart.filter(Boolean).join(", ")} ${name}`;
}

function Detached({ session_id, busy }: { session_id: string; busy: boolean }) {
  return (
    <form class="note-warn" {...finishPost(session_id, urls.worktreeBranches(session_id))}>
      <p>HEAD is detached: commits made now belong to no branch, and cannot be pushed.</p>
      <button type="submit" class="btn btn-sm" disabled={busy}>
        Make a branch here
      </button>
    </form>
  );
}

function Retire({ finish }: ReadyProps) {
  return (
    <section class="band" aria-labelledby="fin-retire-h">
      <header>
        <Icon name="archive" />
        <h2 id="fin-retire-h">Done with it</h2>
      </header>
      <p>
        Retiring takes the directory away. What is not committed or merged is kept for 30 days and can be brought back.
      </p>
      <div class="btns">
        <a class="btn" href={urls.worktreeRetirement(finish.worktree.id)}>
          Retire…
        </a>
      </div>
    </section>
  );
}
