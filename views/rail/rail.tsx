/** The right rail beside a session's panes: files or git, or folded to two buttons. On a phone it is a drawer. */
import type { Children } from "@kitajs/html";
import { RAIL_PANELS, type RailPanel } from "../../src/domain/rail.ts";
import { DiffDialog } from "../diff/diff-box.tsx";
import { ids } from "../ids.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

/** The rail as HTML, for a page that has to leave room for it before it comes. */
export interface DrawnRail {
  panel: RailPanel;
  safe_html: string;
}

interface RailProps {
  project_id: string;
  session_id: string;
  panel: RailPanel;
  /** The panel's content; none while the rail is folded. */
  children?: Children;
}

/** A file that cannot be opened says so above the panes. JSX cannot spell these names. */
const REFUSED_ABOVE: Record<string, string> = {
  "hx-status:4xx": `swap:innerHTML target:#${ids.notice}`,
  "hx-status:5xx": `swap:innerHTML target:#${ids.notice}`,
};

/** `data-open` is where a file that is clicked is opened as a tab; `public/js/rail.js`. */
export function RightRail(props: RailProps) {
  return (
    <aside
      class="rrail"
      id={ids.rightRail}
      popover="auto"
      aria-label="Files and git"
      data-open={urls.layoutChanges(props.session_id)}
      {...REFUSED_ABOVE}
    >
      <div id={ids.rightRailBody} class="rrbody">
        <RailBody {...props} />
      </div>
      <DiffDialog />
    </aside>
  );
}

const NAMES: Record<RailPanel, string> = { files: "Files", git: "Git", off: "Hide" };
const ICONS: Record<RailPanel, IconName> = { files: "tree", git: "branch", off: "x" };

/** What is swapped when another panel is picked. */
export function RailBody({ panel, children, ...where }: RailProps) {
  if (panel === "off") {
    return (
      <nav class="rrstrip" aria-label="Files and git" data-panel="off">
        {RAIL_PANELS.map((other) => (
          <RailLink {...where} to={other} />
        ))}
      </nav>
    );
  }
  return (
    <>
      <header class="rrhead" data-panel={panel}>
        <nav class="seg" aria-label="Panel">
          {RAIL_PANELS.map((other) => (
            <RailLink {...where} to={other} current={other === panel} word />
          ))}
        </nav>
        <span class="grow"></span>
        <RailLink {...where} to="off" />
      </header>
      {children}
    </>
  );
}

interface RailLinkProps {
  project_id: string;
  session_id: string;
  to: RailPanel;
  current?: boolean;
  word?: boolean;
}

function RailLink({ project_id, session_id, to, current, word }: RailLinkProps) {
  const name = to === "off" ? "Hide files and git" : NAMES[to];
  const url = urls.rail(project_id, session_id, to);
  return (
    <a
      class={word ? undefined : `btn btn-quiet btn-i${to === "off" ? " btn-sm" : ""}`}
      href={url}
      hx-get={url}
      hx-target={`#${ids.rightRailBody}`}
      hx-swap="innerHTML"
      data-rail={to}
      aria-current={current ? "true" : undefined}
      aria-label={word ? undefined : name}
      title={word ? undefined : name}
    >
      <Icon name={ICONS[to]} />
      {word ? NAMES[to] : ""}
    </a>
  );
}

/** Opens the drawer on a phone. */
export function RailButton() {
  return (
    <button type="button" class="btn btn-quiet btn-i m" popovertarget={ids.rightRail} aria-label="Files and git">
      <Icon name="tree" />
    </button>
  );
}

/** In place of a panel that takes its time: the browser asks again by itself. */
export function RailLater({ url, words }: { url: string; words: string }) {
  return (
    <p class="rest" hx-get={url} hx-trigger="load" hx-target={`#${ids.rightRailBody}`} hx-swap="innerHTML">
      <span safe>{words}</span> <a href={url}>Open it as a page</a>
    </p>
  );
}
