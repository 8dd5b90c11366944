/** A merge that stopped: what both sides did, file by file, and the ways on. */
import type { Conflict, ConflictPlace } from "../../src/domain/finish.ts";
import { counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon, StatusWord } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import type { ReadyProps } from "./finish.tsx";
import { finishPost } from "./posting.ts";

export function Conflicts(props: ReadyProps) {
  const { session, finish } = props;
  const { conflicts, busy } = finish;
  const open = conflicts.filter((conflict) => !conflict.settled);
  return (
    <section class="band band-need" aria-labelledby="fin-conflicts-h">
      <header>
        <Icon name="split" />
        <h2 id="fin-conflicts-h">A merge is under way</h2>
        <span class="note">
          {open.length > 0 ? (
            <StatusWord status="needs" word={`${counted(open.length, "file")} in conflict`} />
          ) : (
            <StatusWord status="done" word="Everything is resolved" />
          )}
        </span>
      </header>
      {open.length > 0 ? (
        <p>
          Resolve each file by a side, by hand in a terminal or your editor, or by the agent; then go on. Given up, the
          worktree is as it was before.
        </p>
      ) : (
        ""
      )}
      <ul class="fin-conflicts">
        {conflicts.map((conflict) => (
          <File session_id={session.id} conflict={conflict} busy={busy} unfolded={open.length <= UNFOLDED_UP_TO} />
        ))}
      </ul>
      {open.length > 0 && finish.agent_chat !== null ? (
        <AskAgent chat_id={finish.agent_chat} conflicts={open} busy={busy} base={finish.base?.branch ?? null} />
      ) : (
        ""
      )}
      <GoOn {...props} open={open.length} />
    </section>
  );
}

/** With few files their places are shown at once. */
const UNFOLDED_UP_TO = 3;

interface FileProps {
  session_id: string;
  conflict: Conflict;
  busy: boolean;
  unfolded: boolean;
}

function File({ session_id, conflict, busy, unfolded }: FileProps) {
  const { path, what, places, settled } = conflict;
  const url = urls.worktreeResolutions(session_id);
  const name = shownPath(path);
  return (
    <li>
      <form {...finishPost(session_id, url)}>
        <input type="hidden" name="path" value={attr(path)} />
        <span class="row">
          {settled ? <Glyph status="done" label="Resolved" /> : <Glyph status="needs" label="In conflict" />}
          <code class="cut" title={attr(name)} safe>
            {name}
          </code>
          <small class="dim" safe>
            {settled ? "no conflict is left in it" : what}
          </small>
        </span>
        <span class="btns">
          <Take side="ours" label={sideWord(what, "ours")} name={name} busy={busy} />
          <Take side="theirs" label={sideWord(what, "theirs")} name={name} busy={busy} />
          <Take side="file" label="As it is now" name={name} busy={busy} />
        </span>
      </form>
      {(places ?? []).length > 0 ? (
        <details class="diag" open={unfolded}>
          <summary>
            <Icon name="caret" />
            <span safe>{counted(places!.length, "place")}</span>
          </summary>
          {places!.map((place) => (
            <Place place={place} />
          ))}
        </details>
      ) : (
        ""
      )}
    </li>
  );
}

function sideWord(what: string, side: "ours" | "theirs"): string {
  const deleted = what === (side === "ours" ? "deleted by us" : "deleted by them") || what === "deleted on both sides";
  if (deleted) return side === "ours" ? "Delete, as here" : "Delete, as there";
  return side === "ours" ? "Take ours" : "Take theirs";
}

function Take({ side, label, name, busy }: { side: string; label: string; name: string; busy: boolean }) {
  return (
    <button
      type="submit"
      class="btn btn-sm"
      name="side"
      value={side}
      disabled={busy}
      aria-label={attr(`${label}: ${name}`)}
      safe
    >
      {label}
    </button>
  );
}

function Place({ place }: { place: ConflictPlace }) {
  return (
    <div class="fin-place">
      <p class="dim num" safe>{`line ${place.line}`}</p>
      <div>
        <small class="dim">ours</small>
        <pre safe>{`\n${place.ours.join("\n") || "(nothing)"}`}</pre>
      </div>
      <div>
        <small class="dim">theirs</small>
        <pre safe>{`\n${place.theirs.join("\n") || "(nothing)"}`}</pre>
      </div>
      {place.cut ? <p class="dim">It is longer; open the file for the rest.</p> : ""}
    </div>
  );
}

interface AskProps {
  chat_id: string;
  conflicts: readonly Conflict[];
  base: string | null;
  busy: boolean;
}

/** A message like any other: it can be changed before it is sent, and what the agent does is seen in its chat. */
function AskAgent({ chat_id, conflicts, base, busy }: AskProps) {
  const files = conflicts.map((conflict) => `- ${conflict.path} (${conflict.what})`).join("\n");
  const text = `${base === null ? "A merge" : `Bringing ${base} into this worktree`} stopped at conflicts in:\n${files}\n\nResolve them in the files: keep what both sides meant and leave no conflict markers. Do not commit, and do not run git merge, git add or git checkout; I go on with the merge myself.`;
  return (
    <details class="diag">
      <summary>
        <Icon name="caret" />
        Let the agent resolve them
      </summary>
      <form class="form" method="post" action={urls.chatMessages(chat_id)}>
        <label class="vh" for="fin-ask">
          Message to the agent
        </label>
        <textarea class="input area" id="fin-ask" name="text" rows="7" safe>
          {`\n${text}`}
        </textarea>
        <div class="btns">
          <button type="submit" class="btn" disabled={busy}>
            <Icon name="send" />
            Send to the agent
          </button>
        </div>
      </form>
    </details>
  );
}

function GoOn({ session, finish, open }: ReadyProps & { open: number }) {
  const { busy } = finish;
  return (
    <div class="fin-ways">
      <form class="form" {...finishPost(session.id, urls.worktreeMergeContinuation(session.id))}>
        <label class="vh" for="fin-merge-message">
          Message of the merge
        </label>
        <input
          class="input"
          id="fin-merge-message"
          name="message"
          value={attr(finish.proposed_message.split("\n")[0]!)}
          autocomplete="off"
        />
        <div class="btns">
          <button type="submit" class="btn btn-go" disabled={busy || open > 0}>
            Go on: commit the merge
          </button>
        </div>
      </form>
      <form {...finishPost(session.id, urls.worktreeMergeCancellation(session.id))}>
        <button type="submit" class="btn btn-bad" disabled={busy}>
          Give the merge up
        </button>
      </form>
    </div>
  );
}
