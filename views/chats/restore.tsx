/** "Restore to here" at a message of yours that a coder answered: what it does is said before it is done. */
import type { Message } from "../../src/domain/message.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { action } from "./action.ts";

/** The message goes back into the field: `data-edit` with script, the page of the answer without. */
export function Restore({ message }: { message: Message }) {
  return (
    <details class="revise">
      <summary class="btn btn-quiet btn-sm">
        <Icon name="undo" />
        <span class="lbl">Restore</span>
      </summary>
      <form class="reviseform" {...action(urls.restoration(message.id), message.chat_id)} data-edit={message.chat_id}>
        <p class="btns">
          <span class="dim">
            Files, proposals and chat go back to before this message. Your own edits are never written over.
          </span>
          <button type="submit" class="btn btn-sm" name="edit" value="1">
            Restore to here
          </button>
        </p>
      </form>
    </details>
  );
}
