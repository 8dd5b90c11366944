import type { RunRow } from "../../src/domain/nav.ts";
import { marginModel } from "../chats/model-name.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { DoingGlyph, DoingWords, doing, liveRow } from "../ui/doing.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

/** Runs in flight with the age of their last byte (#nav-running); hidden when nothing runs. */
export function NavRunning({ running, now }: { running: RunRow[]; now: number }) {
  return (
    <section class="runs" id={ids.navRunning} aria-label="Runs going on" hidden={running.length === 0}>
      <div class="nav-h">
        <span class="grow" safe>
          {`Running ${running.length} · last output`}
        </span>
      </div>
      <ul>
        {running.map((row) => (
          <li>
            <Line row={row} now={now} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ row, now }: { row: RunRow; now: number }) {
  const state = doing(row, now);
  return (
    <a class="runrow" href={urls.chat(row.run.chat_id)} title={attr(row.session_title)} {...liveRow(state)}>
      <DoingGlyph doing={state} />
      <span class="cut" safe>
        {row.session_title}
      </span>
      <Age since={state.since} now={now} short />
      <small class="cut">
        <span safe>{row.run.model ? marginModel(row.run.model) : row.run.provider}</span> · <DoingWords doing={state} />
      </small>
    </a>
  );
}

/** Most glyphs the rail shows; the expanded sidebar has them all. */
const RAIL_RUNS = 8;

/** The same runs as glyphs in the rail (#rail-running). */
export function RailRunning({ running, now }: { running: RunRow[]; now: number }) {
  return (
    <div class="rail-runs" id={ids.railRunning}>
      {running.slice(0, RAIL_RUNS).map((row) => {
        const state = doing(row, now);
        return (
          <a
            class="btn btn-quiet btn-i"
            href={urls.chat(row.run.chat_id)}
            title={attr(`${row.session_title}: ${state.words}`)}
            {...liveRow(state)}
          >
            <DoingGlyph doing={state} name={row.session_title} />
          </a>
        );
      })}
    </div>
  );
}
