/** The session's chats as tabs. Numbers are stable and never used again, so `Alt 3` always means the same chat. */
import type { Chat } from "../../src/domain/chat.ts";
import type { Status } from "../../src/domain/nav.ts";
import { ids } from "../ids.ts";
import { Glyph, Icon, STATUS_WORD } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

interface TabsProps {
  session_id: string;
  chats: readonly Chat[];
  /** The chat shown; null on pages that show none. */
  current: string | null;
  /** By chat id; a chat that is missing is idle. */
  statuses: Record<string, Status>;
}

export function Tabs({ session_id, chats, current, statuses }: TabsProps) {
  return (
    <nav class="tabs" id={ids.tabs(session_id)} aria-label="Chats of this session">
      <div class="tablist">
        {chats.map((chat) => (
          <Tab chat={chat} shown={chat.id === current} status={statuses[chat.id] ?? "idle"} />
        ))}
      </div>
      <form method="post" action={urls.sessionChats(session_id)}>
        <button type="submit" class="btn btn-quiet btn-i btn-sm" aria-label="New chat" title="New chat in this session">
          <Icon name="plus" />
        </button>
      </form>
    </nav>
  );
}

function Tab({ chat, shown, status }: { chat: Chat; shown: boolean; status: Status }) {
  return (
    <a class="tab" href={urls.chat(chat.id)} aria-current={shown ? "page" : undefined}>
      <b>{chat.number}</b>
      <Glyph status={status} label={STATUS_WORD[status]} />
      <span class="cut" safe>
        {chat.title}
      </span>
    </a>
  );
}
