/**
 * For attributes that hold other people's text. kitajs escapes only the quote there, which is not enough: htmx rewrites
 * `<hx-…>` in the raw text of everything it swaps, also inside attributes, and its own quotes would end the attribute;
 * and `&lt;` in a title would come back as `<`. tests/browser/composer-log.test.ts shows the first.
 */
export const attr = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
