/** One project: all its sessions, its name, and taking it out of BooCode. */

import type { NavSession } from "../../src/domain/nav.ts";
import type { Project } from "../../src/domain/project.ts";
import { counted } from "../../src/lib/format.ts";
import { PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import type { FormError } from "../ui/fields.tsx";
import { Glyph, Icon, STATUS_WORD } from "../ui/icons.tsx";
import { NameForm } from "../ui/name-form.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

export interface ListedSession extends NavSession {
  archived_at: Date | null;
}
interface ContentProps {
  project: Project;
  sessions: ListedSession[];
  /** True when `sessions` holds the archived ones too. */
  archived: boolean;
  now: number;
  /** A refused rename, with what was typed. */
  rename?: { name: string; error: FormError } | null;
}

/** Everything inside `main`. */
export function ProjectContent({ project, sessions, archived, now, rename }: ContentProps) {
  return (
    <>
      <PageHeader title={project.name}>
        <span class="mid cut path d" title={attr(project.path)} safe>
          {project.path}
        </span>
        <span class="grow"></span>
        <a class="btn btn-go" href={urls.newSession(project.id)}>
          <Icon name="plus" />
          New session
        </a>
      </PageHeader>
      <div class="page">
        <div class="sheet">
          <Sessions project={project} sessions={sessions} archived={archived} now={now} />
          <About project={project} rename={rename} />
        </div>
      </div>
    </>
  );
}

function Sessions({ project, sessions, archived, now }: ContentProps) {
  return (
    <section class="band" aria-labelledby="project-sessions-h">
      <header>
        <Icon name="chat" />
        <h2 id="project-sessions-h">Sessions</h2>
        <span class="count" safe>
          {String(sessions.length)}
        </span>
        <span class="note">
          {archived ? (
            <a href={urls.project(project.id)}>hide archived</a>
          ) : (
            <a href={urls.projectArchived(project.id)}>show archived</a>
          )}{" "}
          · <a href={urls.keptConversations(project.id)}>adopt an agent's conversation</a>
        </span>
      </header>
      {sessions.length === 0 ? (
        <p>
          {archived ? "This project has no sessions." : "No sessions here."}{" "}
          <a href={urls.newSession(project.id)}>Start one</a>
        </p>
      ) : (
        <ul class="lines proj-sessions">
          {sessions.map((session) => (
            <Line session={session} now={now} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Line({ session, now }: { session: ListedSession; now: number }) {
  return (
    <li>
      <span>
        <Glyph status={session.status} label={STATUS_WORD[session.status]} />
      </span>
      <a class="t cut" href={urls.session(session.id)} safe>
        {session.title}
      </a>
      <span>{session.archived_at ? <span class="badge">archived</span> : ""}</span>
      <span class="num dim">
        <Age since={session.active_at} now={now} short />
      </span>
      <span class="btns">
        <a class="btn btn-sm btn-quiet" href={urls.sessionEdit(session.id)} aria-label={attr(`Edit ${session.title}`)}>
          Edit
        </a>
      </span>
    </li>
  );
}

function About({ project, rename }: Pick<ContentProps, "project" | "rename">) {
  return (
    <section class="band" aria-labelledby="project-about-h">
      <header>
        <Icon name="folder" />
        <h2 id="project-about-h">Project</h2>
      </header>
      <dl class="facts">
        <dt>Directory</dt>
        <dd>
          <code safe>{project.path}</code>
        </dd>
        <dt>Kind</dt>
        <dd>{project.is_git ? "git repository" : "plain directory, no git"}</dd>
      </dl>
      <NameForm
        id="project-name"
        action={urls.projectName(project.id)}
        field="name"
        label="Name"
        value={rename?.name ?? project.name}
        error={rename?.error}
      />
      <div class="btns">
        <a class="btn" href={urls.worktreeSettings(project.id)}>
          <Icon name="branch" />
          {project.is_git ? "How worktrees are made…" : "How agents work here…"}
        </a>
        <a class="btn btn-bad" href={urls.projectRemoval(project.id)}>
          <Icon name="trash" />
          Remove from BooCode…
        </a>
      </div>
    </section>
  );
}

interface RemovalProps {
  project: Project;
  /** All of them, archived too. */
  sessions: number;
  /** Runs in flight, which removal stops. */
  running: number;
  /** What is only in its worktrees, in words, one a worktree. */
  at_risk?: readonly string[];
}

/** Asks before a project leaves BooCode; everything inside `main`. */
export function ProjectRemovalContent({ project, sessions, running, at_risk = [] }: RemovalProps) {
  return (
    <>
      <PageHeader title={project.name} />
      <div class="page">
        <div class="sheet narrow">
          <div class="headline">
            <h2 safe>{`Remove ${project.name} from BooCode?`}</h2>
          </div>
          <ul class="checks three">
            <li>
              <Glyph status="done" label="Kept" />
              <span>The directory</span>
              <span class="mid">
                <code safe>{project.path}</code> and everything in it stays as it is
              </span>
            </li>
            <li>
              <Glyph status="failed" label="Deleted" />
              <span safe>{counted(sessions, "session")}</span>
              <span class="mid">deleted with all messages and tool results; this cannot be undone</span>
            </li>
            {running > 0 ? (
              <li>
                <Glyph status="stopped" label="Stopped" />
                <span safe>{counted(running, "run")}</span>
                <span class="mid">in flight now, stopped first</span>
              </li>
            ) : (
              ""
            )}
          </ul>
          {at_risk.length > 0 ? (
            <p class="note-bad" role="alert">
              Only in its worktrees: <span safe>{at_risk.join("; ")}</span>. What is not committed stays in the
              repository under <code>refs/boocode/retired</code>, and branches with commits that are not merged stay;
              the directories go.
            </p>
          ) : (
            ""
          )}
          <form class="form" method="post" action={urls.projectRemoval(project.id)}>
            <div class="btns">
              <button type="submit" class="btn btn-bad">
                Remove and delete sessions
              </button>
              <a class="btn" href={urls.project(project.id)}>
                Keep it
              </a>
            </div>
          </form>
        </div>
      </div>
    </>
  );
}
