/** The footer that stays in sight: what is decided, what is not, Undo, Apply, and rewinding what was applied. */
import type { Apply } from "../../src/domain/apply.ts";
import type { ChangeTotals } from "../../src/domain/change.ts";
import { count, counted } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { posting } from "../ui/post.ts";
import { clock } from "../ui/time.tsx";
import { urls } from "../urls.ts";

export interface FootProps {
  session_id: string;
  totals: ChangeTotals;
  /** The newest first. */
  applies: readonly Apply[];
  undo: boolean;
}

export function ReviewFoot({ session_id, totals, applies, undo }: FootProps) {
  const { accepted, rejected, pending, unseen, stale } = totals;
  return (
    <footer class="bar bar-foot revfoot" id={ids.reviewFoot(session_id)}>
      <span class="st st-ok">
        <Glyph status="done" />
        <span safe>{`${count(accepted)} accepted`}</span>
      </span>
      {rejected > 0 ? (
        <span class="st st-bad">
          <Glyph status="failed" />
          <span safe>{`${count(rejected)} rejected`}</span>
        </span>
      ) : (
        ""
      )}
      {stale > 0 ? <span class="st-bad" safe>{`${count(stale)} stale`}</span> : ""}
      {pending > 0 ? <span class="mid" safe>{`${count(pending)} undecided`}</span> : ""}
      {unseen > 0 ? <span class="mid opt-foot" safe>{`${count(unseen)} unseen`}</span> : ""}
      <Applies session_id={session_id} applies={applies} />
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
      <form {...posting(urls.applies(session_id))} data-apply>
        <button
          type="submit"
          class="btn btn-go"
          aria-disabled={accepted === 0 ? "true" : undefined}
          title={accepted === 0 ? "Accept hunks first" : undefined}
        >
          <span safe>{accepted === 0 ? "Apply" : `Apply ${counted(accepted, "hunk")}`}</span>
          <span class="kk">
            <kbd>Ctrl</kbd>
            <kbd>↵</kbd>
          </span>
        </button>
      </form>
    </footer>
  );
}

/** What was written last, and the ways back: a later apply of the same file stands before an earlier one. */
function Applies({ session_id, applies }: Pick<FootProps, "session_id" | "applies">) {
  const last = applies[0];
  if (!last) return "";
  const menu = `applies-${session_id}`;
  return (
    <>
      <span class="sep d"></span>
      <span class={`cut ${last.state === "failed" ? "st-bad" : "mid"}`} title={attr(applyWords(last))} safe>
        {applyWords(last)}
      </span>
      {last.state === "done" ? <Rewind apply={last} /> : ""}
      {applies.length < 2 ? (
        ""
      ) : (
        <>
          <button type="button" class="btn btn-quiet btn-sm d" popovertarget={menu}>
            Earlier
          </button>
          <ul class="pop applies" id={menu} popover="auto" aria-label="Applies">
            {applies.slice(1).map((apply) => (
              <li>
                <span safe>{applyWords(apply)}</span>
                {apply.state === "done" ? <Rewind apply={apply} /> : ""}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Rewind({ apply }: { apply: Apply }) {
  return (
    <form {...posting(urls.rewind(apply.id))} data-rewind>
      <button type="submit" class="btn btn-quiet btn-sm" aria-label={attr(`Rewind what was ${applyWords(apply)}`)}>
        Rewind
      </button>
    </form>
  );
}

function applyWords(apply: Apply): string {
  const at = clock(apply.ended_at ?? apply.created_at).slice(0, 5);
  const written = apply.files.filter((f) => f.state === "written" || f.state === "undone").length;
  switch (apply.state) {
    case "writing":
      return "being written";
    case "failed":
      return `not applied at ${at}${apply.error ? `: ${apply.error}` : ""}`;
    case "undone":
      return `applied to ${counted(written, "file")}, then rewound`;
    default:
      return `applied ${counted(apply.hunks, "hunk")} to ${counted(written, "file")} at ${at}${byWhom(apply)}`;
  }
}

const byWhom = ({ run_id }: Apply): string => (run_id === null ? "" : " by the run itself");
