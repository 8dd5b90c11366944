import type { Children } from "@kitajs/html";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";

/** Opens the drawer on a phone; first control of every page header. */
export function MenuButton() {
  return (
    <button type="button" class="btn btn-quiet btn-i m" popovertarget="nav" aria-label="Open sidebar">
      <Icon name="menu" />
    </button>
  );
}

/** The way back at the end of a page's header; a phone has room for one word. */
export function Back({ href, to }: { href: string; to: string }) {
  return (
    <a class="btn btn-sm" href={attr(href)}>
      Back<span class="d" safe>{` to ${to}`}</span>
    </a>
  );
}

/** Header of a simple page: its one h1, then facts and actions. */
export function PageHeader({ title, children }: { title: string; children?: Children }) {
  return (
    <header class="bar">
      <MenuButton />
      <h1 safe>{title}</h1>
      {children}
    </header>
  );
}
