/** Registering a directory as a project, or making a new one. */

import { ids } from "../ids.ts";
import { PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "../ui/fields.tsx";
import { urls } from "../urls.ts";

export interface NewProjectValues {
  path: string;
  name: string;
  create: boolean;
}
interface FormProps {
  values?: NewProjectValues | undefined;
  error?: FormError | null | undefined;
}

/** Everything inside `main` of the page for a new project. */
export function NewProjectContent({ values, error, roots }: FormProps & { roots?: string[] }) {
  return (
    <>
      <PageHeader title="Add a project" />
      <div class="page">
        <div class="sheet narrow">
          <div class="headline">
            <p>
              A project is a directory on this machine, usually a git repository. Chats read it; nothing is written to
              it.
            </p>
            {roots?.length ? <p class="small" safe>{`It must lie under ${roots.join(" or ")}.`}</p> : ""}
          </div>
          <NewProjectForm values={values} error={error} />
        </div>
      </div>
    </>
  );
}

const PATH_HINT = "Absolute, or beginning with ~/. Directories are offered while you type.";

export function NewProjectForm({ values, error }: FormProps) {
  const path = { id: "project-path", hint: PATH_HINT, error: errorAt(error, "path") };
  const name = { id: "project-name", hint: "Optional; the directory's name otherwise.", error: errorAt(error, "name") };
  return (
    <form class="form" method="post" action={urls.projects}>
      <FormNote error={error} fields={["path", "name"]} />
      <Field {...path} label="Directory">
        <input
          class="input input-code"
          id={path.id}
          name="path"
          value={attr(values?.path ?? "")}
          required
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          list={ids.directories}
          placeholder="~/code/relay"
          hx-get={urls.directories()}
          hx-trigger="focus once, input changed delay:150ms"
          hx-target={`#${ids.directories}`}
          hx-swap="innerHTML"
          {...described(path)}
        />
        <datalist id={ids.directories}></datalist>
      </Field>
      <Field {...name} label="Name">
        <input
          class="input"
          id={name.id}
          name="name"
          value={attr(values?.name ?? "")}
          autocomplete="off"
          {...described(name)}
        />
      </Field>
      <label class="check">
        <input type="checkbox" name="create" value="1" checked={values?.create ?? false} />
        <span>
          Make the directory and a new git repository in it
          <small>Only if there is nothing at that path yet.</small>
        </span>
      </label>
      <div class="btns">
        <button type="submit" class="btn btn-go">
          Add project
        </button>
      </div>
    </form>
  );
}

/** Fragment for the path field: what can be completed. */
export function DirectoryOptions({ paths }: { paths: string[] }) {
  return (
    <>
      {paths.map((path) => (
        <option value={attr(path)}></option>
      ))}
    </>
  );
}
