import type { NeedRow } from "../../src/domain/nav.ts";
import { canContinue } from "../../src/domain/run.ts";
import { age } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { RequestActions } from "../requests/row-actions.tsx";
import { attr } from "../ui/attr.ts";
import { Glyph } from "../ui/icons.tsx";
import { posting } from "../ui/post.ts";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

/** What a machine waits for you with (#desk-needs); the region stays when there is nothing. */
export function DeskNeeds({ needs, now }: { needs: NeedRow[]; now: number }) {
  return (
    <div id={ids.deskNeeds}>
      {needs.length === 0 ? (
        ""
      ) : (
        <section class="band band-need" aria-labelledby="desk-needs-h">
          <header>
            <Glyph status="needs" />
            <h2 id="desk-needs-h">Needs you</h2>
            <span class="count count-need" safe>
              {String(needs.length)}
            </span>
            <span class="note" safe>
              {`oldest waits ${age(oldest(needs, now), true)}`}
            </span>
          </header>
          <ul class="lines need">
            {needs.map((need, index) => (
              <Line need={need} now={now} first={index === 0} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

const oldest = (needs: NeedRow[], now: number) => Math.max(...needs.map((need) => now - need.since.getTime()));

function Line({ need, now, first }: { need: NeedRow; now: number; first: boolean }) {
  const { request } = need;
  return (
    <li data-request={request?.kind}>
      <span class="kind">{need.kind}</span>
      <a class="t cut" href={addressOf(need)}>
        {request && request.kind !== "question" ? <code safe>{need.title}</code> : <span safe>{need.title}</span>}
      </a>
      <span class="who cut" title={need.run.error ? attr(need.run.error) : undefined} safe>
        {need.who}
      </span>
      <span class="num">
        <Age since={need.since} now={now} short />
      </span>
      {request ? <RequestActions request={request} first={first} /> : <RunActions need={need} first={first} />}
    </li>
  );
}

function addressOf({ kind, request, run }: NeedRow): string {
  if (request) return urls.requestInChat(request.chat_id, request.id);
  return kind === "review" ? urls.review(run.session_id) : urls.chat(run.chat_id);
}

function RunActions({ need, first }: { need: NeedRow; first: boolean }) {
  return (
    <span class="btns">
      {need.kind !== "review" && canContinue(need.run.state) ? (
        <form {...posting(urls.continuation(need.run.id))}>
          <button
            type="submit"
            class={`btn btn-sm${first ? " btn-need" : ""}`}
            aria-label={attr(`Continue ${need.title}`)}
          >
            Continue
          </button>
        </form>
      ) : (
        ""
      )}
      <a
        class={`btn btn-sm${first && need.kind === "review" ? " btn-need" : ""}`}
        href={addressOf(need)}
        aria-label={attr(`${need.kind === "review" ? "Review" : "Open"} ${need.title}`)}
      >
        {need.kind === "review" ? "Review" : "Open"}
      </a>
    </span>
  );
}
