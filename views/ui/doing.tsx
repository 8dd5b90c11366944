/** What a run does right now, as glyph and words, for the rows of sidebar, rail and desk. */
import type { RunRow, Status } from "../../src/domain/nav.ts";
import { happening } from "../chats/evidence.tsx";
import { Glyph } from "./icons.tsx";

/** No byte for this long is "Silent"; `public/js/ticks.js` holds the same figure. */
const SILENT_AFTER_MS = 60_000;

export interface Doing {
  status: Status;
  words: string;
  percent: number | null;
  /** Epoch ms of the last byte, or, before any, of the moment the run was claimed or queued. */
  since: number;
  silent: boolean;
}

export function doing({ run, progress }: RunRow, now: number): Doing {
  const { status, word } = happening(run, progress);
  const said = word.charAt(0).toLowerCase() + word.slice(1);
  const speed = progress?.phase === "writing" ? progress.tokens_per_s : null;
  const since = progress?.last_byte_at ?? (run.started_at ?? run.created_at).getTime();
  return {
    status,
    words: speed ? `${said}, ${Math.round(speed)} tok/s` : said,
    percent: status === "running" ? (progress?.percent ?? null) : null,
    since,
    silent: status === "running" && now - since >= SILENT_AFTER_MS,
  };
}

/** Attributes of a row whose glyph and words change by themselves once its run falls silent. */
export const liveRow = ({ status, since, silent }: Doing) =>
  status === "running" ? { "data-live": String(Math.round(since)), "data-silent": silent } : {};

/** Glyph of a run's row: the running one, and the silent one that takes its place. */
export function DoingGlyph({ doing: d, name }: { doing: Doing; name?: string }) {
  const label = name ? `${name}: ${d.words}` : d.words;
  if (d.status !== "running") return <Glyph status={d.status} label={label} />;
  return (
    <>
      <span class="st-live">
        <Glyph status="running" label={label} />
      </span>
      <span class="st-silent">
        <Glyph status="silent" label={`Silent while ${label}`} />
      </span>
    </>
  );
}

export function DoingWords({ doing: d }: { doing: Doing }) {
  if (d.status !== "running") return <span safe>{d.words}</span>;
  return (
    <>
      <span class="st-live" safe>
        {d.words}
      </span>
      <span class="st-silent" safe>{`silent while ${d.words}`}</span>
    </>
  );
}
