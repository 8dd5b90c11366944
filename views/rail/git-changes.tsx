/** What has changed, in groups; each row leads to its difference and carries what can be done with it. */
import type { ChangeGroup, ChangeMark, GitChange, GitState } from "../../src/domain/git.ts";
import { count } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { gitPost } from "./git-posting.ts";

interface ChangesProps {
  project_id: string;
  git: GitState;
}

export function GitChanges({ project_id, git }: ChangesProps) {
  const { conflicts, staged, unstaged, untracked } = git;
  if (conflicts.total + staged.total + unstaged.total + untracked.total === 0)
    return <p class="rest">{git.head === null ? "No files yet." : "Nothing has changed since the last commit."}</p>;
  return (
    <>
      <Group project_id={project_id} kind="conflicts" group={conflicts} />
      <Group project_id={project_id} kind="staged" group={staged} />
      <Group project_id={project_id} kind="unstaged" group={unstaged} />
      <Group project_id={project_id} kind="untracked" group={untracked} />
      {git.truncated ? <p class="rest">git's list was cut here: there are more changes than these.</p> : ""}
    </>
  );
}

type Kind = "conflicts" | "staged" | "unstaged" | "untracked";
const TITLES: Record<Kind, string> = {
  conflicts: "In conflict",
  staged: "Staged",
  unstaged: "Changed",
  untracked: "Untracked",
};
/** The verb of each row, and of the whole group where it is safe to say it once for all. */
const VERBS: Record<Kind, { word: string; icon: IconName; all: string | null }> = {
  conflicts: { word: "Mark resolved:", icon: "check", all: null },
  staged: { word: "Unstage", icon: "minus", all: "Unstage all" },
  unstaged: { word: "Stage", icon: "plus", all: "Stage all" },
  untracked: { word: "Stage", icon: "plus", all: null },
};

interface GroupProps {
  project_id: string;
  kind: Kind;
  group: ChangeGroup;
}

/** One form for the whole group: its buttons carry the path. */
function Group({ project_id, kind, group }: GroupProps) {
  if (group.total === 0) return "";
  const url = kind === "staged" ? urls.gitUnstagings(project_id) : urls.gitStagings(project_id);
  const { all } = VERBS[kind];
  return (
    <form class="gitgroup" method="post" action={url} {...gitPost(project_id, url)}>
      <header>
        <h3>{TITLES[kind] as "safe"}</h3>
        <span class="count" safe>
          {count(group.total)}
        </span>
        <span class="grow"></span>
        {all === null ? (
          ""
        ) : (
          <button type="submit" class="btn btn-quiet btn-sm" name="all" value="1">
            {all as "safe"}
          </button>
        )}
      </header>
      <ul>
        {group.changes.map((change) => (
          <Row project_id={project_id} kind={kind} change={change} />
        ))}
        {group.total > group.changes.length ? (
          <li class="rest" safe>{`and ${count(group.total - group.changes.length)} more`}</li>
        ) : (
          ""
        )}
      </ul>
    </form>
  );
}

const WORDS: Record<ChangeMark, string> = {
  M: "modified",
  A: "added",
  D: "deleted",
  R: "renamed",
  C: "copied",
  T: "type changed",
  "?": "untracked",
  U: "in conflict",
};

function Row({ project_id, kind, change }: { project_id: string; kind: Kind; change: GitChange }) {
  const url = urls.gitDiff(project_id, change.path, { staged: kind === "staged" ? 1 : undefined });
  const folder = change.path.replace(/[^/]*\/?$/, "");
  const name = change.path.slice(folder.length);
  const words = change.conflict ?? WORDS[change.mark];
  const title = `${shownPath(change.path)}: ${words}${change.from === null ? "" : ` from ${shownPath(change.from)}`}`;
  const inside = (
    <>
      <abbr class={`mark mark-${change.mark === "?" ? "new" : change.mark}`} title={attr(words)}>
        {change.mark}
      </abbr>
      <span class="cut">
        <span safe>{shownPath(name)}</span>
        {folder ? <span class="dim" safe>{` ${shownPath(folder.slice(0, -1))}`}</span> : ""}
      </span>
    </>
  );
  return (
    <li class="gitrow">
      {change.lossy ? (
        <span class="row" title={attr(title)}>
          {inside}
        </span>
      ) : (
        <a class="row" href={url} hx-get={url} hx-target={`#${ids.diffBody}`} hx-swap="innerHTML" title={attr(title)}>
          {inside}
        </a>
      )}
      <Acts project_id={project_id} kind={kind} change={change} />
    </li>
  );
}

function Acts({ project_id, kind, change }: { project_id: string; kind: Kind; change: GitChange }) {
  if (change.lossy)
    return (
      <small
        class="dim"
        title="The name is not valid UTF-8, so it cannot be told exactly from here. Use git in a terminal."
      >
        bad name
      </small>
    );
  const { word, icon } = VERBS[kind];
  const discards = urls.gitDiscards(project_id);
  const path = shownPath(change.path);
  return (
    <>
      {kind === "unstaged" || kind === "untracked" ? (
        <button
          type="submit"
          class="btn btn-quiet btn-i btn-sm"
          name="path"
          value={attr(change.path)}
          formaction={discards}
          {...gitPost(project_id, discards)}
          aria-label={attr(`Discard ${path}`)}
          title="Discard; can be undone"
        >
          <Icon name="undo" />
        </button>
      ) : (
        ""
      )}
      <button
        type="submit"
        class="btn btn-quiet btn-i btn-sm"
        name="path"
        value={attr(change.path)}
        aria-label={attr(`${word} ${path}`)}
        title={word.replace(":", "")}
      >
        <Icon name={icon} />
      </button>
    </>
  );
}
