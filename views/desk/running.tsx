import type { RunRow } from "../../src/domain/nav.ts";
import { shortModel } from "../chats/model-name.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { type Doing, DoingGlyph, DoingWords, doing, liveRow } from "../ui/doing.tsx";
import { Glyph } from "../ui/icons.tsx";
import { posting } from "../ui/post.ts";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

/** Runs in flight (#desk-running); the region stays when nothing runs. */
export function DeskRunning({ running, now }: { running: RunRow[]; now: number }) {
  return (
    <div id={ids.deskRunning}>
      {running.length === 0 ? (
        ""
      ) : (
        <section class="band" aria-labelledby="desk-running-h">
          <header>
            <Glyph status="running" />
            <h2 id="desk-running-h">Running</h2>
            <span class="count" safe>
              {String(running.length)}
            </span>
            <span class="note long">age = time since the last byte</span>
          </header>
          <ul class="lines run">
            {running.map((row) => (
              <Line row={row} now={now} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Line({ row, now }: { row: RunRow; now: number }) {
  const state = doing(row, now);
  return (
    <li {...liveRow(state)}>
      <span>
        <DoingGlyph doing={state} />
      </span>
      <a class="t cut" href={urls.chat(row.run.chat_id)} safe>
        {row.session_title}
      </a>
      <span class="who cut" safe>
        {`${row.run.model ? shortModel(row.run.model) : row.run.provider}, ${row.project_name}`}
      </span>
      <span class="cut">
        <Share state={state} />
        <DoingWords doing={state} />
      </span>
      <span class="num">
        <Age since={state.since} now={now} />
      </span>
      <form {...posting(stopUrl(row))}>
        <button type="submit" class="btn btn-sm btn-quiet" aria-label={attr(`${stopWord(row)} ${row.session_title}`)}>
          {stopWord(row)}
        </button>
      </form>
    </li>
  );
}

/** A run that has not started is taken back, not stopped. */
const stopUrl = ({ run }: RunRow) => (run.state === "queued" ? urls.withdrawal(run.id) : urls.cancellation(run.id));
const stopWord = ({ run }: RunRow) => (run.state === "queued" ? "Remove" : "Stop");

function Share({ state }: { state: Doing }) {
  if (state.percent === null) return "";
  return <span class="meter plain" style={`--v:${Math.round(state.percent)}%`}></span>;
}
