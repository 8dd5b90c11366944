/** Agents' processes with evidence of life: what each takes, how old it is, and when it said something last. */
import { bytes, counted, duration } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

export interface ListedProcess {
  id: string;
  provider: string;
  chat_id: string;
  pid: number;
  busy: boolean;
  started_at: Date;
  /** When it said something last; null while it said nothing. */
  heard_at: Date | null;
  usage: { processes: number; rss_bytes: number; cpu_ms: number };
}
interface Props {
  processes: readonly ListedProcess[];
  /** Titles of chats by id. */
  chats: ReadonlyMap<string, string>;
  /** Processes that bear our marker and belong to no live agent. */
  strays: number;
  most: number;
  now: number;
  said?: string | null;
}

/** Everything inside `main`. */
export function ProcessesContent(props: Props) {
  return (
    <>
      <PageHeader title="Processes">
        <span class="mid cut d">what agents run on this machine</span>
        <span class="grow"></span>
        <a class="btn btn-sm" href={urls.worktrees}>
          Worktrees
        </a>
      </PageHeader>
      <div class="page">
        <div class="sheet">
          <ProcessesView {...props} />
        </div>
      </div>
    </>
  );
}

/** The whole of it; it looks again by itself, because nothing tells of memory and processor time. */
export function ProcessesView({ processes, chats, strays, most, now, said }: Props) {
  return (
    <section
      id={ids.processes}
      aria-label="Processes"
      hx-get={urls.processes}
      hx-trigger="every 4s"
      hx-swap="outerMorph"
    >
      {said ? (
        <p class="note-ok said" role="status" safe>
          {said}
        </p>
      ) : (
        ""
      )}
      <section class="band" aria-labelledby="agents-h">
        <header>
          <Icon name="cpu" />
          <h2 id="agents-h">Live agents</h2>
          <span class="note" safe>{`${processes.length} of at most ${most}`}</span>
        </header>
        {processes.length === 0 ? (
          <p>None now. An agent is started for its first message and kept warm for the next.</p>
        ) : (
          <ul class="wt-list procs">
            {processes.map((one) => (
              <Line one={one} title={chats.get(one.chat_id) ?? ""} now={now} />
            ))}
          </ul>
        )}
      </section>
      <section class="band" aria-labelledby="strays-h">
        <header>
          <Icon name="trash" />
          <h2 id="strays-h">Left behind</h2>
          <span class="note">
            {strays === 0 ? (
              <StatusWord status="done" word="Nothing" />
            ) : (
              <StatusWord status="failed" word={counted(strays, "process", "processes")} />
            )}
          </span>
        </header>
        <p>
          What an agent started and nobody owns any more. It is ended by itself at every start and at the end of every
          agent; only what bears this server's own marker is ever touched.
        </p>
        <form class="btns" {...processPost(urls.processReaping)}>
          <button type="submit" class="btn" disabled={strays === 0}>
            End what was left behind
          </button>
        </form>
      </section>
    </section>
  );
}

const processPost = (url: string): Record<string, string> => ({
  method: "post",
  action: url,
  "hx-post": url,
  "hx-target": `#${ids.processes}`,
  "hx-swap": "outerMorph",
});

function Line({ one, title, now }: { one: ListedProcess; title: string; now: number }) {
  const { usage } = one;
  const facts = [
    `pid ${one.pid}`,
    ...(usage.processes > 1 ? [counted(usage.processes, "process", "processes")] : []),
    bytes(usage.rss_bytes),
    `${duration(usage.cpu_ms)} CPU`,
  ].join(" · ");
  return (
    <li>
      <div>
        <a class="t cut" href={urls.chat(one.chat_id)} safe>
          {title || "a chat"}
        </a>
        <small class="cut" safe>{`${one.provider} · ${facts}`}</small>
      </div>
      <StatusWord status={one.busy ? "running" : "idle"} word={one.busy ? "At work" : "Warm"} />
      <span class="num dim">
        <span class="vh">Started </span>
        <Age since={one.started_at} now={now} short />
        {one.heard_at ? (
          <small>
            last word <Age since={one.heard_at} now={now} short /> ago
          </small>
        ) : (
          <small>no word yet</small>
        )}
      </span>
      <form class="btns" {...processPost(urls.processEnding(one.id))}>
        <button
          type="submit"
          class={one.busy ? "btn btn-sm btn-bad" : "btn btn-sm"}
          aria-label={attr(`End ${one.provider}, pid ${one.pid}`)}
          title={
            one.busy
              ? "Stops its run, keeps what came, and ends the process"
              : "Ends the process; the next message starts another"
          }
        >
          {one.busy ? "Stop and end" : "End"}
        </button>
      </form>
    </li>
  );
}
