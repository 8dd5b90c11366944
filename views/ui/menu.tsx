/** A menu behind three dots: the browser opens and closes it, puts it on top and gives the keyboard back. */
import type { Children } from "@kitajs/html";
import { attr } from "./attr.ts";
import { Icon } from "./icons.tsx";

interface Props {
  id: string;
  /** What the button is called. */
  button: string;
  /** What the list is of. */
  label: string;
  /** Lines, an <li> each. */
  children?: Children;
}

export function Menu({ id, button, label, children }: Props) {
  return (
    <>
      <button
        type="button"
        class="btn btn-quiet btn-i btn-sm"
        popovertarget={id}
        aria-label={attr(button)}
        title={attr(button)}
      >
        <Icon name="more" />
      </button>
      <ul class="pop below" id={id} popover="auto" aria-label={attr(label)}>
        {children}
      </ul>
    </>
  );
}
