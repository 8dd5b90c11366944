/** How the worktrees of a project are made, or, without git, whether agents may work in its directory itself. */
import type { Project } from "../../src/domain/project.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "../ui/fields.tsx";
import { urls } from "../urls.ts";

export interface WorktreeSettingsValues {
  in_place: boolean;
  copy_files: string;
  setup_command: string;
}
interface SettingsProps {
  project: Project;
  settings: WorktreeSettingsValues;
  saved: boolean;
  error?: FormError | null;
}

/** Everything inside `main`. */
export function WorktreeSettingsContent(props: SettingsProps) {
  const { project, saved, error } = props;
  return (
    <>
      <PageHeader title="Worktrees">
        <span class="mid cut d" safe>
          {project.name}
        </span>
        <span class="grow"></span>
        <Back href={urls.project(project.id)} to="the project" />
      </PageHeader>
      <div class="page">
        <div class="sheet narrow">
          {saved ? (
            <p class="note-ok said" role="status">
              Saved. It holds for worktrees that are made from now on.
            </p>
          ) : (
            ""
          )}
          <FormNote error={error} fields={["copy_files", "setup_command"]} />
          {project.is_git ? <Setup {...props} /> : <InPlace {...props} />}
        </div>
      </div>
    </>
  );
}

function Setup({ project, settings, error }: SettingsProps) {
  const copy = {
    id: "copy-files",
    hint: "One a line, from the project's directory: .env.local, config/dev.json. Files of secrets may be named here.",
    error: errorAt(error, "copy_files"),
  };
  const command = {
    id: "setup-command",
    hint: "Runs once in a new worktree, by /bin/sh, for ten minutes at most. What it said is told in the chat.",
    error: errorAt(error, "setup_command"),
  };
  return (
    <form class="form" method="post" action={urls.worktreeSettings(project.id)}>
      <Field {...copy} label="Files that git does not know, copied into a new worktree">
        <textarea class="input input-code area" id={copy.id} name="copy_files" rows="4" {...described(copy)} safe>
          {`\n${settings.copy_files}`}
        </textarea>
      </Field>
      <Field {...command} label="Setup command">
        <input
          class="input input-code"
          id={command.id}
          name="setup_command"
          value={attr(settings.setup_command)}
          autocomplete="off"
          {...described(command)}
        />
      </Field>
      <p class="note-warn">
        The command runs on this machine with your rights. Saving it is your approval of exactly these words; agents
        cannot change them.
      </p>
      <div class="btns">
        <button type="submit" class="btn btn-go">
          Save and approve
        </button>
      </div>
    </form>
  );
}

function InPlace({ project, settings }: SettingsProps) {
  return (
    <>
      <div class="headline">
        <h2>This project is no git repository</h2>
        <p>
          Without git there is no worktree: an agent would write in the directory itself, at once, without a review and
          without a way back. Making it a repository is the better way.
        </p>
      </div>
      <div class="btns">
        <a class="btn btn-go" href={urls.git(project.id)}>
          Make it a repository…
        </a>
        <form method="post" action={urls.worktreeSettings(project.id)}>
          <input type="hidden" name="in_place" value={settings.in_place ? "0" : "1"} />
          <button type="submit" class={settings.in_place ? "btn" : "btn btn-bad"}>
            {settings.in_place ? "Forbid agents to work in the directory" : "Let agents work in the directory itself"}
          </button>
        </form>
      </div>
      <p class="rest">
        {settings.in_place
          ? "Allowed now: agents write in the directory itself."
          : "Not allowed now: agents refuse to start here."}
      </p>
    </>
  );
}
