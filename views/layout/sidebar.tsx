/** The sidebar and its folded forms. Regions that change while the page is open carry an id and are sent by the stream. */

import type { Frame } from "../../src/domain/page.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { Whole } from "../ui/whole.tsx";
import { urls } from "../urls.ts";
import { BarNeeds, NavNeeds, RailNeeds } from "./nav-needs.tsx";
import { NavProjects } from "./nav-projects.tsx";
import { NavRunning, RailRunning } from "./nav-running.tsx";

/** What the page shows, for aria-current. */
export interface Current {
  session_id?: string;
  project_id?: string;
}

const here = (frame: Frame, url: string) => (frame.path === url ? "page" : undefined);

export function Sidebar({ frame, current }: { frame: Frame; current?: Current | undefined }) {
  return (
    <aside class="nav" id="nav" popover aria-label="Projects and sessions">
      <div>
        <div class="brand">
          <a href={urls.desk}>
            <Icon name="ghost" />
            BooCode
          </a>
          <span class="grow"></span>
          <button
            type="button"
            class="btn btn-quiet btn-i closer"
            popovertarget="nav"
            popovertargetaction="hide"
            aria-label="Close sidebar"
          >
            <Icon name="x" />
          </button>
        </div>
        <a class="goto" href={urls.palette} data-palette="">
          <Icon name="search" />
          <span class="grow">Go to, do</span>
          <span class="kk">
            <kbd>Ctrl</kbd>
            <kbd>K</kbd>
          </span>
        </a>
        <a class="nav-a" aria-current={here(frame, urls.desk)} href={urls.desk}>
          <Icon name="desk" />
          <span class="grow">Desk</span>
          <NavNeeds needs={frame.nav.needs} />
        </a>
        <a class="nav-a" aria-current={here(frame, urls.search())} href={urls.search()}>
          <Icon name="search" />
          <span class="grow">Search</span>
          <span class="kk">
            <kbd>g</kbd>
            <kbd>/</kbd>
          </span>
        </a>
        <a class="nav-a" aria-current={here(frame, urls.usage())} href={urls.usage()}>
          <Icon name="ledger" />
          <span class="grow">Usage</span>
          <span class="kk">
            <kbd>g</kbd>
            <kbd>l</kbd>
          </span>
        </a>
      </div>
      <nav class="scroll" aria-label="Sessions">
        <div class="nav-h">
          <span class="grow">Projects</span>
          <a class="btn btn-quiet btn-i btn-sm" href={urls.newProject} aria-label="Add project" title="Add project">
            <Icon name="plus" />
          </a>
        </div>
        <NavProjects projects={frame.nav.projects} current={current} now={frame.now} />
      </nav>
      <div data-row>
        <NavRunning running={frame.nav.running} now={frame.now} />
        <div class="nav-foot">
          <a class="nav-a" aria-current={here(frame, urls.settings)} href={urls.settings}>
            <Icon name="settings" />
            <span class="grow">Settings</span>
          </a>
          <SignOut frame={frame} />
        </div>
        <Whole />
      </div>
    </aside>
  );
}

function SignOut({ frame }: { frame: Frame }) {
  if (!frame.can_sign_out) return "";
  const label = frame.who ? `Sign out (${frame.who})` : "Sign out";
  return (
    <form method="post" action={urls.logout}>
      <button type="submit" class="btn btn-quiet btn-i" aria-label={attr(label)} title={attr(label)}>
        <Icon name="signout" />
      </button>
    </form>
  );
}

/** Between 761 and 1120 px the sidebar folds to this. */
export function Rail({ frame }: { frame: Frame }) {
  return (
    <aside class="rail" aria-label="Projects and sessions, collapsed">
      <button
        type="button"
        class="btn btn-quiet btn-i"
        popovertarget="nav"
        aria-label="Expand sidebar"
        title="Expand sidebar"
      >
        <Icon name="ghost" />
      </button>
      <a
        class="btn btn-quiet btn-i badge-need"
        aria-current={here(frame, urls.desk)}
        href={urls.desk}
        aria-label="Desk"
        title="Desk"
      >
        <Icon name="desk" />
        <RailNeeds needs={frame.nav.needs} />
      </a>
      <a
        class="btn btn-quiet btn-i"
        aria-current={here(frame, urls.search())}
        href={urls.search()}
        aria-label="Search"
        title="Search"
      >
        <Icon name="search" />
      </a>
      <a
        class="btn btn-quiet btn-i"
        aria-current={here(frame, urls.usage())}
        href={urls.usage()}
        aria-label="Usage"
        title="Usage"
      >
        <Icon name="ledger" />
      </a>
      <a class="btn btn-quiet btn-i" href={urls.newSession()} aria-label="New session" title="New session">
        <Icon name="plus" />
      </a>
      <hr />
      <RailRunning running={frame.nav.running} now={frame.now} />
      <span class="grow"></span>
      <a
        class="btn btn-quiet btn-i"
        aria-current={here(frame, urls.settings)}
        href={urls.settings}
        aria-label="Settings"
        title="Settings"
      >
        <Icon name="settings" />
      </a>
    </aside>
  );
}

/** Phone only. */
export function BottomBar({ frame, current }: { frame: Frame; current?: Current | undefined }) {
  return (
    <nav class="tabbar" aria-label="Sections">
      <a aria-current={here(frame, urls.desk)} href={urls.desk}>
        <Icon name="desk" />
        Desk
        <BarNeeds needs={frame.nav.needs} />
      </a>
      <button type="button" popovertarget="nav">
        <Icon name="chat" />
        Sessions
      </button>
      <a aria-current={frame.path.startsWith(urls.newSession()) ? "page" : undefined} href={urls.newSession()}>
        <Icon name="plus" />
        New
      </a>
      <a
        aria-current={frame.path.startsWith(urls.terminals()) ? "page" : undefined}
        href={urls.terminals(current?.session_id)}
      >
        <Icon name="term" />
        Term
      </a>
      <a aria-current={here(frame, urls.settings)} href={urls.settings}>
        <Icon name="settings" />
        Settings
      </a>
    </nav>
  );
}
