/** Looking at rendered HTML as a browser would parse it. */
import { Window } from "happy-dom";

const window = new Window({ settings: { disableCSSFileLoading: true, disableJavaScriptFileLoading: true } });

export type Doc = ReturnType<typeof parse>;

/** A whole document or a fragment, parsed; nothing in it is loaded or run. */
export const parse = (html: string) => new window.DOMParser().parseFromString(html, "text/html");

export const all = (doc: Doc, selector: string) => [...doc.querySelectorAll(selector)];

/** Names of the attributes in use, each once. */
export function attributeNames(doc: Doc): string[] {
  return [...new Set(all(doc, "*").flatMap((element) => [...element.attributes].map((attribute) => attribute.name)))];
}

/** Text a screen reader would call the element by, roughly: aria-label, labels, its text, its title. */
export function nameOf(doc: Doc, element: ReturnType<typeof all>[number]): string {
  const by = element.getAttribute("aria-labelledby");
  const id = element.getAttribute("id");
  const texts = [
    element.getAttribute("aria-label"),
    by ? doc.getElementById(by)?.textContent : null,
    id ? doc.querySelector(`label[for="${id}"]`)?.textContent : null,
    element.closest("label")?.textContent,
    element.textContent,
    element.querySelector("[role=img]")?.getAttribute("aria-label"),
  ];
  return texts.find((text) => text?.trim())?.trim() ?? "";
}
