/** The transcript's rows: what was asked, what was answered, and the way to older ones. */
import type { Endpoint } from "../../src/domain/endpoint.ts";
import type { Entry, Message, NoticePart, Part, TextPart } from "../../src/domain/message.ts";
import type { Marked } from "../../src/domain/page.ts";
import type { Progress } from "../../src/domain/run.ts";
import { isSettled } from "../../src/domain/run.ts";
import { count } from "../../src/lib/format.ts";
import { SentAttachments } from "../attachments/chips.tsx";
import { ids } from "../ids.ts";
import { RequestCards } from "../requests/card.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { clock } from "../ui/time.tsx";
import { Whole } from "../ui/whole.tsx";
import { urls } from "../urls.ts";
import { ERRORS_INSIDE } from "./action.ts";
import { Earlier } from "./earlier.tsx";
import { Ending } from "./ending.tsx";
import { CopiedEvidence, Evidence } from "./evidence.tsx";
import { Fork } from "./fork.tsx";
import { isDemo, marginModel, shortModel } from "./model-name.ts";
import { NoticeView, Parts } from "./parts.tsx";
import { Restore } from "./restore.tsx";

interface RowsProps {
  entries: readonly Entry[];
  /** The chat's live run as the engine sees it, and which run it is. */
  progress: Progress | null;
  live_run_id: string | null;
  now: number;
  project_id: string;
  endpoints?: readonly Endpoint[];
  /** False for a window of older messages: nothing in it can be continued. */
  newest: boolean;
  /** What the reader was led to is shown opened. */
  marked?: Marked | null | undefined;
  /** Something newer stands in their place: they are for reading only. */
  put_aside?: boolean;
}

/** All rows of a window of messages, oldest first. */
export function Rows(props: RowsProps) {
  const { entries, progress, live_run_id, now, project_id, endpoints, newest, marked, put_aside } = props;
  return (
    <>
      {entries.map((entry, at) =>
        entry.message.role === "user" ? (
          <UserMessage entry={entry} now={now} open={marked?.message_id === entry.message.id} put_aside={put_aside} />
        ) : (
          <AssistantMessage
            entry={entry}
            progress={entry.run && entry.run.id === live_run_id ? progress : null}
            now={now}
            project_id={project_id}
            endpoints={endpoints}
            newest={newest && at === entries.length - 1}
            marked={marked?.message_id === entry.message.id ? marked : null}
            put_aside={put_aside}
          />
        ),
      )}
    </>
  );
}

interface UserProps {
  entry: Entry;
  now: number;
  open?: boolean;
  put_aside?: boolean | undefined;
}

/** What was asked: plain text, line breaks kept. */
export function UserMessage({ entry, now, open = false, put_aside = false }: UserProps) {
  const { message, run } = entry;
  const text = entry.parts.flatMap((part) => (part.kind === "text" ? part.text : [])).join("\n");
  const told = entry.parts.filter((part) => part.kind === "notice");
  return (
    <article class="turn asked" id={ids.message(message.id)} aria-label="Your message">
      <aside>
        <When at={message.created_at} now={now} />
        {run && run.via !== "browser" ? <span>{run.via}</span> : ""}
      </aside>
      <div class="body">
        {entry.earlier && !put_aside ? <Earlier message_id={message.id} count={entry.earlier} /> : ""}
        {text === "" ? "" : <Said text={text} open={open} />}
        <SentAttachments parts={entry.parts.filter((part) => part.kind === "attachment")} />
        {told.map((part) => (
          <NoticeView part={part as NoticePart} />
        ))}
        {put_aside ? "" : <SaidActions message={message} restorable={entry.restorable === true} />}
      </div>
    </article>
  );
}

/** The form is fetched when it is opened; without script the link inside leads to it. */
function SaidActions({ message, restorable }: { message: Message; restorable: boolean }) {
  const url = urls.revision(message.id);
  return (
    <div class="saidacts" data-row>
      <details class="revise">
        <summary class="btn btn-quiet btn-sm">
          <Icon name="pencil" />
          Edit
        </summary>
        <div class="lazy" hx-get={url} hx-trigger="intersect once" hx-morph-skip {...ERRORS_INSIDE}>
          <a href={url}>Edit it on a page of its own</a>
        </div>
      </details>
      {restorable ? <Restore message={message} /> : ""}
      <Fork message_id={message.id} chat_id={message.chat_id} />
      <Whole />
    </div>
  );
}

/** Lines of a message shown at once; a pasted log of thousands stays folded. */
const SAID_LINES = 24;
const SAID_CHARS = 4_000;

function Said({ text, open }: { text: string; open: boolean }) {
  const lines = text.split("\n");
  if (lines.length <= SAID_LINES * 1.5 && text.length <= SAID_CHARS * 1.5) {
    return (
      <div class="said" data-text safe>
        {text}
      </div>
    );
  }
  const head = lines.slice(0, SAID_LINES).join("\n").slice(0, SAID_CHARS);
  return (
    <div class="said">
      <span data-text safe>
        {head}
      </span>
      <details class="rest" open={open}>
        <summary safe>{`Show all ${count(text.length)} characters`}</summary>
        <span data-text safe>
          {text.slice(head.length)}
        </span>
      </details>
    </div>
  );
}

interface AssistantProps {
  entry: Entry;
  progress: Progress | null;
  now: number;
  project_id: string;
  /** For the endpoint's name in the margin. */
  endpoints?: readonly Endpoint[];
  /** Whether its run is the chat's newest, the only one that can be continued. */
  newest?: boolean;
  marked?: Marked | null;
  put_aside?: boolean | undefined;
}

/** An answer: its parts, the facts below them, and how it ended. */
export function AssistantMessage(props: AssistantProps) {
  const { entry, progress, now, project_id, endpoints, newest = true, marked = null, put_aside = false } = props;
  const { message, run, parts } = entry;
  const live = run !== null && !isSettled(run.state);
  return (
    <article class="turn answered" id={ids.message(message.id)} aria-label="Answer">
      <Margin message={message} run={run} endpoints={endpoints} now={now} />
      <div class="body">
        {entry.earlier && !put_aside ? <Earlier message_id={message.id} count={entry.earlier} /> : ""}
        <div class="prose" id={ids.parts(message.id)}>
          <Parts
            parts={parts}
            requests={entry.requests}
            project_id={project_id}
            now={now}
            live={live}
            marked={marked}
          />
        </div>
        <div class="asks" id={ids.messageAsks(message.id)}>
          <RequestCards requests={entry.requests.filter(({ part_id }) => part_id === null)} now={now} />
        </div>
        {run ? (
          <Evidence run={run} progress={progress} now={now} sources={sourcesOf(parts)} put_aside={put_aside} />
        ) : (
          <CopiedEvidence message={message} sources={sourcesOf(parts)} />
        )}
        {run ? <Ending run={run} newest={newest} /> : ""}
      </div>
    </article>
  );
}

/** When and by what an answer was written; the stream sends it again once its run knows its model. */
export function Margin({
  message,
  run,
  endpoints,
  now,
}: Pick<Entry, "message" | "run"> & Pick<AssistantProps, "endpoints" | "now">) {
  const endpoint = endpoints?.find((one) => one.id === run?.endpoint_id && !isDemo(one));
  return (
    <aside id={ids.margin(message.id)}>
      <When at={run?.started_at ?? message.created_at} now={now} />
      {run?.model ? (
        <span title={attr(endpoint ? `${run.model} at ${endpoint.label}` : run.model)} safe>
          {marginModel(shortModel(run.model))}
        </span>
      ) : (
        ""
      )}
      {run?.agent ? (
        <span class="cut" title={attr(`Persona ${run.agent}`)} safe>
          {run.agent}
        </span>
      ) : (
        ""
      )}
      {endpoint ? (
        <span class="where cut" title={attr(endpoint.url)} safe>
          {endpoint.label}
        </span>
      ) : (
        ""
      )}
    </aside>
  );
}

/** URLs of an answer's text as it was written, for Copy. */
export function sourcesOf(parts: readonly Part[]): string[] {
  const texts = parts.filter((part): part is TextPart => part.kind === "text" && part.text.trim() !== "");
  return outputsOf(texts.map((part) => part.id));
}

/** As sourcesOf, where only the ids of those parts were read. */
export const outputsOf = (textParts: readonly string[]): string[] => textParts.map((id) => urls.output(id));

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `14:06`, with the day when it was not today. */
function When({ at, now }: { at: Date; now: number }) {
  const today = new Date(now).toDateString() === at.toDateString();
  return (
    <>
      <time datetime={at.toISOString()}>
        <b safe>{clock(at).slice(0, 5)}</b>
      </time>
      {today ? "" : <span safe>{`${at.getDate()} ${MONTHS[at.getMonth()] ?? ""}`}</span>}
    </>
  );
}

/**
 * The sentinel above the oldest message shown. With script it is replaced by older rows (and the next sentinel) shortly
 * before it comes into view; without, its link leads to them.
 */
export function Older({ chat_id, before }: { chat_id: string; before: number | null }) {
  if (before === null) return "";
  const url = urls.chatMessages(chat_id, before);
  return (
    <div
      class="older"
      id={ids.older(chat_id)}
      hx-get={url}
      hx-trigger="intersect once root:'closest .log' rootMargin:'1200px 0px 0px 0px'"
      hx-swap="outerHTML"
      {...ERRORS_INSIDE}
    >
      <a href={url}>Older messages</a>
    </div>
  );
}

/** The fragment that replaces the sentinel: the next sentinel, then the rows before it. */
export function OlderRows({
  chat_id,
  older,
  ...rows
}: Omit<RowsProps, "progress" | "live_run_id" | "newest"> & { chat_id: string; older: number | null }) {
  return (
    <>
      <Older chat_id={chat_id} before={older} />
      <Rows {...rows} progress={null} live_run_id={null} newest={false} />
    </>
  );
}
