/** Where a terminal is opened from: a button on every pane's bar, and a line of an empty pane. */
import { Icon } from "../ui/icons.tsx";
import { posting } from "../ui/post.ts";
import { urls } from "../urls.ts";

interface Props {
  session_id: string;
  /** In this pane; in the one that has the keyboard without it. */
  pane?: string | undefined;
}

export function NewTerminal({ session_id, pane }: Props) {
  return (
    <form {...posting(urls.sessionTerminals(session_id))}>
      <InPane pane={pane} />
      <button type="submit" class="btn btn-quiet btn-i btn-sm" aria-label="New terminal" title="New terminal">
        <Icon name="term" />
      </button>
    </form>
  );
}

export function NewTerminalLine({ session_id, pane }: Props) {
  return (
    <form {...posting(urls.sessionTerminals(session_id))}>
      <InPane pane={pane} />
      <button type="submit">
        <Icon name="term" />
        <b>New terminal</b>
      </button>
    </form>
  );
}

function InPane({ pane }: { pane: string | undefined }) {
  return pane === undefined ? "" : <input type="hidden" name="pane" value={pane} />;
}
