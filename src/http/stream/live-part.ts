/** An open part as watchers see it grow: text through the Markdown renderer, reasoning and output as they are. */

import { markdownOptions } from "../../../views/chats/markdown-options.ts";
import { ids } from "../../../views/ids.ts";
import { escapeHtml } from "../../lib/html.ts";
import { LiveText } from "../../lib/live-text.ts";
import { append, remove, swap } from "./swap.ts";

export interface LivePart {
  readonly chat_id: string;
  /** HTML partials that bring a watcher from before this delta to after it; "" when nobody watches. */
  push(text: string, watched: boolean): string;
  /** Partials that finish the part for watchers. */
  finish(watched: boolean): string;
}

export function livePart(kind: string, partId: string, chatId: string, projectId: string): LivePart | null {
  if (kind === "text") return new LiveMarkdown(partId, chatId, projectId);
  if (kind === "reasoning" || kind === "tool") return new LivePlain(partId, chatId);
  return null;
}

class LiveMarkdown implements LivePart {
  private readonly text: LiveText;

  constructor(
    private readonly id: string,
    readonly chat_id: string,
    projectId: string,
  ) {
    this.text = new LiveText({ tail_id: ids.partTail(id), ...markdownOptions(projectId, chat_id) });
  }

  push(text: string, watched: boolean): string {
    let html = "";
    for (const op of this.text.push(text, watched)) html += this.partial(op.op, op.html);
    return html;
  }

  finish(watched: boolean): string {
    let html = "";
    for (const op of this.text.finish(watched)) html += this.partial(op.op, op.html);
    return watched ? html + remove(ids.partOpen(this.id)) : "";
  }

  private partial(op: "append-done" | "open" | "tail", html: string): string {
    if (op === "append-done") return append(ids.partDone(this.id), html);
    return op === "open" ? swap(ids.partOpen(this.id), "innerHTML", html) : append(ids.partTail(this.id), html);
  }
}

class LivePlain implements LivePart {
  constructor(
    private readonly id: string,
    readonly chat_id: string,
  ) {}

  push(text: string, watched: boolean): string {
    return watched ? append(ids.partTail(this.id), escapeHtml(text)) : "";
  }

  finish(): string {
    return "";
  }
}
