/** Branching a chat off: the button at a message, and the line at the head of what was copied. */
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { action } from "./action.ts";

export function Fork({ message_id, chat_id }: { message_id: string; chat_id: string }) {
  return (
    <form {...action(urls.fork(message_id), chat_id)}>
      <button type="submit" class="btn btn-quiet btn-sm" title="A new chat that begins with everything up to here">
        <Icon name="branch" />
        <span class="lbl">Fork</span>
      </button>
    </form>
  );
}

/** Leads to the message that was copied last. */
export function ForkedFrom({ message_id }: { message_id: string | null }) {
  if (message_id === null) return "";
  return (
    <p class="rule forked">
      <Icon name="branch" />
      <span>
        Forked: what comes first was copied from <a href={urls.message(message_id)}>another chat</a>.
      </span>
    </p>
  );
}
