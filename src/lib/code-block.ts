/** A fenced or indented block of code: a header that names it, a copy button, the code. */
import { type FileRef, parseFileRef } from "./file-refs.ts";
import { highlight, isLanguage, languageOfPath } from "./highlight.ts";
import { escapeHtml, unescapeHtml } from "./html.ts";
import type { FileUrl } from "./text-links.ts";

export interface CodeInput {
  /** Escaped, as Markdown gave it, with its last line end. */
  html: string;
  /** The fence's info string as plain text; empty for indented code. */
  info: string;
  fileUrl: FileUrl | undefined;
  /** The block still grows: no colours yet, and no line end at the end that the next token would move. */
  open: boolean;
}

/** The whole block as HTML. */
export function codeBlock({ html, info, fileUrl, open }: CodeInput): string {
  const label = readInfo(info);
  const end = trimmedEnd(html, open);
  const body = open ? html.slice(0, end) : highlight(unescapeHtml(html.slice(0, end)), label.language);
  return (
    `<div class="code"><header>${labelHtml(label, fileUrl)}` +
    `<button class="btn btn-quiet btn-sm" type="button" data-copy>Copy</button></header>` +
    // Long lines scroll, also by keyboard.
    `<pre tabindex="0"><code>${body}</code></pre></div>`
  );
}

interface Label {
  language: string | null;
  word: string;
  file: FileRef | null;
}

/** Understands `ts`, `ts src/a.ts:3-9`, `ts title="src/a.ts"`, `src/a.ts`, `ts:src/a.ts` and `3:9:src/a.ts`. */
export function readInfo(info: string): Label {
  const words = info.trim().split(/\s+/, 4);
  const first = words[0] ?? "";
  const ranged = /^(\d{1,7}):(\d{1,7}):(.+)$/.exec(first);
  const prefixed = /^([\w+#-]{1,20}):(?!\d)(.+)$/.exec(first);
  const file =
    (ranged && ref(`${ranged[3]}:${ranged[1]}-${ranged[2]}`)) ||
    (prefixed && ref(prefixed[2] ?? "")) ||
    ref(first) ||
    words.slice(1).map(titled).find(Boolean) ||
    null;
  const word = file && !prefixed && ref(first) ? "" : (prefixed?.[1] ?? first);
  const named = word !== "" && !ranged && isLanguage(word) ? word.toLowerCase() : null;
  return { language: named ?? (file ? languageOfPath(file.path) : null), word: word.slice(0, 40), file };
}

function titled(word: string): FileRef | null {
  const value = /^(?:title|file|filename|path|name)=(.+)$/i.exec(word)?.[1] ?? word;
  return ref(value.replace(/^["'{(]+|["'})]+$/g, ""));
}

/** In a fence's info a lone `app.ts` is a file, too. */
function ref(word: string): FileRef | null {
  const direct = parseFileRef(word, "code");
  if (direct || word.includes("/") || !word.includes(".")) return direct;
  const nested = parseFileRef(`x/${word}`, "code");
  return nested && { ...nested, path: nested.path.slice(2) };
}

function labelHtml({ word, file }: Label, fileUrl: FileUrl | undefined): string {
  if (!file) return `<span>${escapeHtml(word || "text")}</span>`;
  const cut = file.path.lastIndexOf("/") + 1;
  const dir = cut > 0 ? `<span class="dir">${escapeHtml(file.path.slice(0, cut))}</span>` : "";
  const name = dir + escapeHtml(file.path.slice(cut));
  const url = fileUrl?.(file.path, file.line) ?? null;
  const path = url ? `<a class="path" href="${escapeHtml(url)}">${name}</a>` : `<span class="path">${name}</span>`;
  if (file.line === null) return path;
  return `${path}<span class="dim">${file.line}${file.last_line === null ? "" : `–${file.last_line}`}</span>`;
}

function trimmedEnd(html: string, all: boolean): number {
  let end = html.length;
  if (html.endsWith("\n")) end--;
  while (all && html.charCodeAt(end - 1) === 0x0a) end--;
  return end;
}
