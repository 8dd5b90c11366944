/** Before there is a worktree, and what it does not see of the checkout. */
import type { Carry, Finish } from "../../src/domain/finish.ts";
import { counted } from "../../src/lib/format.ts";
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
