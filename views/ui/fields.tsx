/** Form fields with a visible label; an error stands at its field, is announced with it, and keeps what was typed. */
import type { Children } from "@kitajs/html";

interface FieldProps {
  id: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** The control: its id is `id`; spread `described(...)` on it. */
  children?: Children;
}

export function Field({ id, label, hint, error, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id} safe>
        {label}
      </label>
      {children}
      {error ? (
        <span class="bad" id={`${id}-error`} safe>
          {error}
        </span>
      ) : (
        ""
      )}
      {hint ? (
        <small id={`${id}-hint`} safe>
          {hint}
        </small>
      ) : (
        ""
      )}
    </div>
  );
}

/** aria attributes that tie a control to its hint and error. */
export function described({ id, hint, error }: Pick<FieldProps, "id" | "hint" | "error">) {
  const by = [error ? `${id}-error` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  return { "aria-describedby": by || undefined, "aria-invalid": error ? ("true" as const) : undefined };
}

/** What was wrong with a form; `field` names the control, null concerns the whole form. */
export interface FormError {
  field: string | null;
  message: string;
}
export const errorAt = (error: FormError | null | undefined, field: string) =>
  error?.field === field ? error.message : undefined;

/** The error that belongs to no field of this form. */
export function FormNote({ error, fields }: { error: FormError | null | undefined; fields: readonly string[] }) {
  if (!error || (error.field !== null && fields.includes(error.field))) return "";
  return (
    <p class="note-bad" role="alert" safe>
      {error.message}
    </p>
  );
}
