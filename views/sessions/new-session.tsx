/** A new session: in which project, called what, and the first thing to ask. */

import type { ChatKind } from "../../src/domain/chat.ts";
import { MESSAGE_LIMIT_CHARS } from "../../src/domain/message.ts";
import type { NavProject } from "../../src/domain/nav.ts";
import { TITLE_LIMIT_CHARS } from "../../src/domain/session.ts";
import { PageHeader } from "../layout/header.tsx";
import { NewProjectForm } from "../projects/new-project.tsx";
import { attr } from "../ui/attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "../ui/fields.tsx";
import { urls } from "../urls.ts";

export interface NewSessionValues {
  project_id: string | null;
  kind: ChatKind;
  title: string;
  text: string;
}
interface ContentProps {
  projects: Pick<NavProject, "id" | "name" | "path">[];
  values: NewSessionValues;
  error?: FormError | null;
  /** Makes a second press of the button the same session, not another one. */
  client_id?: string;
}

/** Everything inside `main`. The form posts project_id, kind, title, text and client_id. */
export function NewSessionContent(props: ContentProps) {
  return (
    <>
      <PageHeader title="New session" />
      <div class="page">
        <div class="sheet narrow">{props.projects.length === 0 ? <FirstProject /> : <NewSessionForm {...props} />}</div>
      </div>
    </>
  );
}

function FirstProject() {
  return (
    <>
      <div class="headline">
        <p>A session belongs to a project, and BooCode knows none yet.</p>
      </div>
      <NewProjectForm />
    </>
  );
}

const TITLE_HINT = "Optional; the first message names it otherwise.";
const TEXT_HINT = "Optional; you can also ask once the session is open.";

function NewSessionForm({ projects, values, error, client_id }: ContentProps) {
  const project = { id: "session-project", error: errorAt(error, "project_id") };
  const title = { id: "session-title", hint: TITLE_HINT, error: errorAt(error, "title") };
  const text = { id: "session-text", hint: TEXT_HINT, error: errorAt(error, "text") };
  return (
    <form class="form" method="post" action={urls.sessions}>
      <FormNote error={error} fields={["project_id", "title", "text"]} />
      {client_id ? <input type="hidden" name="client_id" value={client_id} /> : ""}
      <Field {...project} label="Project">
        <select class="input" id={project.id} name="project_id" required {...described(project)}>
          {projects.map((p) => (
            <option value={p.id} selected={p.id === values.project_id} safe>
              {`${p.name} (${p.path})`}
            </option>
          ))}
        </select>
      </Field>
      <Field {...text} label="First message">
        <textarea
          class="input"
          id={text.id}
          name="text"
          rows="4"
          maxlength={MESSAGE_LIMIT_CHARS}
          placeholder="What does this project do, and where does it begin?"
          data-enter="send"
          autofocus
          {...described(text)}
          safe
        >
          {leadingNewline(values.text)}
        </textarea>
      </Field>
      <fieldset class="kinds">
        <legend>The chat</legend>
        <Kind values={values} value="chat" words="Chat" note="Reads the project and changes nothing." />
        <Kind
          values={values}
          value="coder"
          words="Coder"
          note="Proposes changes; nothing is written before you apply it."
        />
      </fieldset>
      <Field {...title} label="Title">
        <input
          class="input"
          id={title.id}
          name="title"
          value={attr(values.title)}
          maxlength={TITLE_LIMIT_CHARS}
          autocomplete="off"
          {...described(title)}
        />
      </Field>
      <div class="btns">
        <button type="submit" class="btn btn-go">
          Start session
        </button>
        {values.project_id ? (
          <a class="btn btn-quiet" href={urls.keptConversations(values.project_id)}>
            Adopt an agent's conversation
          </a>
        ) : (
          ""
        )}
      </div>
    </form>
  );
}

function Kind({
  values,
  value,
  words,
  note,
}: {
  values: NewSessionValues;
  value: ChatKind;
  words: string;
  note: string;
}) {
  return (
    <label class="check">
      <input type="radio" name="kind" value={value} checked={values.kind === value} />
      <span>
        <span safe>{words}</span>
        <small safe>{note}</small>
      </span>
    </label>
  );
}

/** HTML drops one newline right after the tag; a text that begins with one would lose it. */
const leadingNewline = (text: string) => (text.startsWith("\n") ? `\n${text}` : text);
