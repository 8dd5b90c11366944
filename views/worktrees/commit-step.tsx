/** Committing what is in the worktree, and bringing the base branch in. */
import { COMMIT_MESSAGE_CHARS, type GitChange, IDENTITY_MISSING } from "../../src/domain/git.ts";
import { count, counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { described } from "../ui/fields.tsx";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import type { ReadyProps } from "./finish.tsx";
import { finishPost } from "./posting.ts";

export function CommitStep({ session, finish, message, error }: ReadyProps & { error: string | null }) {
  const { files, busy, operation, head, identity } = finish;
  return (
    <section class="band" aria-labelledby="fin-commit-h">
      <header>
        <Icon name="check" />
        <h2 id="fin-commit-h">Commit</h2>
        {files.total > 0 ? (
          <span class="count" safe>
            {count(files.total)}
          </span>
        ) : (
          ""
        )}
        <span class="note">
          {files.total === 0 ? (
            <StatusWord status="done" word="Everything is committed" />
          ) : (
            "everything, as it is here"
          )}
        </span>
      </header>
      {files.total === 0 ? (
        ""
      ) : (
        <>
          <Files changes={files.changes} total={files.total} />
          <Unreviewed {...finish.unreviewed} session_id={session.id} />
          <form class="form" {...finishPost(session.id, urls.worktreeCommits(session.id))}>
            <label class="vh" for={ids.finishMessage(session.id, head)}>
              Commit message
            </label>
            <textarea
              class="input area"
              id={ids.finishMessage(session.id, head)}
              name="message"
              rows="3"
              maxlength={String(COMMIT_MESSAGE_CHARS)}
              placeholder="Commit message"
              {...described({ id: ids.finishMessage(session.id, head), error: error ?? undefined })}
              safe
            >
              {`\n${message ?? finish.proposed_message}`}
            </textarea>
            {error === null ? (
              ""
            ) : (
              <p class="bad" id={`${ids.finishMessage(session.id, head)}-error`} role="alert" safe>
                {error}
              </p>
            )}
            <div class="btns">
              <button type="submit" class="btn btn-go" disabled={busy || operation !== null} safe>
                {`Commit ${counted(files.total, "file")}`}
              </button>
              {identity === null ? "" : <small class="dim" safe>{`As ${identity.name} <${identity.email}>`}</small>}
            </div>
          </form>
          {identity === null ? <p class="note-bad">{IDENTITY_MISSING as "safe"}</p> : ""}
          <Fine {...finish} />
        </>
      )}
    </section>
  );
}

/** Facts that nobody should be surprised by afterwards. */
function Fine({ hooks, unsigned }: Pick<ReadyProps["finish"], "hooks" | "unsigned">) {
  const names = hooks.names.join(", ");
  return (
    <>
      {hooks.names.length === 0 ? (
        ""
      ) : (
        <p class="rest" safe>
          {hooks.trusted
            ? `Runs this repository's hooks: ${names}.`
            : `Does not run this repository's hooks (${names}): the git panel of the project lets you trust them.`}
        </p>
      )}
      {unsigned ? <p class="rest">Commits made here are not signed, although commit.gpgsign is on.</p> : ""}
    </>
  );
}

function Unreviewed({ pending, rejected, session_id }: { pending: number; rejected: number; session_id: string }) {
  if (pending + rejected === 0) return "";
  const parts = [
    pending > 0 ? `${counted(pending, "hunk")} nobody decided` : "",
    rejected > 0 ? `${counted(rejected, "hunk")} you rejected` : "",
  ];
  return (
    <p class="note-warn">
      <span
        safe
      >{`Among it: ${parts.filter(Boolean).join(" and ")}. A commit takes the files as they are here; verdicts decide what is written to the checkout.`}</span>{" "}
      <a href={urls.review(session_id)}>Review</a>
    </p>
  );
}

const WORDS: Partial<Record<GitChange["mark"], string>> = { "?": "new", A: "new", D: "deleted", R: "renamed" };
const OPEN_UP_TO = 12;

function Files({ changes, total }: { changes: readonly GitChange[]; total: number }) {
  return (
    <details class="fin-files" open={total <= OPEN_UP_TO}>
      <summary>
        <Icon name="caret" />
        <span safe>{counted(total, "file")}</span>
      </summary>
      <ul>
        {changes.map((change) => (
          <li class="gitrow">
            <span class="row" title={attr(shownPath(change.path))}>
              <abbr
                class={`mark mark-${change.mark === "?" ? "new" : change.mark}`}
                title={WORDS[change.mark] ?? "changed"}
              >
                {change.mark}
              </abbr>
              <span class="cut" safe>
                {shownPath(change.path)}
              </span>
              {change.secret && change.mark === "?" ? <small class="dim">secrets, stays out</small> : ""}
              {change.submodule ? <small class="dim">submodule</small> : ""}
            </span>
          </li>
        ))}
        {total > changes.length ? <li class="rest" safe>{`and ${count(total - changes.length)} more`}</li> : ""}
      </ul>
    </details>
  );
}

export function BringIn({ session, finish }: ReadyProps) {
  const { base, behind, busy, operation, files, upstream, programs, hooks } = finish;
  if (!base) return "";
  const name = base.branch ?? `the checkout's commit ${base.commit.slice(0, 10)}`;
  const off = busy || operation !== null || files.total > 0;
  return (
    <section class="band" aria-labelledby="fin-merge-h">
      <header>
        <Icon name="split" />
        <h2 id="fin-merge-h" class="cut" safe>{`Bring ${name} in`}</h2>
        <span class="note">
          {behind === 0 ? (
            <StatusWord status="done" word="It is in" />
          ) : (
            <span safe>{`${counted(behind, "commit")} not here`}</span>
          )}
        </span>
      </header>
      {files.total > 0 && (behind > 0 || base.upstream) ? (
        <p>Commit first: then a merge can be given up without a loss.</p>
      ) : (
        ""
      )}
      {behind === 0 && !base.upstream && !upstream ? (
        ""
      ) : (
        <form class="form" {...finishPost(session.id, urls.worktreeMerges(session.id))}>
          {base.upstream || upstream ? <Programs programs={hooks.trusted ? [] : programs} id="merge" /> : ""}
          <div class="btns">
            {behind > 0 ? (
              <button type="submit" class="btn" name="from" value="base" disabled={off} safe>
                {`Merge ${name}`}
              </button>
            ) : (
              ""
            )}
            {base.upstream ? (
              <button type="submit" class="btn" name="from" value="upstream" disabled={off} safe>
                {`Fetch and merge ${base.upstream}`}
              </button>
            ) : (
              ""
            )}
            {upstream ? (
              <button type="submit" class="btn" name="from" value="own" disabled={off} safe>
                {`Fetch and merge ${upstream.remote}/${upstream.branch}`}
              </button>
            ) : (
              ""
            )}
          </div>
        </form>
      )}
    </section>
  );
}

/** Programs of the repository's own configuration: only when somebody says so, and only this once. */
export function Programs({ programs, id }: { programs: readonly string[]; id: string }) {
  if (programs.length === 0) return "";
  return (
    <label class="check fin-programs" for={`programs-${id}`}>
      <input type="checkbox" id={`programs-${id}`} name="allow_programs" value="1" />
      <span>
        Let programs run that this repository's own configuration names: <code safe>{programs.join(", ")}</code>
      </span>
    </label>
  );
}
