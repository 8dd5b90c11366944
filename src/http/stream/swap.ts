/** `<hx-partial>`: one piece of HTML with the place it goes to. A missing place is skipped silently by htmx. */
export type Swap = "beforeend" | "innerHTML" | "outerHTML" | "outerMorph" | "delete" | "afterbegin";

export function swap(id: string, how: Swap, html: string): string {
  return `<hx-partial hx-target="#${id}" hx-swap="${how}">${html}</hx-partial>`;
}

/** Replaces an element by a newer self: morphed, so that focus, selection and opened details stay. */
export const upsert = (id: string, html: string) => swap(id, "outerMorph", html);
export const append = (id: string, html: string) => swap(id, "beforeend", html);
export const remove = (id: string) => swap(id, "delete", "");
