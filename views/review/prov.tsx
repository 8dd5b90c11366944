/** The margin of a hunk: which call of which turn proposed it, by what model, what that took, and why. */
import type { Change, Hunk, Provenance } from "../../src/domain/change.ts";
import { counted, kilo, money } from "../../src/lib/format.ts";
import { ellipsis } from "../../src/lib/text.ts";
import { shortModel } from "../chats/model-name.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { clock } from "../ui/time.tsx";
import { urls } from "../urls.ts";

const SAID_CHARS = 160;

export function Prov({ change, hunk }: { change: Change; hunk: Hunk }) {
  const last = hunk.sources.at(-1);
  if (!last) {
    return (
      <div class="prov" role="note" aria-label="Where it comes from">
        <span safe>{change.provider}</span>
      </div>
    );
  }
  const before = hunk.sources.length - 1;
  const tokens = last.tokens_out ?? last.tokens_in;
  return (
    <div class="prov" role="note" aria-label="Where it comes from">
      <Source change={change} source={last} />
      <span safe>
        {[clock(last.at).slice(0, 5), last.cost_usd === null ? "" : money(last.cost_usd)].filter(Boolean).join(" · ")}
      </span>
      <span class="cut" title={last.model ? attr(last.model) : undefined} safe>
        {last.model ? `${last.provider}, ${shortModel(last.model)}` : last.provider}
      </span>
      {tokens === null ? "" : <span safe>{`${kilo(tokens)} tokens`}</span>}
      {before > 0 ? <span safe>{`after ${counted(before, "call")} before it`}</span> : ""}
      {last.said === "" ? "" : <q safe>{ellipsis(last.said, SAID_CHARS)}</q>}
    </div>
  );
}

/** Leads to the call in the transcript. */
function Source({ change, source }: { change: Change; source: Provenance }) {
  const words = [source.turn === null ? "" : `turn ${source.turn}`, source.tool ?? "collected"]
    .filter(Boolean)
    .join(", ");
  if (source.part_id === null) return <b safe>{words}</b>;
  return (
    <b>
      <a href={`${urls.chat(change.chat_id)}#${ids.part(source.part_id)}`} safe>
        {words}
      </a>
    </b>
  );
}
