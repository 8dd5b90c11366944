/** The review's toolbar: what there is, how it is shown, and what concerns all of it. */
import type { ChangeTotals } from "../../src/domain/change.ts";
import type { ReviewLook } from "../../src/domain/review.ts";
import { counted } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { Menu } from "../ui/menu.tsx";
import { posting } from "../ui/post.ts";
import { urls } from "../urls.ts";
import { Counts } from "./tree.tsx";

interface BarProps {
  session_id: string;
  totals: ChangeTotals;
  look: ReviewLook;
}

export function ReviewBar({ session_id, totals, look }: BarProps) {
  return (
    <div class="bar bar-2 revbar">
      <ReviewSums session_id={session_id} totals={totals} />
      <span class="grow"></span>
      <button type="button" class="btn btn-quiet btn-sm d opt-pane" data-next-unseen>
        Next unseen <kbd>]</kbd>
      </button>
      <LookForm session_id={session_id} look={look} />
      <AllMenu session_id={session_id} />
    </div>
  );
}

/**
 * The figures (#rb-SESSION), which the stream sends again. `again` tells the page that more changed than it was sent:
 * `public/js/review.js` asks for the rest.
 */
export function ReviewSums({ session_id, totals, again = false }: Omit<BarProps, "look"> & { again?: boolean }) {
  return (
    <div class="revsums" id={ids.reviewBar(session_id)} data-many={again}>
      <h2>Review</h2>
      <span class="mid" safe>{`${counted(totals.files, "file")}, ${counted(totals.hunks, "hunk")}`}</span>
      <Counts added={totals.added} removed={totals.removed} />
    </div>
  );
}

/** Plain links would do, but what is remembered is changed by a post. */
function LookForm({ session_id, look }: { session_id: string; look: ReviewLook }) {
  const button = (name: string, value: string, pressed: boolean, words: string, icon?: IconName) => (
    <button type="submit" name={name} value={value} aria-pressed={pressed ? "true" : "false"}>
      {icon ? <Icon name={icon} /> : ""}
      {words as "safe"}
    </button>
  );
  return (
    <form method="post" action={urls.reviewLook(session_id)} class="looks" data-look>
      <span class="seg d opt-pane">{button("blanks", look.blanks ? "0" : "1", !look.blanks, "Hide blanks")}</span>
      <span class="seg d">
        {button("split", "0", !look.split, "Unified", "unified")}
        {button("split", "1", look.split, "Split", "split")}
      </span>
    </form>
  );
}

function AllMenu({ session_id }: { session_id: string }) {
  const menu = `ra-${session_id}`;
  const verdict = (value: string, icon: IconName, words: string) => (
    <li>
      <form {...posting(urls.sessionVerdict(session_id))}>
        <button type="submit" name="verdict" value={value}>
          <Icon name={icon} />
          {words as "safe"}
        </button>
      </form>
    </li>
  );
  return (
    <Menu id={menu} button="All hunks" label="All hunks">
      {verdict("accepted", "check", "Accept everything undecided")}
      {verdict("rejected", "x", "Reject everything undecided")}
      <li>
        <a href={urls.changesPatch(session_id)}>
          <Icon name="down" />
          Download as a patch
        </a>
      </li>
    </Menu>
  );
}
