/** Controls of the settings: a line, several lines, a number; each with its label, hint and error. */
import { attr } from "../ui/attr.ts";
import { described, Field } from "../ui/fields.tsx";

interface InputProps {
  /** Before the name in the control's id: a page has several forms. */
  form: string;
  name: string;
  label: string;
  hint: string;
  value: string;
  error: string | undefined;
}

interface LineProps extends InputProps {
  placeholder?: string;
  /** Id of a datalist. */
  list?: string;
  /** Read by a program: in the font of code, not checked for spelling. */
  code?: boolean;
  required?: boolean;
}

export function LineInput({ form, name, label, hint, value, error, placeholder, list, code, required }: LineProps) {
  const id = `${form}-${name}`;
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <input
        class={code ? "input input-code" : "input"}
        id={id}
        name={name}
        value={attr(value)}
        placeholder={placeholder}
        list={list}
        required={required}
        autocomplete="off"
        spellcheck="false"
        {...described({ id, hint, error })}
      />
    </Field>
  );
}

/** HTML drops a line break right after `<textarea>`: the one before the value is there to be dropped. */
export function LinesInput({ form, name, label, hint, value, error, rows = 2 }: InputProps & { rows?: number }) {
  const id = `${form}-${name}`;
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <textarea
        class="input input-code area"
        id={id}
        name={name}
        rows={String(rows)}
        spellcheck="false"
        {...described({ id, hint, error })}
        safe
      >
        {`\n${value}`}
      </textarea>
    </Field>
  );
}

interface NumberProps extends InputProps {
  range: { min: number; max: number };
  step?: string;
}

export function NumberInput({ form, name, label, hint, value, error, range, step = "1" }: NumberProps) {
  const id = `${form}-${name}`;
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <input
        class="input short"
        id={id}
        name={name}
        type="number"
        min={String(range.min)}
        max={String(range.max)}
        step={step}
        required
        value={attr(value)}
        {...described({ id, hint, error })}
      />
    </Field>
  );
}
