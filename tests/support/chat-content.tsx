/** A workspace with one pane around a chat, from fixed data: for view tests, browser tests without a server, the storybook. */
import type { ChatView, ComposerState } from "../../src/domain/page.ts";
import { initialLayout } from "../../src/domain/pane.ts";
import { activate } from "../../src/domain/pane-changes.ts";
import { labelsOf } from "../../src/engine/workspace.ts";
import { WorkspaceContent } from "../../views/workspace/workspace.tsx";

interface Props {
  view: ChatView;
  composer: ComposerState;
  now: number;
}

export function ChatContent({ view, composer, now }: Props) {
  const tabs = view.chats.map((c) => ({ number: c.number, content: { kind: "chat" as const, chat_id: c.id } }));
  const own = { number: view.chat.number, content: { kind: "chat" as const, chat_id: view.chat.id } };
  const layout = activate(
    initialLayout("first", tabs.some((t) => t.number === own.number) ? tabs : [own, ...tabs]),
    own.number,
  );
  return (
    <WorkspaceContent
      view={{
        project: view.project,
        session: view.session,
        branch: view.branch,
        layout,
        layout_version: 1,
        repaired: false,
        labels: labelsOf(layout, view.chats.length > 0 ? view.chats : [view.chat], view.statuses ?? {}),
        chats: new Map([[own.number, view]]),
        focused: view,
        unopened: [],
        terminals: [],
      }}
      composer={() => composer}
      now={now}
    />
  );
}
