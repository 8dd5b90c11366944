/** What a run does right now, as glyph and words, for the rows of sidebar, rail and desk. */
import type { RunRow, Status } from "../../src/domain/nav.ts";
import { happening } from "../chats/evidence.tsx";

/** No byte for this long is "Silent". */
const SILENT_AFTER_MS = 60_000;

/** When something last came: the last byte, or, before any, the moment the run was claimed or queued. Epoch ms. */
export function lastByte({ run, progress }: RunRow): number {
  return progress?.last_byte_at ?? (run.started_at ?? run.created_at).getTime();
}

export function doing(row: RunRow, now: number): { status: Status; words: string; percent: number | null } {
  const { status, word } = happening(row.run, row.progress);
  const words = word.charAt(0).toLowerCase() + word.slice(1);
  if (status === "running" && now - lastByte(row) >= SILENT_AFTER_MS) {
    return { status: "silent", words: `silent while ${words}`, percent: null };
  }
  const speed = row.progress?.phase === "writing" ? row.progress.tokens_per_s : null;
  const percent = row.progress?.percent ?? null;
  return { status, words: speed ? `${words}, ${Math.round(speed)} tok/s` : words, percent };
}
