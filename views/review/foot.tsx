/** The footer that stays in sight: what is decided, what is not, Undo, Apply, and rewinding what was applied. */
import type { ChangeTotals } from "../../src/domain/change.ts";
import { count } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { posting } from "../ui/post.ts";
import { urls } from "../urls.ts";

export interface FootProps {
  session_id: string;
  totals: ChangeTotals;
  undo: boolean;
}

export function ReviewFoot({ session_id, totals, undo }: FootProps) {
  const { accepted, rejected, pending, unseen, stale } = totals;
  return (
    <footer class="bar bar-foot revfoot" id={ids.reviewFoot(session_id)}>
      <span class="st st-ok">
        <Glyph status="done" />
        <span safe>{`${count(accepted)} accepted`}</span>
      </span>
      <span class="st st-bad">
        <Glyph status="failed" />
        <span safe>{`${count(rejected)} rejected`}</span>
      </span>
      {stale > 0 ? <span class="st-bad" safe>{`${count(stale)} stale`}</span> : ""}
      <span class="mid cut" safe>{`${count(pending)} undecided`}</span>
      <span class="mid" safe>{`${count(unseen)} unseen`}</span>
      <span class="grow"></span>
      {undo ? (
        <form {...posting(urls.verdictUndo(session_id))} data-undo>
          <button type="submit" class="btn btn-quiet">
            <Icon name="undo" />
            Undo <kbd>u</kbd>
          </button>
        </form>
      ) : (
        ""
      )}
    </footer>
  );
}
