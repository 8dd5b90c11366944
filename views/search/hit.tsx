/** One hit: where it stands, who wrote it and when, and the words in their place. Everything in it is foreign text. */
import type { SearchHit } from "../../src/domain/search.ts";
import { marginModel, shortModel } from "../chats/model-name.ts";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import { KINDS } from "./kinds.ts";

/** `kind` says what it is, where it does not stand under a heading that does. */
export function Hit({ hit, now, kind = false }: { hit: SearchHit; now: number; kind?: boolean }) {
  return (
    <article class="hit">
      <h3>
        <a href={hitUrl(hit)} class={hit.kind === "file" ? "path" : undefined}>
          <Heading hit={hit} />
        </a>
      </h3>
      <span class="meta">
        <span safe>{`${metaOf(hit, kind)},`}</span> <Age since={hit.at} now={now} short />
      </span>
      {hit.kind === "title" || hit.kind === "file" ? (
        ""
      ) : (
        <p class={hit.kind === "tool" ? "mono" : undefined}>
          <Snippet pieces={hit.snippet} />
        </p>
      )}
    </article>
  );
}

function Heading({ hit }: { hit: SearchHit }) {
  if (hit.kind === "title" || hit.kind === "file") return <Snippet pieces={hit.snippet} />;
  if (hit.kind === "tool") return <code safe>{(hit.label ?? "").slice(0, CALL_CHARS) || "Call"}</code>;
  return <span safe>{hit.chat_title ?? hit.session_title ?? hit.project_name}</span>;
}

/** A call in its heading; longer ones are cut. */
const CALL_CHARS = 120;

function Snippet({ pieces }: { pieces: SearchHit["snippet"] }) {
  return <>{pieces.map((piece) => (piece.hit ? <mark safe>{piece.text}</mark> : <span safe>{piece.text}</span>))}</>;
}

function metaOf(hit: SearchHit, withKind: boolean): string {
  const titled = hit.chat_id && hit.kind === "title" ? "chat" : hit.session_id ? "session" : "project";
  return [
    withKind ? KINDS[hit.kind].words : "",
    hit.project_name,
    hit.kind === "title" ? titled : "",
    hit.kind === "tool" || hit.kind === "file" ? (hit.chat_title ?? "") : "",
    hit.role === "user" ? "you" : hit.model ? marginModel(shortModel(hit.model)) : "",
    hit.line === null ? "" : `line ${hit.line}`,
    hit.archived ? "archived" : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** Where a hit leads: the row itself. */
export function hitUrl(hit: SearchHit): string {
  if (hit.message_id)
    return urls.message(hit.message_id, { part: hit.part_id ?? undefined, line: hit.line ?? undefined });
  if (hit.chat_id) return hit.archived ? urls.chatMessages(hit.chat_id) : urls.chat(hit.chat_id);
  return hit.session_id ? urls.session(hit.session_id) : urls.project(hit.project_id);
}
