/** The desk: what waits for you, what runs, what was. Each band is a region the stream sends by itself. */
import type { Desk, NavProject } from "../../src/domain/nav.ts";
import { PageHeader } from "../layout/header.tsx";
import { NewProjectForm } from "../projects/new-project.tsx";
import { GhostAsleep, Icon } from "../ui/icons.tsx";
import { Day } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import { DeskNeeds } from "./needs.tsx";
import { DeskRecent } from "./recent.tsx";
import { DeskRunning } from "./running.tsx";

/** Everything inside `main`. `now` is epoch milliseconds. */
export function DeskContent({ desk, now, projects }: { desk: Desk; now: number; projects: NavProject[] }) {
  return (
    <>
      <PageHeader title="Desk">
        <span class="mid cut d">
          <Day at={now} />
        </span>
        <span class="grow"></span>
        {projects.length > 0 ? <NewSession /> : ""}
      </PageHeader>
      <div class="page">
        {projects.length === 0 ? (
          <NoProjects />
        ) : (
          <div class="sheet">
            <DeskNeeds needs={desk.needs} now={now} />
            <DeskRunning running={desk.running} now={now} />
            <DeskRecent recent={desk.recent} total={desk.total_sessions} now={now} />
          </div>
        )}
      </div>
    </>
  );
}

function NewSession() {
  return (
    <a class="btn btn-go" href={urls.newSession()}>
      <Icon name="plus" />
      New session
    </a>
  );
}

function NoProjects() {
  return (
    <div class="sheet narrow">
      <GhostAsleep />
      <div class="headline">
        <h2>BooCode knows no project yet</h2>
        <p>
          A project is a directory on this machine, usually a git repository. Chats read it; nothing is written to it.
        </p>
      </div>
      <NewProjectForm />
    </div>
  );
}
