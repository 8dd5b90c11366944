import type { NavProject, NavSession } from "../../src/domain/nav.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon, STATUS_WORD } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import type { Current } from "./sidebar.tsx";

/** All projects with their newest sessions (#nav-projects). */
export function NavProjects({
  projects,
  current,
  now,
}: {
  projects: NavProject[];
  current?: Current | undefined;
  now: number;
}) {
  return (
    <div id={ids.navProjects}>
      {projects.length === 0 ? (
        <p class="nav-empty">
          None yet. <a href={urls.newProject}>Add one</a>
        </p>
      ) : (
        projects.map((project) => <Project project={project} current={current} now={now} />)
      )}
    </div>
  );
}

function Project({ project, current, now }: { project: NavProject; current?: Current | undefined; now: number }) {
  const hidden = project.total - project.sessions.length;
  return (
    <details class="proj" id={ids.navProject(project.id)} open>
      <summary title={attr(project.path)}>
        <Icon name="caret" />
        <span class="grow cut" safe>
          {project.name}
        </span>
        <span class="dim" safe>
          {String(project.total)}
        </span>
      </summary>
      <a
        class="btn btn-quiet btn-i btn-sm add"
        href={urls.newSession(project.id)}
        aria-label={attr(`New session in ${project.name}`)}
        title="New session"
      >
        <Icon name="plus" />
      </a>
      {project.sessions.map((session) => (
        <NavSessionRow session={session} current={current} now={now} />
      ))}
      <a
        class="sess more"
        href={urls.project(project.id)}
        aria-current={current?.project_id === project.id && !current.session_id ? "true" : undefined}
        aria-label={attr(`All sessions of ${project.name}`)}
      >
        <span></span>
        <span class="cut dim" safe>
          {moreWords(project.total, hidden)}
        </span>
      </a>
    </details>
  );
}

function moreWords(total: number, hidden: number): string {
  if (total === 0) return "no sessions yet";
  return hidden > 0 ? `${hidden} more` : "all sessions";
}

/** One session's line (#ns-ID). */
export function NavSessionRow({
  session,
  current,
  now,
}: {
  session: NavSession;
  current?: Current | undefined;
  now: number;
}) {
  const unread = session.status === "needs" || session.status === "running";
  return (
    <a
      class={`sess${unread ? " unread" : ""}`}
      id={ids.navSession(session.id)}
      href={urls.session(session.id)}
      aria-current={current?.session_id === session.id ? "page" : undefined}
      title={attr(session.title)}
    >
      <Glyph status={session.status} label={STATUS_WORD[session.status]} />
      <span class="cut" safe>
        {session.title}
      </span>
      <Age since={session.active_at} now={now} short />
    </a>
  );
}
