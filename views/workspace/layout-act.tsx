/** Forms that change a layout: a button in a bar, a line of a menu. */
import { attr } from "../ui/attr.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

export type Values = Record<string, string | number>;

export function Act({
  session_id,
  values,
  icon,
  label,
  class_name = "",
}: {
  session_id: string;
  values: Values;
  icon: IconName;
  label: string;
  class_name?: string;
}) {
  return (
    <form
      class={class_name}
      method="post"
      action={urls.layoutChanges(session_id)}
      hx-post={urls.layoutChanges(session_id)}
      hx-swap="none"
    >
      <Fields values={values} />
      <button type="submit" class="btn btn-quiet btn-i btn-sm" aria-label={label} title={label}>
        <Icon name={icon} />
      </button>
    </form>
  );
}

export function MenuAct({
  session_id,
  values,
  icon,
  words,
}: {
  session_id: string;
  values: Values;
  icon: IconName;
  words: string;
}) {
  return (
    <li>
      <form
        method="post"
        action={urls.layoutChanges(session_id)}
        hx-post={urls.layoutChanges(session_id)}
        hx-swap="none"
      >
        <Fields values={values} />
        <button type="submit">
          <Icon name={icon} />
          <span class="cut" safe>
            {words}
          </span>
        </button>
      </form>
    </li>
  );
}

function Fields({ values }: { values: Values }) {
  return (
    <>
      {Object.entries(values).map(([name, value]) => (
        <input type="hidden" name={name} value={attr(String(value))} />
      ))}
    </>
  );
}
