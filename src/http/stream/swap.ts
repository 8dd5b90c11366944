/** `<hx-partial>`: one piece of HTML with the place it goes to. A missing place is skipped silently by htmx. */
export type Swap = "beforeend" | "innerHTML" | "outerHTML" | "outerMorph" | "delete" | "afterbegin";

/** htmx finds its own tags in the raw text, also inside attributes; no component of ours has one, so none may come in. */
const HX_TAG = /<(\/?)hx-/gi;

export function swap(id: string, how: Swap, html: string): string {
  return `<hx-partial hx-target="#${id}" hx-swap="${how}">${html.replaceAll(HX_TAG, "&lt;$1hx-")}</hx-partial>`;
}

/** Replaces an element by a newer self: morphed, so that focus, selection and opened details stay. */
export const upsert = (id: string, html: string) => swap(id, "outerMorph", html);
export const append = (id: string, html: string) => swap(id, "beforeend", html);
export const remove = (id: string) => swap(id, "delete", "");
