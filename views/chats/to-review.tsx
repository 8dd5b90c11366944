/** The line above a coder's composer: what it proposes and nobody has decided, and the way there. */
import type { ChangeTotals } from "../../src/domain/change.ts";
import { counted } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { Glyph } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { changing } from "../workspace/changing.ts";

interface ChatReviewProps {
  session_id: string;
  chat_id: string;
  totals: ChangeTotals;
}

/** Empty when nothing waits; the element stays (#cr-CHAT), because the stream fills it. */
export function ChatReview({ session_id, chat_id, totals }: ChatReviewProps) {
  if (totals.files === 0) return <div class="toreview" id={ids.toReview(chat_id)}></div>;
  const waiting = totals.pending + totals.stale > 0;
  return (
    <div class="toreview" id={ids.toReview(chat_id)} data-waits={waiting}>
      <Glyph status={waiting ? "needs" : "done"} />
      <span class="cut">
        <span safe>{`${counted(totals.files, "change")} ${waiting ? "to review" : "decided"}`}</span>
        <span class="dim" safe>{` · ${waits(totals)}`}</span>
      </span>
      <span class="grow"></span>
      <OpenReview session_id={session_id} />
    </div>
  );
}

/** Opens the review as a tab; without script its page. */
export function OpenReview({ session_id, words = "Review" }: { session_id: string; words?: string }) {
  return (
    <a
      class="btn btn-sm"
      href={urls.review(session_id)}
      {...changing(session_id, { change: "open", kind: "review" })}
      data-open-review
    >
      {words as "safe"}
    </a>
  );
}

function waits({ pending, accepted, rejected, stale }: ChangeTotals): string {
  const told = [
    pending > 0 ? `${counted(pending, "hunk")} undecided` : "",
    accepted > 0 ? `${accepted} accepted, not applied` : "",
    stale > 0 ? `${stale} stale` : "",
  ].filter(Boolean);
  return told.join(", ") || `${counted(rejected, "hunk")} rejected, told with the next message`;
}
