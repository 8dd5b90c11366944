/** The boundary row after an answer that did not end by itself: what happened, what was kept, and how to go on. */
import type { Status } from "../../src/domain/nav.ts";
import { canContinue, type Run } from "../../src/domain/run.ts";
import { counted, duration } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { Glyph } from "../ui/icons.tsx";
import { clock } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import { action } from "./action.ts";

interface End {
  status: Status;
  /** What happened, as a sentence without its full stop. */
  what: string;
}

/** Empty for a run that lives or completed; it is there all the same, since the stream fills it later. */
export function Ending({ run, newest = true }: { run: Run; newest?: boolean }) {
  const end = endOf(run);
  return (
    <div class="ending" id={ids.ending(run.id)}>
      {end === null ? (
        ""
      ) : (
        <div class={`rule${end.status === "needs" ? " rule-need" : ""}`}>
          <Glyph status={end.status} />
          <span safe>{`${end.what}.`}</span>
          {run.tokens_out > 0 ? <span class="kept" safe>{`${counted(run.tokens_out, "token")} kept`}</span> : ""}
          {newest && canContinue(run.state) ? <Continue run={run} strong={end.status === "needs"} /> : ""}
        </div>
      )}
    </div>
  );
}

function Continue({ run, strong }: { run: Run; strong: boolean }) {
  return (
    <form class="again" {...action(urls.continuation(run.id), run.chat_id)}>
      <button type="submit" class={`btn btn-sm${strong ? " btn-need" : ""}`}>
        Continue
      </button>
    </form>
  );
}

function endOf(run: Run): End | null {
  switch (run.state) {
    case "cancelled":
      return {
        status: "stopped",
        what: run.reason === "superseded" ? "Stopped for the next message" : `Stopped by you${after(run)}`,
      };
    case "interrupted":
      return {
        status: "failed",
        what: `Interrupted by a restart${run.ended_at ? ` at ${clock(run.ended_at).slice(0, 5)}` : ""}`,
      };
    case "limited":
      return { status: "needs", what: `Limit reached: ${limitWords(run)}` };
    case "failed":
      return { status: "failed", what: `Failed: ${(run.error ?? failureWords(run)).replace(/[.\s]+$/, "")}` };
    default:
      return null;
  }
}

function after(run: Run): string {
  return run.started_at && run.ended_at ? ` after ${duration(run.ended_at.getTime() - run.started_at.getTime())}` : "";
}

function limitWords(run: Run): string {
  switch (run.reason) {
    case "tool_cap":
      return counted(run.tool_calls, "tool call");
    case "step_cap":
      return counted(run.turns, "turn");
    case "repeated_call":
      return "the same call came three times";
    case "budget":
      return "you stopped it at its budget; nothing more was spent";
    case "token_limit":
      return "no tokens left for this run";
    default:
      return run.error ?? "this run may not go on by itself";
  }
}

function failureWords(run: Run): string {
  if (run.reason === "stalled") return "no token came for too long";
  return run.reason === "endpoint" ? "the endpoint did not answer" : "something went wrong in BooCode";
}
