/** The icon set (16 px grid, stroke 1.35), the status glyphs (12 px, stroke 1.5) and the ghost. */

import type { Status } from "../../src/domain/nav.ts";
import { attr } from "./attr.ts";

const PATHS = {
  arena: <path d="M2.5 2.5h11v11h-11zM2.5 6.2h11M6.2 2.5v11M9.9 2.5v11" />,
  archive: <path d="M2.5 3h11v3h-11zM3.5 6v7h9V6M6.3 8.7h3.4" />,
  auto: (
    <>
      <circle cx="8" cy="8" r="5.2" />
      <path d="M8 2.8a5.2 5.2 0 0 1 0 10.4z" fill="currentColor" />
    </>
  ),
  branch: (
    <>
      <circle cx="4.5" cy="3.8" r="1.5" />
      <circle cx="4.5" cy="12.2" r="1.5" />
      <circle cx="11.5" cy="5.3" r="1.5" />
      <path d="M4.5 5.3v5.4M11.5 6.8c0 2.6-4 2.2-6.6 3.9" />
    </>
  ),
  caret: <path d="m6 3.5 4.5 4.5L6 12.5" />,
  chat: <path d="M2.5 3.5h11v7.5H8.2L5 13.5V11H2.5z" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.8" />,
  clip: (
    <path d="m12.8 7.4-4.9 4.9a2.8 2.8 0 0 1-4-4l5.2-5.2a1.9 1.9 0 0 1 2.7 2.7L6.7 10.9a.9.9 0 0 1-1.3-1.3l4.5-4.5" />
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.2l2 1.3" />
    </>
  ),
  coder: <path d="M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5" />,
  compact: <path d="M2.5 8h11M4 3.5h8M4 12.5h8M8 3.5v2.4M8 12.5v-2.4" />,
  copy: <path d="M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1" />,
  cpu: (
    <path d="M4.5 4.5h7v7h-7zM6.3 2.2v2.3M9.7 2.2v2.3M6.3 11.5v2.3M9.7 11.5v2.3M2.2 6.3h2.3M2.2 9.7h2.3M11.5 6.3h2.3M11.5 9.7h2.3" />
  ),
  desk: <path d="M2.5 9.5 4.2 3.5h7.6l1.7 6v3.5h-11zM2.5 9.5h3.2l.9 1.6h2.8l.9-1.6h3.2" />,
  disk: (
    <>
      <ellipse cx="8" cy="4.2" rx="5" ry="1.9" />
      <path d="M3 4.2v7.6c0 1 2.2 1.9 5 1.9s5-.9 5-1.9V4.2M3 8c0 1 2.2 1.9 5 1.9S13 9 13 8" />
    </>
  ),
  down: <path d="M3.5 6 8 10.5 12.5 6" />,
  eye: (
    <>
      <path d="M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8z" />
      <circle cx="8" cy="8" r="1.8" />
    </>
  ),
  file: <path d="M4 2.5h5l3 3v8H4zM9 2.5v3h3" />,
  fold: <path d="M3 8h10M8 2v3.5M6.3 4 8 5.7 9.7 4M8 14v-3.5M6.3 12 8 10.3 9.7 12" />,
  folder: <path d="M2.5 4h4l1.3 1.8h5.7v7.2h-11z" />,
  ghost: <path d="M3.25 14V7.25a4.75 4.75 0 0 1 9.5 0V14l-1.6-1.3L9.6 14 8 12.7 6.4 14l-1.55-1.3zM6.3 7v.9M9.7 7v.9" />,
  globe: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M2.5 8h11M8 2.5c2 2 2 9 0 11M8 2.5c-2 2-2 9 0 11" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 7.4v3.4M8 5.2v.01" />
    </>
  ),
  key: (
    <>
      <circle cx="5" cy="8" r="2.6" />
      <path d="M7.6 8h6v2.6M11 8v1.8" />
    </>
  ),
  keys: <path d="M1.8 4.5h12.4v7H1.8zM4 7h.01M6.7 7h.01M9.3 7h.01M12 7h.01M5 9.4h6" />,
  ledger: <path d="M3.5 2.5h9v11h-9zM5.7 5.5h4.6M5.7 8h4.6M5.7 10.5h2.6" />,
  link: (
    <path d="M6.7 9.3 9.3 6.7M7.3 4.8l1.5-1.5a2.8 2.8 0 0 1 4 4l-1.6 1.4M8.7 11.2l-1.5 1.5a2.8 2.8 0 0 1-4-4l1.6-1.4" />
  ),
  lock: <path d="M3.5 7h9v6.5h-9zM5.3 7V5.2a2.7 2.7 0 0 1 5.4 0V7" />,
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  minus: <path d="M3 8h10" />,
  moon: <path d="M13 9.7A5.6 5.6 0 0 1 6.3 3a5.6 5.6 0 1 0 6.7 6.7z" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2" />,
  out: <path d="M9 2.5h4.5V7M13.3 2.7 7.5 8.5M11.5 9.5v4h-9v-9h4" />,
  pencil: <path d="m3 13 .6-2.8 7.2-7.2 2.2 2.2-7.2 7.2z" />,
  plug: <path d="M6 2v3M10 2v3M4 5h8v2.5a4 4 0 0 1-8 0zM8 11.5V14" />,
  plus: <path d="M8 3v10M3 8h10" />,
  queue: <path d="M2.5 4h11M2.5 8h6M2.5 12h6M12 7.5v5M9.8 10.4 12 12.6l2.2-2.2" />,
  refresh: <path d="M13 3.5v3.2H9.8M12.8 6.7A5 5 0 1 0 13 9.6" />,
  review: <path d="M3 2.5h10v11H3zM8 4.5v4M6 6.5h4M6 11h4" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  send: <path d="M8 13V3.5M3.8 7.5 8 3.3l4.2 4.2" />,
  server: <path d="M3 2.5h10v4H3zM3 9.5h10v4H3zM5 4.5h.01M5 11.5h.01" />,
  settings: (
    <>
      <path d="M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6" />
      <circle cx="10.2" cy="4.5" r="1.7" />
      <circle cx="5.8" cy="11.5" r="1.7" />
    </>
  ),
  side: <path d="M2.5 3h11v10h-11zM6.2 3v10" />,
  signout: <path d="M6.5 2.5h-4v11h4M6 8h7.5M10.5 5l3 3-3 3" />,
  split: <path d="M2.5 3h11v10h-11zM8 3v10" />,
  steer: <path d="M3 13V8.5A2.5 2.5 0 0 1 5.5 6H13M10 3l3 3-3 3" />,
  stop: <path d="M4 4h8v8H4z" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.7" />
      <path d="M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1" />
    </>
  ),
  term: <path d="m3 4.5 3.5 3.5L3 11.5M8 12h5" />,
  trash: <path d="M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.6 9h5.8l.6-9" />,
  tree: <path d="M2.5 3.5h4v3h-4zM9.5 3.5h4v3h-4zM9.5 10h4v3h-4zM6.5 5h3M8 5v6.5h1.5" />,
  undo: <path d="M5.5 3.5 2.8 6.2l2.7 2.7M3 6.2h6.2a3.5 3.5 0 0 1 0 7H6" />,
  unified: <path d="M2.5 3h11v10h-11zM2.5 8h11" />,
  x: <path d="m4 4 8 8M12 4l-8 8" />,
} satisfies Record<string, JSX.Element>;

export type IconName = keyof typeof PATHS;

/** A decorative icon, hidden from assistive technology: the control around it carries the name. */
export function Icon({ name }: { name: IconName }) {
  const shape: JSX.Element = PATHS[name];
  return (
    <svg class={`i i-${name}`} viewBox="0 0 16 16" aria-hidden="true">
      {shape}
    </svg>
  );
}

const ring = <circle cx="6" cy="6" r="4.2" />;
const GLYPHS: Record<Status, JSX.Element> = {
  needs: (
    <>
      <path d="M6 .9 11.1 6 6 11.1.9 6z" stroke-width="1.1" />
      <path class="mark" d="M6 3.8v2.7M6 8.2v.01" stroke-width="1.3" />
    </>
  ),
  running: (
    <>
      {ring}
      <path d="M6 1.8a4.2 4.2 0 0 1 0 8.4z" fill="currentColor" stroke="none" />
    </>
  ),
  silent: <circle cx="6" cy="6" r="4.2" stroke-dasharray="2 2.4" />,
  queued: <path d="M2.2 6h.01M6 6h.01M9.8 6h.01" stroke-width="2.2" />,
  idle: <circle cx="6" cy="6" r="3" />,
  done: <path d="m2 6.4 2.6 2.6L10 3.4" />,
  failed: <path d="m2.8 2.8 6.4 6.4M9.2 2.8 2.8 9.2" />,
  stopped: <path d="M3 3h6v6H3z" />,
};
const GLYPH_CLASS: Record<Status, string> = {
  needs: "g-need",
  running: "g-run",
  silent: "g-silent",
  queued: "g-queue",
  idle: "g-idle",
  done: "g-ok",
  failed: "g-bad",
  stopped: "g-stop",
};
export const STATUS_WORD: Record<Status, string> = {
  needs: "Needs you",
  running: "Running",
  silent: "Silent",
  queued: "Queued",
  idle: "Idle",
  done: "Done",
  failed: "Failed",
  stopped: "Stopped",
};

/** Status glyph. Alone it needs its word as `label`; without one it is decorative (the word stands beside it). */
export function Glyph({ status, label }: { status: Status; label?: string }) {
  const shape = GLYPHS[status];
  const klass = `g ${GLYPH_CLASS[status]}`;
  return label ? (
    <svg class={klass} viewBox="0 0 12 12" role="img" aria-label={attr(label)}>
      {shape}
    </svg>
  ) : (
    <svg class={klass} viewBox="0 0 12 12" aria-hidden="true">
      {shape}
    </svg>
  );
}

const ST_CLASS: Partial<Record<Status, string>> = { needs: " st-need", done: " st-ok", failed: " st-bad" };

/** Glyph and word, always both; `word` replaces the usual one ("Ready" for done, "Refused" for failed). */
export function StatusWord({ status, word }: { status: Status; word?: string }) {
  return (
    <span class={`st${ST_CLASS[status] ?? ""}`}>
      <Glyph status={status} />
      <span safe>{word ?? STATUS_WORD[status]}</span>
    </span>
  );
}

/** The ghost asleep: first run and empty pages, nowhere else. */
export function GhostAsleep() {
  return (
    <svg class="boo" viewBox="0 0 64 64" aria-hidden="true">
      <path d="M13 56V29a19 19 0 0 1 38 0v27l-6.4-5.2L38.4 56 32 50.8 25.6 56l-6.2-5.2z" />
      <path d="M23 31c1.4 1.6 4 1.6 5.4 0M35.6 31c1.4 1.6 4 1.6 5.4 0" />
      <path class="z" d="M52 8h7l-7 8h7" />
    </svg>
  );
}
