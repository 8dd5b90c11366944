import type { RecentRow } from "../../src/domain/nav.ts";
import { counted } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon, STATUS_WORD } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

/** The newest sessions (#desk-recent); always there, also when empty. */
export function DeskRecent({ recent, total, now }: { recent: RecentRow[]; total: number; now: number }) {
  return (
    <div id={ids.deskRecent}>
      <section class="band" aria-labelledby="desk-recent-h">
        <header>
          <Icon name="clock" />
          <h2 id="desk-recent-h">Recent</h2>
          <span class="note" safe>
            {counted(total, "session")}
          </span>
        </header>
        {recent.length === 0 ? (
          <p>
            No session yet. <a href={urls.newSession()}>Start one</a> and ask about a project.
          </p>
        ) : (
          <ul class="lines rec">
            {recent.map((row) => (
              <Line row={row} now={now} />
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function Line({ row, now }: { row: RecentRow; now: number }) {
  const { session } = row;
  return (
    <li>
      <span>
        <Glyph status={session.status} label={STATUS_WORD[session.status]} />
      </span>
      <a class="t cut" href={urls.session(session.id)} safe>
        {session.title}
      </a>
      <span class="who cut" safe>
        {row.project_name}
      </span>
      <span class="cut mid" title={attr(row.note)} safe>
        {row.note}
      </span>
      <span class="num dim">
        <Age since={session.active_at} now={now} short />
      </span>
    </li>
  );
}
