/** Highlighted lines of the two sides of a change, made beside the event loop and waited for only so long. */
import type { Colours } from "../../views/diff/rows.ts";
import { cutLine } from "../../views/diff/rows.ts";
import type { PatchLine } from "../domain/diff.ts";
import { languageOfPath } from "../lib/highlight.ts";
import type { Highlighter } from "../lib/highlighter.ts";

/** Larger files are highlighted hunk by hunk, without what stands before. */
const WHOLE_CHARS = 90_000;

export interface Coloured {
  path: string;
  /** Both contents as text; null where they are not text. */
  text: { base: string; next: string } | null;
  /** What is shown of it, in runs of lines that follow each other. */
  shown: readonly (readonly PatchLine[])[];
}

export const NO_COLOURS: Colours = { old: () => undefined, new: () => undefined };

/** Null when they were not there after `patience_ms`; they are made all the same, for the next one who asks. */
export async function coloursOf(
  highlighter: Highlighter,
  file: Coloured,
  patience_ms: number,
): Promise<Colours | null> {
  const language = languageOfPath(file.path);
  if (language === null || file.text === null || file.shown.every((lines) => lines.length === 0)) return NO_COLOURS;
  const both = Promise.all([
    side(highlighter, language, file, "old", file.text.base),
    side(highlighter, language, file, "new", file.text.next),
  ]).then(([old, now]): Colours => ({ old, new: now }));
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), patience_ms);
  try {
    return await Promise.race([both, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function side(
  highlighter: Highlighter,
  language: string,
  { shown }: Coloured,
  which: "old" | "new",
  text: string,
): Promise<Colours["old"]> {
  const left_out = which === "old" ? "add" : "del";
  // The old side is only needed where something goes.
  if (which === "old" && !shown.some((lines) => lines.some((line) => line.kind === "del"))) return NO_COLOURS.old;
  if (text.length <= WHOLE_CHARS) {
    const lines = await highlighter.lines(cutLines(text), language);
    return (number) => lines[number - 1];
  }
  const known = new Map<number, string>();
  for (const run of shown) {
    const own = run.filter((line) => line.kind !== left_out);
    const lines = await highlighter.lines(own.map((line) => cutLine(line.text)).join("\n"), language);
    for (const [i, line] of own.entries()) known.set(line[which] ?? 0, lines[i] ?? "");
  }
  return (number) => known.get(number);
}

const cutLines = (text: string): string => text.replaceAll("\r\n", "\n").split("\n").map(cutLine).join("\n");
