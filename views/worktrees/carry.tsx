/** Before there is a worktree, and what it does not see of the checkout. */
import type { Chat } from "../../src/domain/chat.ts";
import type { Carry, Finish } from "../../src/domain/finish.ts";
import { counted } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { Icon } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import type { FinishProps } from "./finish.tsx";
import { finishPost } from "./posting.ts";

export function WithoutWorktree(props: FinishProps & { finish: Extract<Finish, { state: "none" }> }) {
  const { session, project, finish } = props;
  const inPlace = finish.worktree?.branch === null;
  return (
    <>
      <section class="band" aria-labelledby="fin-none-h">
        <header>
          <Icon name="branch" />
          <h2 id="fin-none-h">
            {inPlace ? "No worktree" : finish.worktree ? "The worktree is gone" : "No worktree yet"}
          </h2>
          <span class="note">
            <a href={urls.worktrees}>all worktrees</a>
          </span>
        </header>
        <p safe>{finish.reason}</p>
        {inPlace ? (
          ""
        ) : !project.is_git ? (
          <p>
            The project is no git repository: agents write in its directory itself, and only when you allow it.{" "}
            <a href={urls.worktreeSettings(project.id)}>How agents work in this project</a>
          </p>
        ) : (
          <>
            <p>
              {finish.worktree
                ? "It is made anew from its branch; what was not committed in it is lost."
                : "It is made by itself when an agent gets its first message here, from the last commit of the checkout."}{" "}
              <a href={urls.worktreeSettings(project.id)}>How worktrees of this project are made</a>
            </p>
            <form class="btns" {...finishPost(session.id, urls.sessionWorktree(session.id))}>
              <button type="submit" class="btn">
                {finish.worktree ? "Make it anew" : "Make it now"}
              </button>
            </form>
          </>
        )}
      </section>
      {project.is_git ? <CarryOver {...props} carry={finish.carry} busy={false} /> : ""}
    </>
  );
}

/**
 * Above a coder's composer, before an agent gets its first message: what it will not see. Fetched once the page stands, because
 * git is asked; the stream sends the place again when another agent is picked or the worktree is made.
 */
export function Uncommitted({ chat, asks }: { chat: Pick<Chat, "id" | "session_id">; asks: boolean }) {
  const id = ids.uncommitted(chat.id);
  if (!asks) return <div id={id}></div>;
  return <div id={id} hx-get={urls.worktreeUncommitted(chat.session_id)} hx-trigger="load" hx-swap="innerHTML"></div>;
}

/** The line itself; nothing while everything is committed. */
export function UncommittedLine({ session_id, carry }: { session_id: string; carry: Carry | null }) {
  if (!carry || carry.files === 0) return "";
  const one = carry.files === 1;
  return (
    <p class="toreview">
      <Icon name="info" />
      <span
        class="grow"
        safe
      >{`${counted(carry.files, "file")} of the checkout ${one ? "is" : "are"} not committed: the agent will not see ${one ? "it" : "them"}.`}</span>
      <a class="btn btn-sm" href={urls.sessionWorktree(session_id)}>
        Carry over…
      </a>
    </p>
  );
}

interface CarryProps extends FinishProps {
  carry: Carry | null;
  busy: boolean;
}

export function CarryOver({ session, project, carry, busy, now }: CarryProps) {
  if (!carry || carry.files === 0) return "";
  const one = carry.files === 1;
  return (
    <section class="band" aria-labelledby="fin-carry-h">
      <header>
        <Icon name="steer" />
        <h2 id="fin-carry-h">Uncommitted in the checkout</h2>
        <span class="note">
          {carry.carried_at ? (
            <>
              carried over <Age since={carry.carried_at} now={now} short /> ago
            </>
          ) : (
            <span safe>{counted(carry.files, "file")}</span>
          )}
        </span>
      </header>
      <p>
        <span
          safe
        >{`${counted(carry.files, "file")} of ${project.name} ${one ? "is" : "are"} not committed, so the worktree does not have ${one ? "it" : "them"} by itself. Carried over, an agent works on top of ${one ? "it" : "them"}, and the review shows only what the agent did.`}</span>{" "}
        <a href={urls.git(project.id)}>Look at {one ? "it" : "them"}</a>
      </p>
      <form class="btns" {...finishPost(session.id, urls.worktreeCarryings(session.id))}>
        <button type="submit" class="btn" disabled={busy}>
          {carry.carried_at ? "Carry over again" : "Carry over"}
        </button>
      </form>
    </section>
  );
}
