/** HTML → the part that is worth reading → Markdown. Throws nothing: what defeats the libraries is told as plain text. */
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import TurndownService from "turndown";
import { tables } from "./tables.ts";

export interface Markdown {
  title: string | null;
  markdown: string;
  /** Only what looked like an article was taken. */
  article: boolean;
}

/** An article that holds less than this share of the page's text was not the page. */
const ARTICLE_SHARE = 0.25;
const ARTICLE_CHARS = 250;
const TITLE_CHARS = 300;
/** A tree deeper than this is not a page for people, and would break what walks it. */
const DEPTH_MAX = 400;
const NOISE = "script, style, noscript, template, iframe, object, embed, svg, canvas, form, nav, link, meta, dialog";

export function markdownOf(html: string, url: string, whole: boolean): Markdown {
  try {
    const document = parsed(html, url);
    const title = titleOf(document);
    if (tooDeep(document)) return { title, markdown: plain(html), article: false };
    const body = textLength(document);
    const article = whole ? null : articleOf(html, url);
    const isArticle = article !== null && article.length > Math.max(ARTICLE_CHARS, body * ARTICLE_SHARE);
    if (isArticle)
      return { title: article.title || title, markdown: converted(parsed(article.html, url), url), article: true };
    for (const noise of Array.from(document.querySelectorAll(NOISE))) noise.remove();
    return { title, markdown: converted(document, url), article: false };
  } catch {
    return { title: null, markdown: plain(html), article: false };
  }
}

/** The base of its links is where it was found, unless it says otherwise. */
function parsed(html: string, url: string): Document {
  const whole = /<html[\s>]/i.test(html) ? html : `<!doctype html><html><head></head><body>${html}</body></html>`;
  const { document } = parseHTML(whole);
  if (!document.querySelector("base[href]")) {
    const base = document.createElement("base");
    base.setAttribute("href", url);
    document.head?.prepend(base);
  }
  return document as unknown as Document;
}

function titleOf(document: Document): string | null {
  const title = document.querySelector("title")?.textContent?.replace(/\s+/g, " ").trim() ?? "";
  return title === "" ? null : title.slice(0, TITLE_CHARS);
}

function textLength(document: Document): number {
  return (document.body?.textContent ?? "").replace(/\s+/g, " ").length;
}

function articleOf(html: string, url: string): { title: string; html: string; length: number } | null {
  // It takes the tree apart: one of its own. Classes name the languages of code.
  const found = new Readability(parsed(html, url), { keepClasses: true, charThreshold: ARTICLE_CHARS }).parse();
  if (!found?.content) return null;
  return { title: (found.title ?? "").trim().slice(0, TITLE_CHARS), html: found.content, length: found.length ?? 0 };
}

function converted(document: Document, url: string): string {
  absolute(document, url);
  const service = new TurndownService({
    headingStyle: "atx",
    codeBlockStyle: "fenced",
    bulletListMarker: "-",
    hr: "---",
  });
  service.use(tables);
  // Nobody sees them here, and their addresses are long.
  service.addRule("images", {
    filter: "img",
    replacement: (_, node) => {
      const alt = (node as Element).getAttribute("alt")?.replace(/\s+/g, " ").trim();
      return alt ? `[Image: ${alt}]` : "";
    },
  });
  const body = document.body as unknown as TurndownService.Node;
  return service
    .turndown(body)
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** Links that lead nowhere outside the page become their text; the others say where they lead. */
function absolute(document: Document, url: string): void {
  const base = URL.parse(document.querySelector("base")?.getAttribute("href") ?? url, url) ?? new URL(url);
  for (const link of Array.from(document.querySelectorAll("a[href]"))) {
    const target = URL.parse(link.getAttribute("href") ?? "", base);
    if (target?.protocol === "http:" || target?.protocol === "https:") link.setAttribute("href", target.href);
    else link.removeAttribute("href");
  }
}

function tooDeep(document: Document): boolean {
  let level: Element[] = document.documentElement ? [document.documentElement] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_MAX) return true;
    level = level.flatMap((element) => Array.from(element.children));
  }
  return false;
}

/** What is left when nothing can be made of it: the words, without a guess at what they were. */
function plain(html: string): string {
  return html
    .replace(/<(script|style|noscript|template)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, " ")
    .replace(/<!--[\s\S]*?(?:-->|$)/g, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/&nbsp;/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .replace(/[ \t\f\r]+/g, " ")
    .replace(/\s*\n\s*/g, "\n")
    .trim();
}
