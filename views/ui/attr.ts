/**
 * For attributes that hold other people's text. kitajs escapes only the quote in an attribute, so `&lt;` in a title
 * would be read as `<`: harmless, but what was typed would not come back as it was.
 */
export const attr = (text: string): string => text.replaceAll("&", "&amp;");
