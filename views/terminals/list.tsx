/** All terminals, or those of a session: where the phone's "Term" leads, and where a closed tab's shell is found again. */
import type { Session } from "../../src/domain/session.ts";
import { endingOf, type TerminalNow, terminalTitle } from "../../src/domain/terminal.ts";
import type { SshTarget } from "../../src/domain/terminal-settings.ts";
import { counted } from "../../src/lib/format.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

interface Props {
  terminals: readonly TerminalNow[];
  /** Titles of sessions by id. */
  titles: ReadonlyMap<string, string>;
  /** The session that the page is about; null shows all. */
  session: Session | null;
  targets: readonly SshTarget[];
  now: number;
}

export function TerminalList({ terminals, titles, session, targets, now }: Props) {
  const about = session?.title ?? "of all sessions";
  return (
    <>
      <PageHeader title="Terminals">
        <span class="mid cut" safe>
          {about}
        </span>
        <span class="grow"></span>
        {session ? <Back href={urls.session(session.id)} to="the session" /> : ""}
      </PageHeader>
      <div class="page">
        <div class="sheet">
          <section class="band" aria-labelledby="terminals-h">
            <header>
              <Icon name="term" />
              <h2 id="terminals-h">Terminals</h2>
              <span class="note" safe>
                {counted(terminals.length, "terminal")}
              </span>
            </header>
            {terminals.length === 0 ? (
              <p>
                {session
                  ? "No terminal in this session yet."
                  : "No terminal yet. A session has a button for one beside its tabs."}
              </p>
            ) : (
              <ul class="lines rec">
                {terminals.map((terminal) => (
                  <Line terminal={terminal} of={titles.get(terminal.session_id) ?? ""} now={now} />
                ))}
              </ul>
            )}
          </section>
          {session ? <NewForm session={session} targets={targets} /> : ""}
        </div>
      </div>
    </>
  );
}

/** `of`: the title of its session. */
function Line({ terminal, of, now }: { terminal: TerminalNow; of: string; now: number }) {
  const { live, output_at } = terminal;
  const open = terminal.state === "open";
  const failed = !open && (terminal.exit_signal !== null || (terminal.exit_code ?? 0) !== 0);
  const title = terminalTitle(terminal);
  const running = live?.running && (live.running === terminal.command && !terminal.name ? "runs" : live.running);
  const doing = open ? (running ?? "waits for a command") : endingOf(terminal);
  return (
    <li>
      <span>
        {open ? <Icon name="term" /> : <Glyph status={failed ? "failed" : "stopped"} label={endingOf(terminal)} />}
      </span>
      <a class="t cut" href={urls.session(terminal.session_id, terminal.number)} data-terminal-link={terminal.id} safe>
        {title}
      </a>
      <span class="who cut" safe>
        {of}
      </span>
      <span class="cut mid" title={attr(terminal.directory)} safe>
        {doing}
      </span>
      <span class="num dim">{output_at ? <Age since={output_at} now={now} short /> : ""}</span>
    </li>
  );
}

function NewForm({ session, targets }: { session: Session; targets: readonly SshTarget[] }) {
  return (
    <form class="form" method="post" action={urls.sessionTerminals(session.id)}>
      <div class="btns">
        <button type="submit" class="btn btn-go">
          <Icon name="plus" />
          New terminal
        </button>
        {targets.map((target) => (
          <button type="submit" class="btn" name="target" value={attr(target.name)}>
            <Icon name="server" />
            <span safe>{target.name}</span>
          </button>
        ))}
      </div>
    </form>
  );
}
