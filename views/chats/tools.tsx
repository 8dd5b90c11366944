/** Tool calls in an answer: one line each, grouped by the unbroken run of calls they belong to. */

import type { Part, PartState, ToolPart } from "../../src/domain/message.ts";
import type { Status } from "../../src/domain/nav.ts";
import type { Marked } from "../../src/domain/page.ts";
import { duration } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { Glyph, Icon } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import { ERRORS_INSIDE } from "./action.ts";
import { Peek } from "./peek.tsx";
import { fileLink, furtherArguments, groupTime, groupWords, toolIcon } from "./tool-words.ts";

interface GroupProps {
  group_id: string;
  parts: readonly ToolPart[];
  /** Ids of calls that wait for a human. */
  asking?: ReadonlySet<string> | undefined;
  project_id: string;
  now: number;
}

/** `open` is what the server decides at first: open while it runs, folded once text follows. A reader's click wins. */
export function ToolGroup(props: GroupProps & { open: boolean; marked?: Marked | null }) {
  const { group_id, parts, asking, open, project_id, now, marked = null } = props;
  // As if the reader had opened it: log.js folds other groups that something follows.
  const leads = parts.some((part) => part.id === marked?.part?.id);
  return (
    <details class="tools" id={ids.tools(group_id)} open={open} data-touched={leads ? "" : undefined}>
      <ToolsSummary group_id={group_id} parts={parts} asking={asking} />
      <div class="toolrows" id={ids.toolRows(group_id)}>
        {parts.map((part) => (
          <ToolRow
            part={part}
            asking={asking?.has(part.id)}
            project_id={project_id}
            now={now}
            marked={marked?.part?.id === part.id ? marked : null}
          />
        ))}
      </div>
    </details>
  );
}

/** The group's one line; the stream sends it again whenever a call of the group begins or ends. */
export function ToolsSummary({ group_id, parts, asking }: Pick<GroupProps, "group_id" | "parts" | "asking">) {
  const time = groupTime(parts);
  return (
    <summary id={ids.toolsSummary(group_id)}>
      <Icon name="caret" />
      <span class="cut" safe>
        {groupWords(parts, asking)}
      </span>
      <span class="num" safe>
        {time === null ? "" : duration(time)}
      </span>
    </summary>
  );
}

const STATUS: Record<PartState, { status: Status; word: string }> = {
  open: { status: "running", word: "Running" },
  closed: { status: "done", word: "Done" },
  failed: { status: "failed", word: "Failed" },
  cancelled: { status: "stopped", word: "Stopped" },
};

const ASKING: { status: Status; word: string } = { status: "needs", word: "Waiting for you" };

interface RowProps {
  part: ToolPart;
  asking?: boolean | undefined;
  project_id: string;
  now: number;
  marked?: Marked | null;
}

/** One call. Its result is fetched when the row is opened, so a chat full of results stays a small page. */
export function ToolRow({ part, asking, project_id, now, marked = null }: RowProps) {
  const { status, word } = asking && part.state === "open" ? ASKING : STATUS[part.state];
  const file = fileLink(part, project_id);
  const further = furtherArguments(part);
  return (
    <details class="tool" id={ids.part(part.id)} open={marked !== null}>
      <summary>
        <Icon name={toolIcon(part.meta.name)} />
        <code safe>{part.meta.name}</code>
        {file ? (
          <a class="arg cut" href={file}>
            <code safe>{part.meta.shown}</code>
          </a>
        ) : (
          <code class="arg cut" safe>
            {part.meta.shown}
          </code>
        )}
        <span class="res cut" safe>
          {part.meta.note ?? ""}
        </span>
        <span class="num">
          {part.state === "open" ? (
            <Age since={part.opened_at} now={now} short />
          ) : (
            <span safe>{part.meta.duration_ms === null ? "" : duration(part.meta.duration_ms)}</span>
          )}
        </span>
        <Glyph status={status} label={word} />
      </summary>
      <div class="toolout">
        {further === null ? (
          ""
        ) : (
          <pre class="args" safe>
            {further}
          </pre>
        )}
        {part.state === "open" ? (
          <LiveOutput part={part} />
        ) : marked?.part ? (
          <ToolOutput
            text={marked.part.text}
            cut={part.meta.output_id !== null}
            part_id={part.id}
            line={marked.line}
            images={imagesOf(part)}
          />
        ) : (
          <LazyOutput part_id={part.id} />
        )}
      </div>
    </details>
  );
}

/** Characters of a running call's output on a page that begins; what comes is added. */
const LIVE_TAIL_CHARS = 32_000;

/** What the call writes while it runs, kept at its end by CSS; as long as that is nothing, a word of when there will be. */
function LiveOutput({ part }: { part: ToolPart }) {
  const text = (part.meta.agent?.tail ?? part.text).slice(-LIVE_TAIL_CHARS).toWellFormed();
  return (
    <>
      <div class="livebox" tabindex="0">
        <pre id={ids.partTail(part.id)} safe>
          {text.startsWith("\n") ? `\n${text}` : text}
        </pre>
      </div>
      <p class="dim">The result comes when the call ends.</p>
    </>
  );
}

/**
 * Shown when the row opens: the browser then fetches the result into it; without script the link leads to it. A result
 * never changes once it is there, so a morph leaves it alone.
 */
function LazyOutput({ part_id }: { part_id: string }) {
  return (
    <div class="lazy" hx-get={urls.output(part_id)} hx-trigger="intersect once" hx-morph-skip {...ERRORS_INSIDE}>
      <a href={urls.output(part_id)}>Result</a>
    </div>
  );
}

interface OutputProps {
  text: string;
  /** Of the call whose result it is, where that has images. */
  images?: { part_id: string; count: number } | undefined;
  cut: boolean;
  /** What a call proposed stands above its result, as lines. */
  call?: ToolPart | undefined;
  /** With `line`: the line that the reader was led to is marked, under an id of its part. */
  part_id?: string;
  line?: number | null;
}

/** The fragment that `LazyOutput` is filled with. */
export function ToolOutput({ text, cut, call, images, part_id = "", line = null }: OutputProps) {
  return (
    <>
      {call ? <Peek part={call} /> : ""}
      {text === "" ? (
        <p class="dim">No output.</p>
      ) : line === null ? (
        <pre tabindex="0" safe>
          {text}
        </pre>
      ) : (
        <MarkedLine text={text} part_id={part_id} line={line} />
      )}
      {images ? <ResultImages {...images} /> : ""}
      {cut ? <p class="dim">Cut here for the model; it can read on with read_output.</p> : ""}
    </>
  );
}

function ResultImages({ part_id, count }: { part_id: string; count: number }) {
  return (
    <div class="outimages">
      {Array.from({ length: count }, (_, i) => (
        <a href={urls.partImage(part_id, i + 1)}>
          <img src={urls.partImage(part_id, i + 1)} alt={`Result, ${i + 1} of ${count}`} loading="lazy" />
        </a>
      ))}
    </div>
  );
}

/** Where a part has images in its result: the props of `ToolOutput` that draw them. */
export const imagesOf = (part: Part) =>
  part.kind === "tool" && part.meta.images ? { part_id: part.id, count: part.meta.images.length } : undefined;

function MarkedLine({ text, part_id, line }: { text: string; part_id: string; line: number }) {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1);
  const after = lines.slice(line);
  return (
    <pre tabindex="0">
      <span safe>{before.map((l) => `${l}\n`).join("")}</span>
      <mark id={ids.partLine(part_id)} safe>
        {lines[line - 1] ?? ""}
      </mark>
      <span safe>{after.map((l) => `\n${l}`).join("")}</span>
    </pre>
  );
}

/** The same as a page, for browsers without script: the text of one part, back to where it stands. */
export function OutputContent({ part, cut }: { part: Part; cut: boolean }) {
  return (
    <>
      <PageHeader title={part.kind === "tool" ? `Result of ${part.meta.name}` : "Text as it was written"}>
        <span class="grow"></span>
        <Back href={`${urls.chat(part.chat_id)}#${ids.message(part.message_id)}`} to="the chat" />
      </PageHeader>
      <div class="page">
        <div class="sheet toolout">
          <ToolOutput
            text={part.text}
            cut={cut}
            call={part.kind === "tool" ? part : undefined}
            images={imagesOf(part)}
          />
        </div>
      </div>
    </>
  );
}
