/** The boundary of a compaction: what the model is told from here on in the place of what stands above, and the way back. */
import type { CompactionPart } from "../../src/domain/message.ts";
import { count, counted } from "../../src/lib/format.ts";
import { renderMarkdown } from "../../src/lib/markdown.ts";
import { ids } from "../ids.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { clock } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import { action } from "./action.ts";
import { markdownOptions } from "./markdown-options.ts";

interface CompactionProps {
  part: CompactionPart;
  project_id: string;
  open?: boolean;
}

export function CompactionView({ part, project_id, open = false }: CompactionProps) {
  if (part.state === "open") return <Line part={part} words={`Summarising ${standsFor(part)}`} />;
  if (part.state !== "closed") return <Undone part={part} />;
  return (
    <details class="rulebox" id={ids.part(part.id)} open={open}>
      <summary class="rule">
        <Icon name="compact" />
        <span>
          <span safe>{doneWords(part)}</span>
          <u>{part.meta.tier === "summary" ? "show summary" : "what is this?"}</u>
        </span>
      </summary>
      <div>
        {part.meta.tier === "summary" ? <Summary part={part} project_id={project_id} /> : <Hidden />}
        <WayBack part={part} />
      </div>
    </details>
  );
}

function Line({ part, words }: { part: CompactionPart; words: string }) {
  return (
    <div class="rule" id={ids.part(part.id)}>
      <Icon name="compact" />
      <span safe>{`${words}: the context is ${count(part.meta.tokens_before)} tokens long.`}</span>
    </div>
  );
}

/** The run that failed or was stopped here says how to go on. */
function Undone({ part }: { part: CompactionPart }) {
  const why =
    part.state === "failed"
      ? `Not compacted. ${part.meta.error ?? ""}`.trim()
      : "Not compacted: it was stopped. The next message tries again if it has to.";
  return (
    <div class="rule" id={ids.part(part.id)}>
      <Glyph status={part.state === "failed" ? "failed" : "stopped"} />
      <span safe>{why}</span>
    </div>
  );
}

function standsFor({ meta }: CompactionPart): string {
  return meta.tier === "summary"
    ? counted(meta.stands_for, "message")
    : counted(meta.stands_for, "old result of a tool", "old results of tools");
}

/** `Compacted 41 messages at 13:52 · 96,410 → 11,204 tokens ·` */
function doneWords(part: CompactionPart): string {
  const { tier, tokens_before, tokens_after } = part.meta;
  const at = part.closed_at ? ` at ${clock(part.closed_at).slice(0, 5)}` : "";
  const after = tokens_after === null ? "?" : count(tokens_after);
  return `${tier === "summary" ? "Compacted" : "Hid"} ${standsFor(part)}${at} · ${count(tokens_before)} → ${after} tokens · `;
}

function Summary({ part, project_id }: { part: CompactionPart; project_id: string }) {
  const safeHtml = renderMarkdown(part.text, markdownOptions(project_id, part.chat_id));
  return (
    <>
      {part.meta.by === "program" ? (
        <p class="dim">The model wrote no usable summary. BooCode took an outline of the conversation instead.</p>
      ) : (
        ""
      )}
      <div class="prose small">{safeHtml}</div>
    </>
  );
}

function Hidden() {
  return (
    <p class="dim">
      The model is not told the results of older calls any more; it can make them again. Here they can be read as
      before.
    </p>
  );
}

function WayBack({ part }: { part: CompactionPart }) {
  const { cause, from_message, from_turn, tier } = part.meta;
  const told = tier === "summary" && from_message !== null && !(from_message === part.message_id && from_turn > 0);
  return (
    <p class="btns">
      <span class="dim">
        <span safe>{`${CAUSES[cause]} Nothing was deleted: what it stands for is above, and in searches. `}</span>
        {told ? <a href={urls.message(from_message!)}>Told word for word from here on</a> : ""}
      </span>
      <form {...action(urls.branchBefore(part.id), part.chat_id)}>
        <button
          type="submit"
          class="btn btn-quiet btn-sm"
          title="A new chat with everything up to here as it was said, for a model with a larger window"
        >
          <Icon name="branch" />
          Branch from before
        </button>
      </form>
    </p>
  );
}

const CAUSES = {
  due: "Made because the context was nearly full.",
  refused: "Made because the endpoint refused the prompt as too long.",
  asked: "Made because you asked for it.",
} as const;
