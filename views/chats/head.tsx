/** The session's header: what this is, where it works, how full the context is, and Stop while something runs. */
import { COMPACTION_SHARE } from "../../src/domain/compaction.ts";
import type { Project } from "../../src/domain/project.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Session } from "../../src/domain/session.ts";
import { count, kilo } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { Menu } from "../ui/menu.tsx";
import { posting } from "../ui/post.ts";
import { urls } from "../urls.ts";
import { action } from "./action.ts";

/** The meter's tick. */
const COMPACTION_PERCENT = Math.round(COMPACTION_SHARE * 100);

interface HeadProps {
  session: Session;
  project: Project;
  branch: string | null;
  /** Branch of the session's worktree; null while it has none. */
  worktree_branch?: string | null;
  /** The chat whose Markdown the menu offers; null where none is shown. */
  chat_id: string | null;
}

/** Title, chips and menu. */
export function SessionHead({ session, project, branch, worktree_branch, chat_id }: HeadProps) {
  return (
    <div class="head" id={ids.sessionHead(session.id)}>
      <h1 class="cut" title={attr(session.title)} safe>
        {session.title}
      </h1>
      <span class="chips">
        <a class="chip" href={urls.project(project.id)} title={attr(project.path)}>
          <Icon name="folder" />
          <span class="cut" safe>
            {project.name}
          </span>
        </a>
        {branch === null ? (
          ""
        ) : (
          <span class="chip" title="Branch of the checkout">
            <Icon name="branch" />
            <span class="cut" safe>
              {branch}
            </span>
          </span>
        )}
        {worktree_branch ? (
          <a class="chip" href={urls.sessionWorktree(session.id)} title={attr(`Worktree: ${worktree_branch}`)}>
            <Icon name="steer" />
            <span class="cut">Finish</span>
          </a>
        ) : (
          ""
        )}
        {session.web_tools ? (
          <span class="chip" title="Its chats may search and read the web; the session menu takes it away">
            <Icon name="globe" />
            Web
          </span>
        ) : (
          ""
        )}
      </span>
      <SessionMenu session={session} chat_id={chat_id} />
    </div>
  );
}

function SessionMenu({ session, chat_id }: Pick<HeadProps, "session" | "chat_id">) {
  const menu = ids.sessionMenu(session.id);
  return (
    <Menu id={menu} button="Session menu" label="Session">
      <li>
        <a href={urls.sessionEdit(session.id)}>
          <Icon name="pencil" />
          Rename…
        </a>
      </li>
      {chat_id === null ? (
        ""
      ) : (
        <li>
          <a href={urls.chatMarkdown(chat_id)}>
            <Icon name="file" />
            This chat as Markdown
          </a>
        </li>
      )}
      <li>
        <a href={urls.sessionWorktree(session.id)}>
          <Icon name="branch" />
          Worktree and finish
        </a>
      </li>
      <li>
        <WebSwitch session={session} />
      </li>
      <li>
        <form method="post" action={urls.sessionArchive(session.id)}>
          <input type="hidden" name="archived" value={session.archived_at ? "0" : "1"} />
          <button type="submit">
            <Icon name={session.archived_at ? "undo" : "archive"} />
            {session.archived_at ? "Back from the archive" : "Archive"}
          </button>
        </form>
      </li>
      <li>
        <a href={urls.sessionRemoval(session.id)}>
          <Icon name="trash" />
          Delete…
        </a>
      </li>
    </Menu>
  );
}

/** Also on the session's own page, where it works without script. */
export function WebSwitch({ session, button = "" }: { session: Session; button?: string }) {
  const url = urls.sessionWeb(session.id);
  // In the header the stream brings the answer; on the other page the next page does.
  const post = button === "" ? posting(url) : { method: "post" as const, action: url };
  return (
    <form {...post}>
      <input type="hidden" name="on" value={session.web_tools ? "0" : "1"} />
      <button type="submit" class={button || undefined}>
        <Icon name="globe" />
        {session.web_tools ? "Switch the web off" : "Switch the web on"}
      </button>
    </form>
  );
}

interface FactsProps {
  chat_id: string;
  live: Run | null;
  /** The newest settled run; the meter's source while the live one has not finished a turn. */
  last: Run | null;
  /** The picked model's window, where the run itself does not know it. */
  window: number | null;
}

/** Context meter and, while a run lives, Stop. */
export function Facts({ chat_id, live, last, window }: FactsProps) {
  const source = live?.context_used != null ? live : last;
  const used = source?.context_used ?? null;
  const size = source?.context_window ?? window;
  return (
    <div class="runfacts" id={ids.facts(chat_id)}>
      {used === null ? "" : <Context used={used} size={size} />}
      {live ? <Stop run={live} /> : ""}
    </div>
  );
}

function Context({ used, size }: { used: number; size: number | null }) {
  if (!size) {
    return (
      <span class="fact" title="The endpoint does not tell the size of its context window">
        <span safe>{`${kilo(used)} tokens`}</span>
        <span class="dim d opt">window unknown</span>
      </span>
    );
  }
  const percent = Math.min(100, Math.round((used / size) * 100));
  const sentence = `Context: ${count(used)} of ${count(size)} tokens. Past the tick at ${COMPACTION_PERCENT} % what is old is compacted before the next turn; /compact does it now`;
  return (
    <span class="fact" title={sentence}>
      <span class="meter" style={`--v:${percent}%;--tick:${COMPACTION_PERCENT}%`}></span>
      <span class="vh">Context</span>
      <span safe>{`${percent} %`}</span>
      <span class="dim d opt" safe>{`of ${kilo(size)}`}</span>
    </span>
  );
}

function Stop({ run }: { run: Run }) {
  return (
    <form {...action(urls.cancellation(run.id), run.chat_id)}>
      <button type="submit" class="btn btn-bad" title="Stop this run; what came so far is kept">
        <Icon name="stop" />
        Stop
      </button>
    </form>
  );
}
