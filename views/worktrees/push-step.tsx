/** The branch at its remotes, and the page that opens a pull request. */
import type { FinishRemote, ReadyFinish } from "../../src/domain/finish.ts";
import { requestWord } from "../../src/domain/remote.ts";
import { counted } from "../../src/lib/format.ts";
import { attr } from "../ui/attr.ts";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { Programs } from "./commit-step.tsx";
import type { ReadyProps } from "./finish.tsx";
import { finishPost } from "./posting.ts";

export function PushStep({ session, finish }: ReadyProps) {
  const { remotes, branch, programs, hooks } = finish;
  return (
    <section class="band" aria-labelledby="fin-push-h">
      <header>
        <Icon name="out" />
        <h2 id="fin-push-h">Push</h2>
        <span class="note">
          <Standing finish={finish} />
        </span>
      </header>
      {remotes.length === 0 ? (
        <p>
          The repository has no remote. In a terminal: <code>git remote add origin …</code>
        </p>
      ) : (
        <form class="form" {...finishPost(session.id, urls.worktreePushes(session.id))}>
          <ul class="fin-remotes">
            {remotes.map((remote) => (
              <Remote remote={remote} finish={finish} off={branch === null} />
            ))}
          </ul>
          <Programs programs={hooks.trusted ? [] : programs} id="push" />
          <p class="rest">
            Nothing is forced, and no password is asked for: git's own credentials or an SSH key have to do.
          </p>
        </form>
      )}
    </section>
  );
}

function Standing({ finish }: { finish: ReadyFinish }) {
  const { upstream, unpushed } = finish;
  if (finish.remotes.length === 0) return "";
  if (upstream === null)
    return unpushed === 0 ? "nothing to push" : <span safe>{`${counted(unpushed, "commit")} not pushed`}</span>;
  if (upstream.behind > 0)
    return <span safe>{`${counted(upstream.behind, "commit")} at ${upstream.remote} not here`}</span>;
  if (upstream.ahead > 0) return <span safe>{`${counted(upstream.ahead, "commit")} not pushed`}</span>;
  return <StatusWord status="done" word={`Pushed to ${upstream.remote}`} />;
}

/** The one thing that comes next; before that, committing or going on with a merge does. */
function nextStep({ files, operation, upstream, unpushed, remotes }: ReadyFinish): {
  push: string | null;
  request: boolean;
} {
  if (files.total > 0 || operation !== null) return { push: null, request: false };
  if (upstream !== null && upstream.ahead === 0) return { push: null, request: true };
  const isWork = upstream !== null || unpushed > 0;
  return { push: isWork ? (upstream?.remote ?? remotes[0]?.name ?? null) : null, request: false };
}

function Remote({ remote, finish, off }: { remote: FinishRemote; finish: ReadyFinish; off: boolean }) {
  const isThere = finish.upstream?.remote === remote.name;
  const next = nextStep(finish);
  return (
    <li>
      <div>
        <b safe>{remote.name}</b>{" "}
        <code class="cut" title={attr(remote.url)} safe>
          {remote.url}
        </code>
      </div>
      <span class="btns">
        {remote.request_url !== null && remote.forge !== null && isThere ? (
          <a
            class={next.request ? "btn btn-go" : "btn"}
            href={attr(remote.request_url)}
            target="_blank"
            rel="noopener noreferrer"
          >
            <Icon name="link" />
            <span safe>{`Open a ${requestWord(remote.forge)}`}</span>
          </a>
        ) : (
          ""
        )}
        <button
          type="submit"
          class={next.push === remote.name ? "btn btn-go" : "btn"}
          name="remote"
          value={attr(remote.name)}
          disabled={off}
          aria-label={attr(`Push to ${remote.name}`)}
        >
          Push
        </button>
      </span>
    </li>
  );
}
