/** One field and its button: what a project, a session or a terminal is called. */
import type { Children } from "@kitajs/html";
import { attr } from "./attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "./fields.tsx";

interface Props {
  id: string;
  action: string;
  /** The field's name in the form, and how it is called. */
  field: "name" | "title";
  label: string;
  value: string;
  max_chars?: number;
  /** What an empty one means; without it the field must be filled. */
  empty?: string;
  error?: FormError | null | undefined;
  /** It is what the page is for. */
  main?: boolean;
  /** Beside the button. */
  children?: Children;
}

export function NameForm({ id, action, field, label, value, max_chars, empty, error, main, children }: Props) {
  const control = { id, hint: empty, error: errorAt(error, field) };
  return (
    <form class="form" method="post" action={action}>
      <FormNote error={error} fields={[field]} />
      <Field {...control} label={label}>
        <div class="inline">
          <input
            class="input"
            id={id}
            name={field}
            value={attr(value)}
            maxlength={max_chars}
            required={empty === undefined}
            autocomplete="off"
            {...described(control)}
          />
          <button type="submit" class={main ? "btn btn-go" : "btn"}>
            Rename
          </button>
          {children}
        </div>
      </Field>
    </form>
  );
}
