/** What can be done with a pane, and what can be opened in it: in its menu, and in the middle of one that is empty. */
import type { Chat } from "../../src/domain/chat.ts";
import type { UnopenedTerminal } from "../../src/domain/page.ts";
import type { Layout, Pane } from "../../src/domain/pane.ts";
import { NewTerminalLine } from "../terminals/new-terminal.tsx";
import { Icon, type IconName } from "../ui/icons.tsx";
import { Menu } from "../ui/menu.tsx";
import { urls } from "../urls.ts";
import { MenuAct, type Values } from "./layout-act.tsx";

interface MenuProps {
  session_id: string;
  layout: Layout;
  pane: Pane;
  unopened: readonly Chat[];
  /** Terminals without a tab. */
  terminals: readonly UnopenedTerminal[];
}

export function PaneMenu({
  session_id,
  layout,
  pane,
  unopened,
  terminals,
  alone,
  full,
}: MenuProps & { alone: boolean; full: boolean }) {
  const menu = `pm-${pane.id}`;
  const act = (values: Values, icon: IconName, words: string) => (
    <MenuAct session_id={session_id} values={values} icon={icon} words={words} />
  );
  return (
    <Menu id={menu} button="Pane menu" label="Pane">
      {full ? "" : act({ change: "split", pane: pane.id, direction: "row" }, "split", "Split right")}
      {full ? "" : act({ change: "split", pane: pane.id, direction: "column" }, "split", "Split down")}
      {alone
        ? ""
        : act(
            layout.maximised === pane.id ? { change: "maximise" } : { change: "maximise", pane: pane.id },
            "unified",
            layout.maximised === pane.id ? "Restore" : "Maximise",
          )}
      {act({ change: "open", kind: "review", pane: pane.id }, "review", "Review of what is proposed")}
      {layout.closed.length > 0 ? act({ change: "reopen" }, "undo", "Reopen closed tab") : ""}
      {unopened.map((chat) =>
        act(
          { change: "open", kind: "chat", chat_id: chat.id, pane: pane.id },
          "chat",
          `Open ${chat.number} ${chat.title}`,
        ),
      )}
      {terminals.map((t) =>
        act(
          { change: "open", kind: "terminal", terminal_id: t.id, pane: pane.id },
          "term",
          `Open ${t.number} ${t.title}`,
        ),
      )}
      <li>
        <a href={urls.terminals(session_id)}>
          <Icon name="term" />
          <span class="grow">All terminals, and hosts by ssh</span>
        </a>
      </li>
      {alone ? "" : act({ change: "close_pane", pane: pane.id }, "x", "Close pane")}
    </Menu>
  );
}

export function EmptyPane({ session_id, layout, pane, unopened, terminals }: MenuProps) {
  return (
    <div class="newtab">
      <h2>Nothing open here</h2>
      <ul>
        <li>
          <form
            method="post"
            action={urls.sessionChats(session_id)}
            hx-post={urls.sessionChats(session_id)}
            hx-swap="none"
          >
            <button type="submit">
              <Icon name="chat" />
              <b>New chat</b>
              <small class="dim">reads the project</small>
            </button>
            <button type="submit" name="kind" value="coder">
              <Icon name="coder" />
              <b>New coder</b>
              <small class="dim">proposes changes for your review</small>
            </button>
          </form>
        </li>
        <li>
          <NewTerminalLine session_id={session_id} pane={pane.id} />
        </li>
        <MenuAct
          session_id={session_id}
          values={{ change: "open", kind: "review", pane: pane.id }}
          icon="review"
          words="Review of what is proposed"
        />
        {unopened.map((chat) => (
          <MenuAct
            session_id={session_id}
            values={{ change: "open", kind: "chat", chat_id: chat.id, pane: pane.id }}
            icon="chat"
            words={`${chat.number} ${chat.title}`}
          />
        ))}
        {terminals.map((t) => (
          <MenuAct
            session_id={session_id}
            values={{ change: "open", kind: "terminal", terminal_id: t.id, pane: pane.id }}
            icon="term"
            words={`${t.number} ${t.title}`}
          />
        ))}
        {layout.closed.length > 0 ? (
          <MenuAct
            session_id={session_id}
            values={{ change: "reopen" }}
            icon="undo"
            words="Reopen the tab closed last"
          />
        ) : (
          ""
        )}
      </ul>
    </div>
  );
}
