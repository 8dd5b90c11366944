/** The git panel: where the branch stands, what changed, a commit, and what was discarded. By a human only. */
import type { Discard, GitPanel, GitState } from "../../src/domain/git.ts";
import type { Project } from "../../src/domain/project.ts";
import { count, counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import { GitChanges } from "./git-changes.tsx";
import { GitCommit, type ReadyPanel } from "./git-commit.tsx";
import { gitPost } from "./git-posting.ts";

export interface GitPanelProps {
  project: Project;
  panel: GitPanel;
  now: number;
  /** What was just done, or refused; `field` "message" stands at the commit's field. */
  said?: string | null;
  refused?: { message: string; field: string | null } | null;
  /** A commit message that was typed and refused. */
  message?: string | null;
}

/** The whole panel; every post answers with it. */
export function GitPanelView(props: GitPanelProps) {
  const { project, panel, said, refused } = props;
  const url = urls.git(project.id);
  return (
    <section
      class="git scroll"
      id={ids.gitPanel(project.id)}
      aria-label="Git"
      hx-get={url}
      hx-trigger="boocode:refresh"
      hx-swap="outerMorph"
    >
      {said ? (
        <p class="note-ok" role="status" safe>
          {said}
        </p>
      ) : (
        ""
      )}
      {refused && !isAtMessage(props) ? (
        <p class="note-bad" role="alert" safe>
          {refused.message}
        </p>
      ) : (
        ""
      )}
      {panel.state === "ready" ? <Ready {...props} panel={panel} /> : <Without project={project} panel={panel} />}
    </section>
  );
}

const isAtMessage = ({ panel, refused }: GitPanelProps) => refused?.field === "message" && panel.state === "ready";

function Ready(props: GitPanelProps & { panel: ReadyPanel }) {
  const { project, panel, now, refused } = props;
  return (
    <>
      <Where project={project} git={panel.git} now={now} />
      <Operation git={panel.git} />
      <GitCommit
        project_id={project.id}
        panel={panel}
        message={props.message ?? null}
        error={isAtMessage(props) ? refused!.message : null}
      />
      <GitChanges project_id={project.id} git={panel.git} />
      <Discards project_id={project.id} discards={panel.discards} now={now} />
    </>
  );
}

function Without({ project, panel }: { project: Project; panel: Exclude<GitPanel, ReadyPanel> }) {
  if (panel.state === "refused")
    return (
      <p class="note-bad" safe>
        {panel.message}
      </p>
    );
  const url = urls.git(project.id);
  return (
    <form class="gitnone" method="post" action={url} {...gitPost(project.id, url)}>
      <p>This project is not a git repository, so there is nothing to compare with.</p>
      <button type="submit" class="btn">
        Make it one
      </button>
      <p class="rest">
        Runs <code>git init</code> in the project's directory; no file is touched.
      </p>
    </form>
  );
}

function Where({ project, git, now }: { project: Project; git: GitState; now: number }) {
  const branch = git.branch ?? `detached at ${git.head?.slice(0, 10) ?? "nothing"}`;
  return (
    <header class="gitwhere">
      <Icon name="branch" />
      <h2 class="cut" title={attr(branch)} safe>
        {branch}
      </h2>
      <button
        type="button"
        class="btn btn-quiet btn-i btn-sm end"
        aria-label="Read again"
        title="Read again"
        hx-get={urls.git(project.id)}
        hx-target={`#${ids.gitPanel(project.id)}`}
        hx-swap="outerMorph"
      >
        <Icon name="refresh" />
      </button>
      <p class="rest">
        <span safe>{standing(git)}</span>
        {git.upstream !== null && git.behind !== null && git.fetched_at ? (
          <>
            , as fetched <Age since={git.fetched_at} now={now} short /> ago
          </>
        ) : (
          ""
        )}
      </p>
    </header>
  );
}

function standing(git: GitState): string {
  if (git.head === null) return "No commits yet";
  if (git.branch === null) return "A commit made now belongs to no branch";
  if (git.upstream === null) return "No upstream";
  if (git.ahead === null || git.behind === null) return `${git.upstream} is gone`;
  const apart = [git.ahead && `${count(git.ahead)} ahead of`, git.behind && `${count(git.behind)} behind`].filter(
    Boolean,
  );
  return `${apart.length > 0 ? apart.join(", ") : "Level with"} ${git.upstream}`;
}

const OPERATIONS: Record<NonNullable<GitState["operation"]>, string> = {
  merge:
    "A merge is under way. Resolve what is in conflict and commit, or give it up in a terminal: git merge --abort.",
  rebase: "A rebase is under way. Go on in a terminal: git rebase --continue, or --abort.",
  "cherry-pick": "A cherry-pick is under way. Resolve and commit, or in a terminal: git cherry-pick --abort.",
  revert: "A revert is under way. Resolve and commit, or in a terminal: git revert --abort.",
  bisect: "A bisection is under way. End it in a terminal: git bisect reset.",
};

function Operation({ git }: { git: GitState }) {
  if (git.operation === null) return "";
  return <p class="gitop">{OPERATIONS[git.operation] as "safe"}</p>;
}

function Discards({ project_id, discards, now }: { project_id: string; discards: readonly Discard[]; now: number }) {
  if (discards.length === 0) return "";
  return (
    <section class="gitgroup" aria-label="Discarded">
      <header>
        <h3>Discarded</h3>
        <span class="dim">kept under refs/boocode</span>
      </header>
      <ul>
        {discards.map((discard) => (
          <DiscardRow project_id={project_id} discard={discard} now={now} />
        ))}
      </ul>
    </section>
  );
}

function DiscardRow({ project_id, discard, now }: { project_id: string; discard: Discard; now: number }) {
  const url = urls.gitUndo(project_id, discard.id);
  const first = shownPath(discard.paths[0] ?? "");
  const names = discard.total > 1 ? `${first} and ${counted(discard.total - 1, "other")}` : first;
  return (
    <li class="gitrow">
      <span class="row" title={attr(discard.paths.map(shownPath).join("\n"))}>
        <span class="cut" safe>
          {names}
        </span>
        <span class="dim">
          <Age since={discard.at} now={now} short />
        </span>
      </span>
      <form method="post" action={url} {...gitPost(project_id, url)}>
        <button type="submit" class="btn btn-quiet btn-sm" aria-label={attr(`Undo: bring back ${names}`)}>
          Undo
        </button>
      </form>
    </li>
  );
}
