/** Renaming, archiving and deleting a session, as a page of its own: it works without script. */

import type { Grant } from "../../src/domain/grant.ts";
import type { Project } from "../../src/domain/project.ts";
import { type Session, TITLE_LIMIT_CHARS } from "../../src/domain/session.ts";
import { counted } from "../../src/lib/format.ts";
import { WebSwitch } from "../chats/head.tsx";
import { Back, PageHeader } from "../layout/header.tsx";
import type { FormError } from "../ui/fields.tsx";
import { Glyph, Icon } from "../ui/icons.tsx";
import { NameForm } from "../ui/name-form.tsx";
import { urls } from "../urls.ts";
import { SessionGrants } from "./grants.tsx";

interface EditProps {
  session: Session;
  project: Project;
  grants: readonly Grant[];
  /** A refused title, with what was typed. */
  rename?: { title: string; error: FormError } | null;
}

/** Everything inside `main`. */
export function SessionEditContent({ session, project, grants, rename }: EditProps) {
  return (
    <>
      <PageHeader title={session.title}>
        <span class="mid cut d" safe>
          {project.name}
        </span>
        <span class="grow"></span>
        <Back href={urls.session(session.id)} to="the session" />
      </PageHeader>
      <div class="page">
        <div class="sheet narrow">
          <NameForm
            id="session-title"
            action={urls.sessionTitle(session.id)}
            field="title"
            label="Title"
            value={rename?.title ?? session.title}
            max_chars={TITLE_LIMIT_CHARS}
            error={rename?.error}
            main
          />
          <SessionGrants grants={grants} />
          <SessionWeb session={session} />
          <OtherWays session={session} />
        </div>
      </div>
    </>
  );
}

function SessionWeb({ session }: { session: Session }) {
  return (
    <section class="band" aria-labelledby="session-web-h">
      <header>
        <Icon name="globe" />
        <h2 id="session-web-h">Web</h2>
        <span class="note">{session.web_tools ? "on" : "off"}</span>
        <WebSwitch session={session} button="btn btn-sm" />
      </header>
      <p>
        {session.web_tools
          ? "Models of its chats may search the web and read public pages. What they look for leaves this machine."
          : "Off: models of its chats reach nothing outside."}
      </p>
    </section>
  );
}

function OtherWays({ session }: { session: Session }) {
  return (
    <ul class="ways">
      <li>
        <div>
          <h2>{session.archived_at ? "Take it out of the archive" : "Archive it"}</h2>
          <p>
            {session.archived_at ? "It is listed again." : "It leaves the lists and stays readable and searchable."}
          </p>
        </div>
        <ArchiveForm session={session} />
      </li>
      <li>
        <div>
          <h2>Delete it</h2>
          <p>With all its messages. You are asked once more.</p>
        </div>
        <a class="btn btn-bad" href={urls.sessionRemoval(session.id)}>
          <Icon name="trash" />
          Delete…
        </a>
      </li>
    </ul>
  );
}

function ArchiveForm({ session }: { session: Session }) {
  return (
    <form method="post" action={urls.sessionArchive(session.id)}>
      <input type="hidden" name="archived" value={session.archived_at ? "0" : "1"} />
      <button type="submit" class="btn">
        <Icon name={session.archived_at ? "undo" : "archive"} />
        {session.archived_at ? "Unarchive" : "Archive"}
      </button>
    </form>
  );
}

interface RemovalProps {
  session: Session;
  chats: number;
  messages: number;
  /** Runs in flight, which removal stops. */
  running: number;
  /** Proposals that nobody decided or applied. */
  changes: number;
  /** What is only in its worktree, in words; null when nothing is. */
  at_risk?: string | null;
}

/** Asks before a session is deleted; everything inside `main`. */
export function SessionRemovalContent({ session, chats, messages, running, changes, at_risk = null }: RemovalProps) {
  return (
    <>
      <PageHeader title={session.title} />
      <div class="page">
        <div class="sheet narrow">
          <div class="headline">
            <h2 safe>{`Delete “${session.title}”?`}</h2>
            <p safe>
              {`${counted(messages, "message")} in ${counted(chats, "chat")} and their tool results are deleted; this cannot be undone. Files of the project are not touched.`}
            </p>
          </div>
          {running + changes > 0 ? (
            <ul class="checks three">
              {running > 0 ? (
                <li>
                  <Glyph status="stopped" label="Stopped" />
                  <span safe>{counted(running, "run")}</span>
                  <span class="mid">in flight now, stopped first</span>
                </li>
              ) : (
                ""
              )}
              {changes > 0 ? (
                <li>
                  <Glyph status="failed" label="Lost" />
                  <span safe>{counted(changes, "proposal")}</span>
                  <span class="mid">
                    not applied, and deleted with it: <a href={urls.review(session.id)}>review them first</a>
                  </span>
                </li>
              ) : (
                ""
              )}
            </ul>
          ) : (
            ""
          )}
          {at_risk ? (
            <p class="note-bad" role="alert">
              In its worktree: <span safe>{at_risk}</span>. What is not committed is kept under a hidden ref for 30
              days; a branch with commits that are not merged stays.
            </p>
          ) : (
            ""
          )}
          <form class="form" method="post" action={urls.sessionRemoval(session.id)}>
            <div class="btns">
              <button type="submit" class="btn btn-bad">
                Delete session
              </button>
              <a class="btn" href={urls.session(session.id)}>
                Keep it
              </a>
            </div>
          </form>
        </div>
      </div>
    </>
  );
}
