/** The page of a session: header, panes with tabs, and the content of every tab that is on the screen. */

import type { ChatView, ComposerState, WorkspaceView } from "../../src/domain/page.ts";
import { shownTabs, type Tab, type TabContent } from "../../src/domain/pane.ts";
import { ChatPane, pickedWindow } from "../chats/content.tsx";
import { Facts, SessionHead } from "../chats/head.tsx";
import { ids } from "../ids.ts";
import { MenuButton } from "../layout/header.tsx";
import { type DrawnRail, RailButton } from "../rail/rail.tsx";
import { Whole } from "../ui/whole.tsx";
import { urls } from "../urls.ts";
import { Bars } from "./bars.tsx";
import { LayoutStyle } from "./layout-style.tsx";

interface ContentProps {
  view: WorkspaceView;
  /** A composer's state by chat id, where it is not a blank one. */
  composer: (chatId: string) => ComposerState;
  now: number;
  rail?: DrawnRail;
}

/** Everything inside `main`. */
export function WorkspaceContent({ view, composer, now, rail }: ContentProps) {
  const { session } = view;
  return (
    <>
      <header class="bar sesshead" data-row>
        <MenuButton />
        <SessionHead
          session={session}
          project={view.project}
          branch={view.branch}
          worktree_branch={view.worktree_branch ?? null}
          chat_id={view.focused?.chat.id ?? null}
        />
        <span class="grow d"></span>
        <HeadFacts session_id={session.id} chat={view.focused} />
        {rail ? <RailButton /> : ""}
        <Whole />
      </header>
      <div class="workspace" data-rail={rail?.panel}>
        {view.repaired ? (
          <p class="note-bad" role="alert">
            The stored arrangement of panes could not be read. It was made anew; no chat was lost.
          </p>
        ) : (
          ""
        )}
        <div class="panes" id={ids.panes(session.id)}>
          <LayoutStyle session_id={session.id} layout={view.layout} />
          <Bars
            session_id={session.id}
            layout={view.layout}
            labels={view.labels}
            unopened={view.unopened}
            terminals={view.terminals}
          />
          {shownTabs(view.layout).map((tab) => (
            <TabView tab={tab} view={view} composer={composer} now={now} />
          ))}
        </div>
        {(rail?.safe_html ?? "") as "safe"}
      </div>
    </>
  );
}

/** Context meter and Stop of the chat in the focused pane. */
export function HeadFacts({ session_id, chat }: { session_id: string; chat: ChatView | null }) {
  return (
    <div class="headfacts" id={ids.headFacts(session_id)}>
      {chat ? <Facts chat_id={chat.chat.id} live={chat.live} last={chat.last} window={pickedWindow(chat)} /> : ""}
    </div>
  );
}

interface TabViewProps extends ContentProps {
  tab: Tab;
}

/** One tab's content; where it lies is said by `LayoutStyle` alone. */
export function TabView({ tab, view, composer, now }: TabViewProps) {
  const chat = view.chats.get(tab.number);
  const label = view.labels.find((l) => l.number === tab.number);
  return (
    <section class="view" id={ids.view(tab.number)} data-tab={String(tab.number)} aria-labelledby={ids.tab(tab.number)}>
      {chat ? (
        <ChatPane view={chat} composer={composer(chat.chat.id)} now={now} />
      ) : (
        <Fetched tab={tab} view={view} title={label?.title ?? ""} />
      )}
    </section>
  );
}

/** Content that the browser fetches once the page stands: a file that is slow or gone must not hold up the others. */
function Fetched({ tab, view, title }: { tab: Tab; view: WorkspaceView; title: string }) {
  const { content } = tab;
  if (content.kind === "chat") return <p class="newtab">This chat is gone.</p>;
  const { page, fragment } = addresses(view, content);
  return (
    <div class="fetched" hx-get={fragment} hx-trigger="load" hx-swap="innerHTML">
      <p class="dim">
        <a href={page} safe>
          {`Open ${title}`}
        </a>
      </p>
    </div>
  );
}

/** Where a tab's content can be read as a page, and where it comes from as a fragment. */
function addresses(
  { project, session }: WorkspaceView,
  content: Exclude<TabContent, { kind: "chat" }>,
): { page: string; fragment: string } {
  switch (content.kind) {
    case "file":
      return {
        page: urls.file(project.id, content.path, content.line),
        fragment: urls.filePane(project.id, content.path, content.line),
      };
    case "artifact":
      return { page: urls.artifact(content.message_id), fragment: urls.artifactPane(content.message_id) };
    case "review":
      return { page: urls.review(session.id), fragment: urls.review(session.id, { pane: 1 }) };
    case "terminal":
      return { page: urls.terminal(content.terminal_id), fragment: urls.terminalPane(content.terminal_id) };
  }
}
