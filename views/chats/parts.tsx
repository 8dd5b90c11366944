/** What an answer is made of: text, reasoning, tool calls, notices, in the order they came. */
import {
  FALLBACK_NOTICE,
  LOGIN_NOTICE,
  NOTES_NOTICE,
  type NoticePart,
  type Part,
  REVIEW_NOTICE,
  type ReasoningPart,
  SKILL_NOTICE,
  type TextPart,
  type ToolPart,
} from "../../src/domain/message.ts";
import type { Marked } from "../../src/domain/page.ts";
import { askingParts, type RunRequest } from "../../src/domain/request.ts";
import { bytes, counted, duration } from "../../src/lib/format.ts";
import { renderOpenText } from "../../src/lib/live-text.ts";
import { renderMarkdown } from "../../src/lib/markdown.ts";
import { SentAttachments } from "../attachments/chips.tsx";
import { ids } from "../ids.ts";
import { RequestCards } from "../requests/card.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { changing } from "../workspace/changing.ts";
import { action } from "./action.ts";
import { ArtifactRow } from "./artifact-row.tsx";
import { CompactionView } from "./compaction.tsx";
import { markdownOptions } from "./markdown-options.ts";
import { ToolGroup } from "./tools.tsx";

interface PartsProps {
  parts: readonly Part[];
  /** What was asked by these parts; each card stands below the group of calls that asks. */
  requests?: readonly RunRequest[] | undefined;
  project_id: string;
  now: number;
  /** The run still writes: an ending group of tools stays open, since nothing follows it yet. */
  live: boolean;
  /** The part that the reader was led to is open, and so is the group it stands in. */
  marked?: Marked | null;
}

/** All parts of an answer; consecutive tool parts of one group become one `ToolGroup`. */
export function Parts({ parts, requests = [], project_id, now, live, marked = null }: PartsProps) {
  const blocks = inBlocks(parts);
  return (
    <>
      {blocks.map((block, at) =>
        Array.isArray(block) ? (
          <Calls
            group_id={block[0]?.meta.group_id ?? ""}
            parts={block}
            requests={requests}
            open={(live && at === blocks.length - 1) || block.some((part) => part.id === marked?.part?.id)}
            marked={marked}
            project_id={project_id}
            now={now}
          />
        ) : (
          <PartView part={block} project_id={project_id} open={block.id === marked?.part?.id} />
        ),
      )}
    </>
  );
}

interface CallsProps {
  group_id: string;
  parts: readonly ToolPart[];
  requests: readonly RunRequest[];
  open: boolean;
  project_id: string;
  now: number;
  marked?: Marked | null;
}

/** A group of tool calls, and below it what they ask: there it is seen also when the group is folded. */
export function Calls({ requests, ...group }: CallsProps) {
  const parts = new Set(group.parts.map((part) => part.id));
  const own = requests.filter(({ part_id }) => part_id !== null && parts.has(part_id));
  return (
    <>
      <ToolGroup {...group} asking={askingParts(own)} />
      <div class="asks" id={ids.asks(group.group_id)}>
        <RequestCards requests={own} now={group.now} />
      </div>
    </>
  );
}

type Block = Exclude<Part, ToolPart> | ToolPart[];

function inBlocks(parts: readonly Part[]): Block[] {
  const blocks: Block[] = [];
  for (const part of parts) {
    const last = blocks.at(-1);
    if (part.kind !== "tool") blocks.push(part);
    else if (Array.isArray(last) && last[0]?.meta.group_id === part.meta.group_id) last.push(part);
    else blocks.push([part]);
  }
  return blocks;
}

/** One part that is not a tool call. */
export function PartView(props: { part: Exclude<Part, ToolPart>; project_id: string; open?: boolean }) {
  const { part, project_id, open = false } = props;
  if (part.kind === "text") return <TextPartView part={part} project_id={project_id} />;
  if (part.kind === "reasoning") return <ReasoningPartView part={part} unfolded={open} />;
  if (part.kind === "artifact") return <ArtifactRow part={part} />;
  if (part.kind === "compaction") return <CompactionView part={part} project_id={project_id} open={open} />;
  if (part.kind === "attachment") return <SentAttachments parts={[part]} />;
  return <NoticeView part={part} />;
}

/**
 * Finished blocks, then the block that still grows, each with its own id. When the part closes, the stream appends the
 * last block to the first and removes the second: what is left is what the closed part renders.
 */
export function TextPartView({ part, project_id }: { part: TextPart; project_id: string }) {
  const options = markdownOptions(project_id, part.chat_id);
  if (part.state !== "open") {
    const safeHtml = renderMarkdown(part.text, options);
    return (
      <div class="prose part" id={ids.part(part.id)}>
        <div class="prose" id={ids.partDone(part.id)}>
          {safeHtml}
        </div>
      </div>
    );
  }
  const { done: safeDone, open: safeOpen } = renderOpenText(part.text, { ...options, tail_id: ids.partTail(part.id) });
  return (
    <div class="prose part" id={ids.part(part.id)}>
      <div class="prose" id={ids.partDone(part.id)}>
        {safeDone}
      </div>
      <div class="prose open" id={ids.partOpen(part.id)}>
        {safeOpen}
      </div>
    </div>
  );
}

/** Folded unless the reader opens it; while it grows, text is appended to the tail. */
export function ReasoningPartView({ part, unfolded = false }: { part: ReasoningPart; unfolded?: boolean }) {
  const open = part.state === "open";
  return (
    <details class="think" id={ids.part(part.id)} open={unfolded}>
      <summary>
        <Icon name="caret" />
        <span safe>{thoughtWords(part)}</span>
      </summary>
      <div id={ids.partDone(part.id)}>
        <span safe>{part.text}</span>
        {open ? <span id={ids.partTail(part.id)}></span> : ""}
      </div>
    </details>
  );
}

function thoughtWords(part: ReasoningPart): string {
  if (part.state === "open") return "Thinking";
  const ms = part.meta.duration_ms ?? (part.closed_at ? part.closed_at.getTime() - part.opened_at.getTime() : null);
  return ms === null ? "Thought" : `Thought for ${duration(ms)}`;
}

/** A line that says what BooCode did by itself: repaired a call, tried again. */
export function NoticeView({ part }: { part: NoticePart }) {
  if (part.meta.notice === REVIEW_NOTICE) return <ReviewNotice part={part} />;
  if (part.meta.notice === SKILL_NOTICE) return <SkillNotice part={part} />;
  if (part.meta.notice === NOTES_NOTICE) return <NotesNotice part={part} />;
  return (
    <div class="notice" id={ids.part(part.id)}>
      <Icon name="info" />
      <span safe>{part.text || part.meta.notice}</span>
      {part.meta.notice === LOGIN_NOTICE && part.meta.provider ? (
        <form {...action(urls.providerLogins(part.meta.provider), part.chat_id)}>
          <input type="hidden" name="chat_id" value={part.chat_id} />
          {part.meta.method ? <input type="hidden" name="method" value={attr(part.meta.method)} /> : ""}
          <button type="submit" class="btn btn-sm">
            Sign in
          </button>
        </form>
      ) : (
        ""
      )}
      {part.meta.terminal_id ? <Watch terminal_id={part.meta.terminal_id} session_id={part.meta.session_id} /> : ""}
      {part.meta.notice === FALLBACK_NOTICE && part.meta.provider ? (
        <a href={urls.providerDiagnostic(part.meta.provider)}>Run it another way</a>
      ) : (
        ""
      )}
    </div>
  );
}

/** As a tab of the session; without script, or of before that was kept, the terminal's page. */
function Watch({ terminal_id, session_id }: { terminal_id: string; session_id: string | undefined }) {
  const tab = session_id ? changing(session_id, { change: "open", kind: "terminal", terminal_id }) : {};
  return (
    <a href={urls.terminal(terminal_id)} {...tab}>
      Watch
    </a>
  );
}

/** The skill that the message named, as it was told to the model. */
function SkillNotice({ part }: { part: NoticePart }) {
  return (
    <details class="notice" id={ids.part(part.id)}>
      <summary
        safe
      >{`With the skill ${part.meta.skill ?? ""} (${counted(part.text.split("\n").length, "line")})`}</summary>
      <pre safe>{part.text}</pre>
    </details>
  );
}

/** What the agent was told of its proposals with a message; long, and known to who reviewed. */
function ReviewNotice({ part }: { part: NoticePart }) {
  const lines = part.text.split("\n").filter((line) => line.startsWith("- ")).length;
  return (
    <details class="notice" id={ids.part(part.id)}>
      <summary safe>{`Told what became of its proposals (${lines} ${lines === 1 ? "line" : "lines"})`}</summary>
      <pre safe>{part.text}</pre>
    </details>
  );
}

/** Notes of the project that the model was told: with its first message, or where they had changed. */
function NotesNotice({ part }: { part: NoticePart }) {
  if (!part.meta.file)
    return (
      <p class="notice" id={ids.part(part.id)}>
        <Icon name="info" />
        <span>Told that the project has no notes any more</span>
      </p>
    );
  return (
    <details class="notice" id={ids.part(part.id)}>
      <summary safe>{`Told the project's notes, ${part.meta.file} (${bytes(Buffer.byteLength(part.text))})`}</summary>
      <pre safe>{part.text}</pre>
    </details>
  );
}
