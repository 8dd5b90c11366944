/** The form of a commit, and everything that is to be known before it is made. */
import { COMMIT_MESSAGE_CHARS, type GitPanel, IDENTITY_MISSING } from "../../src/domain/git.ts";
import { counted } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { described } from "../ui/fields.tsx";
import { urls } from "../urls.ts";
import { gitPost } from "./git-posting.ts";

export type ReadyPanel = Extract<GitPanel, { state: "ready" }>;

interface CommitProps {
  project_id: string;
  panel: ReadyPanel;
  /** What was typed and refused, and why. */
  message: string | null;
  error: string | null;
}

export function GitCommit({ project_id, panel, message, error }: CommitProps) {
  const { git, identity, prepared_message } = panel;
  const id = ids.commitMessage(project_id, git.head);
  const url = urls.gitCommits(project_id);
  const files = git.staged.total + git.staged_outside;
  const isWork = files > 0 || git.operation === "merge";
  return (
    <div class="gitcommit">
      <form method="post" action={url} data-commit={project_id} {...gitPost(project_id, url)}>
        <input type="hidden" name="staged_key" value={git.staged_key} />
        <label class="vh" for={id}>
          Commit message
        </label>
        <textarea
          class="input"
          id={id}
          name="message"
          rows="2"
          maxlength={String(COMMIT_MESSAGE_CHARS)}
          placeholder="Commit message"
          {...described({ id, error: error ?? undefined })}
          safe
        >
          {message ?? prepared_message ?? ""}
        </textarea>
        {error === null ? (
          ""
        ) : (
          <p class="bad" id={`${id}-error`} role="alert" safe>
            {error}
          </p>
        )}
        <button
          type="submit"
          class={isWork ? "btn btn-go" : "btn"}
          aria-disabled={isWork ? undefined : "true"}
          title={isWork ? undefined : "Nothing is staged"}
          safe
        >
          {git.operation === "merge" ? "Commit the merge" : files === 0 ? "Commit" : `Commit ${counted(files, "file")}`}
        </button>
      </form>
      {identity === null ? (
        <p class="note-bad">{IDENTITY_MISSING as "safe"}</p>
      ) : (
        <p class="rest" safe>
          {`As ${identity.name} <${identity.email}>`}
        </p>
      )}
      <Outside panel={panel} />
      <Hooks project_id={project_id} panel={panel} />
      {panel.unsigned ? <p class="rest">Commits made here are not signed, although commit.gpgsign is on.</p> : ""}
    </div>
  );
}

function Outside({ panel }: { panel: ReadyPanel }) {
  const n = panel.git.staged_outside;
  if (n === 0) return "";
  return (
    <p
      class="rest"
      safe
    >{`Takes ${counted(n, "staged file")} with it that ${n === 1 ? "lies" : "lie"} outside this project.`}</p>
  );
}

function Hooks({ project_id, panel }: { project_id: string; panel: ReadyPanel }) {
  const { names, trusted } = panel.hooks;
  if (names.length === 0) return "";
  const url = urls.gitHooks(project_id);
  const list = names.join(", ");
  return (
    <form class="rest" method="post" action={url} {...gitPost(project_id, url)}>
      <input type="hidden" name="trusted" value={trusted ? "0" : "1"} />
      <span safe>
        {trusted
          ? `Commits made here run this repository's hooks: ${list}.`
          : `Commits made here do not run this repository's hooks: ${list}. They are programs that came with it.`}
      </span>{" "}
      <button type="submit" class="btn btn-quiet btn-sm">
        {trusted ? "Stop running them" : "Trust and run them"}
      </button>
    </form>
  );
}
