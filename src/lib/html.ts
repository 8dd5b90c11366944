/** Text to HTML and back. */

/** Escapes `& < > " '`: safe as text and inside quoted attributes. */
export const escapeHtml = (text: string): string => Bun.escapeHTML(text);

/** Undoes the five escapes that Bun.markdown and `escapeHtml` write; other entities stay as they are. */
export function unescapeHtml(html: string): string {
  if (!html.includes("&")) return html;
  return html.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}

const ENTITIES: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&#x27;": "'",
};
