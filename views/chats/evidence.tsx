/** The facts below an answer: what happens right now and how long ago something came, or what it took. */
import type { Message } from "../../src/domain/message.ts";
import type { Status } from "../../src/domain/nav.ts";
import { isSettled, NATIVE_PROVIDER, type Progress, type Run, tokensPerSecond } from "../../src/domain/run.ts";
import { count, counted, duration, money } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { Whole } from "../ui/whole.tsx";
import { urls } from "../urls.ts";
import { changing } from "../workspace/changing.ts";
import { action } from "./action.ts";
import { Fork } from "./fork.tsx";
import { shortModel } from "./model-name.ts";

/** A run without a byte for this long is shown as silent; `public/js/ticks.js` holds the same figure. */
const SILENT_AFTER_MS = 60_000;

interface EvidenceProps {
  run: Run;
  progress: Progress | null;
  now: number;
  /** Where the answer's Markdown can be fetched, part by part, for Copy. */
  sources?: readonly string[];
  /** For reading only: nothing can be answered again. */
  put_aside?: boolean;
}

/** Only the word is announced; figures that change several times a second are not. */
export function Evidence({ run, progress, now, sources = [], put_aside = false }: EvidenceProps) {
  return isSettled(run.state) ? (
    <Settled run={run} sources={sources} again={!put_aside && run.provider === "boocode"} put_aside={put_aside} />
  ) : (
    <Live run={run} progress={run.state === "queued" && progress?.phase !== "queued" ? null : progress} now={now} />
  );
}

function Live({ run, progress, now }: { run: Run; progress: Progress | null; now: number }) {
  const { status, word } = happening(run, progress);
  const watched = progress !== null && status === "running";
  const silent = watched && now - progress.last_byte_at >= SILENT_AFTER_MS;
  return (
    <div
      class="evidence"
      id={ids.evidence(run.id)}
      role="status"
      aria-atomic="false"
      data-live={watched ? String(Math.round(progress.last_byte_at)) : undefined}
      data-silent={silent}
    >
      <Mode run={run} />
      <span class="st-live">
        <StatusWord status={status} word={word} />
      </span>
      {watched ? (
        <>
          <span class="st-silent">
            <StatusWord status="silent" word={`Silent while ${word.charAt(0).toLowerCase()}${word.slice(1)}`} />
          </span>
          <LiveFigures progress={progress} now={now} />
        </>
      ) : (
        ""
      )}
    </div>
  );
}

function LiveFigures({ progress, now }: { progress: Progress; now: number }) {
  const speed = progress.tokens_per_s;
  const writes =
    ["writing", "thinking"].includes(progress.phase) || (progress.phase === "compacting" && speed !== null);
  return (
    <span class="figures" aria-live="off">
      {writes && speed !== null ? <span safe>{speedWords(speed)}</span> : ""}
      {writes ? (
        ""
      ) : (
        <span>
          for <Age since={progress.since} now={now} />
        </span>
      )}
      <span>
        last {progress.tokens_out > 0 && writes ? "token" : "sign"} <Age since={progress.last_byte_at} now={now} /> ago
      </span>
      {progress.tokens_out > 0 ? <span safe>{`${counted(progress.tokens_out, "token")} out`}</span> : ""}
    </span>
  );
}

/** Glyph and word for what a run does now. */
export function happening(run: Run, progress: Progress | null): { status: Status; word: string } {
  if (run.state === "waiting" || progress?.phase === "waiting") return { status: "needs", word: "Waiting for you" };
  if (run.state === "queued" || progress?.phase === "queued") return { status: "queued", word: queuedWord(progress) };
  return { status: "running", word: progress ? phaseWord(progress) : "Running" };
}

function queuedWord(progress: Progress | null): string {
  const place = progress?.queue_position ?? null;
  if (place === null) return "Queued";
  return place <= 1 ? "Queued, next" : `Queued, number ${place}`;
}

function phaseWord({ phase, percent, detail }: Progress): string {
  const share = percent === null ? "" : ` ${Math.round(percent)} %`;
  switch (phase) {
    case "connecting":
      return detail ? detail[0]!.toUpperCase() + detail.slice(1) : "Connecting";
    case "loading":
      return `Loading model${share}`;
    case "prompt":
      return `Reading the prompt${share}`;
    case "thinking":
      return "Thinking";
    case "writing":
      return "Writing";
    case "tools":
      return detail ? `Running ${detail}` : "Running tools";
    case "compacting":
      return `Summarising what came before${detail ? `, ${detail}` : ""}${share}`;
    case "retrying":
      return detail ? `Retrying: ${detail}` : "Retrying";
    default:
      return "Running";
  }
}

const speedWords = (speed: number): string => `${speed < 9.95 ? speed.toFixed(1) : Math.round(speed)} tok/s`;

interface SettledProps {
  run: Run;
  sources: readonly string[];
  again: boolean;
  put_aside: boolean;
}

function Settled({ run, sources, again, put_aside }: SettledProps) {
  return (
    <div class="evidence" id={ids.evidence(run.id)} role="status">
      <Mode run={run} />
      {figuresOf(run).map((figure) => (
        <span safe>{figure}</span>
      ))}
      {run.model ? (
        <span class="cut" title={attr(run.model)} safe>
          {shortModel(run.model)}
        </span>
      ) : (
        ""
      )}
      <span class="btns" data-row>
        {sources.length ? <OpenAndCopy run={run} sources={sources} /> : ""}
        {put_aside ? "" : <Fork message_id={run.answer_id} chat_id={run.chat_id} />}
        {again ? <Retry run={run} /> : ""}
        <Whole />
      </span>
    </div>
  );
}

function OpenAndCopy({ run, sources }: Pick<SettledProps, "run" | "sources">) {
  return (
    <>
      <a
        class="btn btn-quiet btn-sm"
        href={urls.artifact(run.answer_id)}
        title="Open this answer by itself"
        {...changing(run.session_id, { change: "open", kind: "artifact", message_id: run.answer_id })}
      >
        <Icon name="out" />
        <span class="vh">Open</span>
      </a>
      <Copy message_id={run.answer_id} sources={sources} />
    </>
  );
}

function Copy({ message_id, sources }: { message_id: string; sources: readonly string[] }) {
  return (
    <button
      type="button"
      class="btn btn-quiet btn-sm"
      data-copy={`#${ids.parts(message_id)}`}
      data-sources={sources.join(" ")}
    >
      <Icon name="copy" />
      <span class="lbl" data-label>
        Copy
      </span>
    </button>
  );
}

function Retry({ run }: { run: Run }) {
  return (
    <form {...action(urls.regeneration(run.answer_id), run.chat_id)}>
      <button
        type="submit"
        class="btn btn-quiet btn-sm"
        title="Answer again; this answer and what followed are put aside"
      >
        <Icon name="refresh" />
        <span class="vh">Retry</span>
      </button>
    </form>
  );
}

/** Below an answer that a fork copied: what it cost stands where it was given. */
export function CopiedEvidence({ message, sources }: { message: Message; sources: readonly string[] }) {
  return (
    <div class="evidence">
      <span>copied from another chat</span>
      <span class="btns">
        {sources.length ? <Copy message_id={message.id} sources={sources} /> : ""}
        <Fork message_id={message.id} chat_id={message.chat_id} />
      </span>
    </div>
  );
}

/** How far a coder's run may go. What writes without asking says so, also afterwards; asking is what one expects. */
function Mode({ run }: { run: Run }) {
  if (run.mode === "bypass")
    return (
      <span class="bypass" title="Its changes are applied when it ends, without asking">
        Bypass
      </span>
    );
  return run.mode === "plan" ? <span title="It may not propose changes">Plan</span> : "";
}

function figuresOf(run: Run): string[] {
  const speed = tokensPerSecond(run);
  const used = contextShare(run);
  const cached = run.tokens_cached > 0 ? `, ${count(run.tokens_cached)} cached` : "";
  return [
    run.tokens_out > 0 ? `${counted(run.tokens_out, "token")} out` : "",
    run.tokens_in > 0 ? `${count(run.tokens_in)} in${cached}` : "",
    speed === null ? "" : speedWords(speed),
    run.ttft_ms === null ? "" : `first token ${duration(run.ttft_ms)}`,
    used === null ? "" : `context ${used} %`,
    run.cost_usd === null ? "" : `${isCounted(run) ? "" : "~"}${money(run.cost_usd)}`,
  ].filter(Boolean);
}

const BROKEN_OFF: ReadonlySet<Run["state"]> = new Set(["cancelled", "failed", "interrupted"]);
/** Of a call that was cut, or that its endpoint did not count, the price is our estimate; agents tell theirs. */
const isCounted = (run: Run): boolean =>
  run.provider !== NATIVE_PROVIDER || (run.tokens_in > 0 && !BROKEN_OFF.has(run.state));

/** Percent of the context window in use after the run's last turn; null where either figure is unknown. */
export function contextShare(run: Pick<Run, "context_used" | "context_window">): number | null {
  if (run.context_used === null || !run.context_window) return null;
  return Math.min(100, Math.round((run.context_used / run.context_window) * 100));
}
