/** The bars of all panes with their tabs, the dividers between panes, and the phone's one list of tabs. */

import type { Chat } from "../../src/domain/chat.ts";
import type { TabLabel, UnopenedTerminal } from "../../src/domain/page.ts";
import { type Layout, PANES_MAX, type Pane, panes, tabsOf } from "../../src/domain/pane.ts";
import { type Divider, geometry } from "../../src/domain/pane-geometry.ts";
import { ids } from "../ids.ts";
import { NewTerminal } from "../terminals/new-terminal.tsx";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon, type IconName, STATUS_WORD } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { changing } from "./changing.ts";
import { Act } from "./layout-act.tsx";
import { EmptyPane, PaneMenu } from "./pane-menu.tsx";

interface BarsProps {
  session_id: string;
  layout: Layout;
  labels: readonly TabLabel[];
  unopened: readonly Chat[];
  /** Terminals without a tab. */
  terminals: readonly UnopenedTerminal[];
}

/** Sent whole whenever a tab or its status changes: it is small and morphs. */
export function Bars({ session_id, layout, labels, unopened, terminals }: BarsProps) {
  const all = panes(layout);
  const numbers = tabsOf(layout).map((t) => t.number);
  return (
    <div class="bars" id={ids.bars(session_id)} data-session={session_id} data-changes={urls.layoutChanges(session_id)}>
      <nav class="switcher m" aria-label="Tabs">
        {numbers.map((n) => (
          <TabLink
            session_id={session_id}
            label={labelOf(labels, n)}
            current={n === all.find((p) => p.id === layout.focus)?.active}
          />
        ))}
        <NewChat session_id={session_id} />
        <NewTerminal session_id={session_id} />
      </nav>
      {all.map((pane) => (
        <PaneBar
          session_id={session_id}
          layout={layout}
          pane={pane}
          labels={labels}
          unopened={unopened}
          terminals={terminals}
          alone={all.length === 1}
          full={all.length >= PANES_MAX}
        />
      ))}
      {geometry(layout).dividers.map((divider) => (
        <DividerView divider={divider} />
      ))}
    </div>
  );
}

interface PaneBarProps extends BarsProps {
  pane: Pane;
  alone: boolean;
  full: boolean;
}

function PaneBar({ session_id, layout, pane, labels, unopened, terminals, alone, full }: PaneBarProps) {
  const focus = pane.id === layout.focus;
  return (
    <section
      class={`pane${focus ? " focus" : ""}`}
      id={ids.pane(pane.id)}
      data-pane={pane.id}
      aria-label={`Pane${focus ? ", focused" : ""}`}
    >
      <div class="tabs">
        <div class="tablist">
          {pane.tabs.map((tab, index) => (
            <span class="tabbox" draggable="true" data-tab={String(tab.number)} data-index={String(index)}>
              <TabLink
                session_id={session_id}
                label={labelOf(labels, tab.number)}
                current={tab.number === pane.active}
                id
              />
              <Act
                session_id={session_id}
                values={{ change: "close", tab: tab.number }}
                icon="x"
                label={`Close tab ${tab.number}`}
                class_name="closetab"
              />
            </span>
          ))}
        </div>
        <NewChat session_id={session_id} />
        <NewTerminal session_id={session_id} pane={pane.id} />
        <span class="grow"></span>
        {full ? (
          ""
        ) : (
          <Act
            session_id={session_id}
            values={{ change: "split", pane: pane.id, direction: "row" }}
            icon="split"
            label="Split pane"
          />
        )}
        <PaneMenu
          session_id={session_id}
          layout={layout}
          pane={pane}
          unopened={unopened}
          terminals={terminals}
          alone={alone}
          full={full}
        />
      </div>
      {pane.active === null ? (
        <EmptyPane session_id={session_id} layout={layout} pane={pane} unopened={unopened} terminals={terminals} />
      ) : (
        ""
      )}
    </section>
  );
}

function TabLink({
  session_id,
  label,
  current,
  id,
}: {
  session_id: string;
  label: TabLabel;
  current: boolean;
  id?: boolean;
}) {
  return (
    <a
      class="tab"
      id={id ? ids.tab(label.number) : undefined}
      href={urls.session(session_id, label.number)}
      aria-current={current ? "page" : undefined}
      title={attr(label.title)}
      {...changing(session_id, { change: "activate", tab: label.number })}
    >
      <b>{label.number}</b>
      {label.status ? (
        <Glyph status={label.status} label={STATUS_WORD[label.status]} />
      ) : (
        <Icon name={ICONS[label.kind]} />
      )}
      <span class="cut" safe>
        {label.title}
      </span>
    </a>
  );
}

const ICONS: Record<TabLabel["kind"], IconName> = {
  chat: "chat",
  file: "file",
  artifact: "ledger",
  review: "review",
  terminal: "term",
};

function NewChat({ session_id }: { session_id: string }) {
  return (
    <form method="post" action={urls.sessionChats(session_id)} hx-post={urls.sessionChats(session_id)} hx-swap="none">
      <button type="submit" class="btn btn-quiet btn-i btn-sm" aria-label="New chat" title="New chat in this session">
        <Icon name="plus" />
      </button>
      <button
        type="submit"
        class="btn btn-quiet btn-i btn-sm"
        name="kind"
        value="coder"
        aria-label="New coder"
        title="New coder: a chat that may propose changes"
      >
        <Icon name="coder" />
      </button>
    </form>
  );
}

/** A line between two panes: dragged, or moved by the arrow keys. `public/js/panes.js`. */
function DividerView({ divider }: { divider: Divider }) {
  const before = divider.shares.slice(0, divider.gap + 1).reduce((a, b) => a + b, 0);
  return (
    <div
      class={`divider ${divider.direction}`}
      role="separator"
      tabindex="0"
      aria-label="Resize panes"
      aria-orientation={divider.direction === "row" ? "vertical" : "horizontal"}
      aria-valuenow={String(Math.round(before / 10))}
      data-path={divider.path.join(",")}
      data-gap={String(divider.gap)}
      data-shares={divider.shares.join(",")}
    ></div>
  );
}

const labelOf = (labels: readonly TabLabel[], number: number): TabLabel =>
  labels.find((l) => l.number === number) ?? { number, kind: "file", title: "gone", status: null };
