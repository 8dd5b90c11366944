/**
 * Text of strangers without what a person cannot see: control characters, marks that change the direction of writing,
 * zero-width characters and tags, in which instructions for a model can be hidden. Line ends and tabs stay.
 */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, "");
}

/** Variation selectors of the second plane, too: they are 240 letters that no font shows. */
const UNSEEN = /(?![\n\t])(?:[\p{Cc}\p{Cf}\p{Co}]|[\u{E0100}-\u{E01EF}])/gu;
