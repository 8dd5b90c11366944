/** Text that Postgres and JSON can hold: no NUL, no lone surrogate. Model output and tool results pass here first. */
const REPLACEMENT = "\uFFFD";

export function storable(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\0") ? whole.replaceAll("\0", REPLACEMENT) : whole;
}

/** The same for text that comes in pieces: a surrogate pair cut between two pieces is held back until it is whole. */
export class StorableStream {
  private held = "";

  push(piece: string): string {
    const text = this.held + piece;
    const last = text.charCodeAt(text.length - 1);
    const cut = last >= 0xd800 && last <= 0xdbff;
    this.held = cut ? text.slice(-1) : "";
    return storable(cut ? text.slice(0, -1) : text);
  }

  /** What was held back at the end; a lone half becomes U+FFFD. */
  end(): string {
    const rest = storable(this.held);
    this.held = "";
    return rest;
  }
}

/** The same for every text in a value that is to be stored as JSON. */
export function storableJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, entry) => (typeof entry === "string" ? storable(entry) : entry));
}
