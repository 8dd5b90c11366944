import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Window } from "happy-dom";
import { type MarkdownOptions, renderMarkdown } from "../../src/lib/markdown.ts";
import { documents } from "../support/markdown.ts";

const options: MarkdownOptions = { fileUrl: (path, line) => `/f/${path}${line ? `?line=${line}` : ""}` };
const render = (text: string) => renderMarkdown(text, options).trim();
const OUT = 'target="_blank" rel="noopener noreferrer nofollow"';
const link = (url: string, words: string) => `<a href="${url}" ${OUT}>${words}</a>`;
const dom = (html: string) => {
  const { document } = new Window();
  document.body.innerHTML = html;
  return document.body;
};

describe("markdown", () => {
  test("shifts headings below the page's own ", () => {
    expect(render("# A\n\n## B\n\n##### C\n\nT\n===")).toBe("<h3>A</h3>\n<h4>B</h4>\n<h6>C</h6>\n<h3>T</h3>");
  });

  test("leaves mathematics as it was written", () => {
    const formulas = "\\(x_1^2\\)|\\[ \\{a\\} * b * c \\, [d](e) \\]|$$a_1 _b_ \\\\ c$$|$a*b*c$|$\\frac{a}{b}_i$";
    for (const formula of formulas.split("|")) {
      expect(render(`So ${formula} *holds*.`)).toBe(`<p>So ${formula} <em>holds</em>.</p>`);
      expect(render(`\`${formula}\``)).toBe(`<p><code>${formula}</code></p>`);
    }
    expect(render("$5 *and* $6, $HOME `x` $PATH, \\* \\_")).toBe(
      "<p>$5 <em>and</em> $6, $HOME <code>x</code> $PATH, * _</p>",
    );
    expect(render("open \\( *x*")).toBe("<p>open \\( <em>x</em></p>");
  });

  test("has tables, strikethrough, task lists, breaks, ordered lists that go on", () => {
    expect(render("|a|b|\n|-|-:|\n|1|~~2~~|")).toBe(
      '<div class="tblwrap" tabindex="0"><table>\n<thead>\n<tr><th>a</th><th class="num">b</th></tr>\n</thead>\n<tbody>\n' +
        '<tr><td>1</td><td class="num"><del>2</del></td></tr>\n</tbody>\n</table></div>',
    );
    expect(render("- [x] a\n- [ ] b")).toBe(
      '<ul>\n<li class="task"><input type="checkbox" disabled checked aria-label="Done"> a</li>\n' +
        '<li class="task"><input type="checkbox" disabled aria-label="To do"> b</li>\n</ul>',
    );
    expect(render("7. a\n8. b  \nc")).toBe('<ol start="7">\n<li>a</li>\n<li>b<br>\nc</li>\n</ol>');
  });

  test("shows raw HTML and definitions as text", () => {
    expect(render("<script>alert(1)</script> <b>x</b> <!-- c -->")).toBe(
      "<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;x&lt;/b&gt; &lt;!-- c --&gt;</p>",
    );
    expect(render("<div>\n\nx")).toBe("<p>&lt;div&gt;</p>\n<p>x</p>");
    expect(render("[^1]: a note [r]")).toBe("<p>[^1]: a note [r]</p>");
  });

  test("links http, https, mailto and nothing else that leads away", () => {
    expect(render("[a](https://x.y/?a=1&b=2)")).toBe(`<p>${link("https://x.y/?a=1&amp;b=2", "a")}</p>`);
    expect(render("[m](mailto:a@b.c) www.x.com")).toBe(
      `<p>${link("mailto:a@b.c", "m")} ${link("http://www.x.com", "www.x.com")}</p>`,
    );
    const bad =
      "javascript:alert(1) JaVaScRiPt:x data:text/html,x vbscript:x file:///etc/passwd //evil.com /x #x ?x ../a.ts";
    for (const href of bad.split(" ")) expect(render(`[a](${href}) [b](<${href}>)`)).toBe("<p>a b</p>");
    expect(render("[a](java&#115;cript:x) [b](&#x09;javascript:x) [c](http://) [d](http:x)")).toBe("<p>a b c d</p>");
  });

  test("finds bare addresses, ports and queries, without the punctuation around them", () => {
    const url = "http://localhost:9500/a_b_c?d=1&e=(2)";
    const html = url.replace("&", "&amp;");
    for (const [before, after] of [
      ["", "."],
      ["(", ")"],
      ["&lt;", "&gt;"],
      ["“", "”"],
      ["", ", x"],
      ["**", "**"],
    ] as const) {
      const text = dom(render(before + url + after)).querySelector("a");
      expect([text?.textContent, text?.getAttribute("href")]).toEqual([url, url]);
    }
    expect(render(`\`${url}\``)).toBe(`<p><code>${html}</code></p>`);
    expect(render("ftp://x.y https:// http://?x")).not.toContain("<a");
  });

  test("never loads a picture", () => {
    expect(render("![alt](http://x.y/z.png) ![](http://x.y/z) ![b](data:x)")).toBe(
      `<p>${link("http://x.y/z.png", "alt")} ${link("http://x.y/z", "http://x.y/z")} b</p>`,
    );
    expect(render("[![b](http://x/i.svg)](http://l/)")).toBe(`<p>${link("http://l/", "b")}</p>`);
  });

  test("links names of files, with their line", () => {
    const cases: Record<string, string> = {
      "src/app.ts:42": "/f/src/app.ts?line=42",
      "src/app.ts:42-50": "/f/src/app.ts?line=42",
      "src/app.ts#L7": "/f/src/app.ts?line=7",
      "./views/a.test.tsx": "/f/views/a.test.tsx",
      "docs/données.md": "/f/docs/données.md",
      "app.ts:9": "/f/app.ts?line=9",
      "package.json": "/f/package.json",
      ".github/workflows/ci.yml": "/f/.github/workflows/ci.yml",
      "docker/Dockerfile.dev": "",
      "docker/Dockerfile": "/f/docker/Dockerfile",
    };
    for (const [name, url] of Object.entries(cases)) {
      for (const text of [`See ${name}.`, `(${name})`, `**${name}**`, `“${name}”, so`, `\`${name}\``]) {
        expect([text, dom(render(text)).querySelector("a")?.getAttribute("href") ?? ""]).toEqual([text, url]);
      }
    }
    expect(render("`Makefile` `app/[id]/page.tsx`")).toContain('<a href="/f/app/[id]/page.tsx">');
    expect(render("[x](src/a%20b.ts) [y](src/app.ts#L4)")).toBe('<p>x <a href="/f/src/app.ts?line=4">y</a></p>');
  });

  test("takes nothing else for a file", () => {
    const words =
      "e.g. i.e. 1.2.3 v1.2/3 node.js Next.js and/or I/O TCP/IP src/lib src/ src/*.ts **/*.ts ../a.ts /etc/a.conf ~/a.ts " +
      "a//b.ts github.com/a/b.ts x.com/a.html @scope/pkg/a.js C:\\a\\b.ts $HOME/a.ts {a}/b.ts a/b.ts~ user@host:a/b.ts 12:30 " +
      "Makefile a.ts foo.bar() x/constructor a/b.constructor 3/4.5 km/h.";
    for (const word of words.split(" ")) {
      for (const text of [`so ${word} is`, `(${word})`])
        expect([text, render(text).includes("<a")]).toEqual([text, false]);
    }
    expect(render("src/a.ts").includes("<a")).toBe(true);
    expect(renderMarkdown("src/a.ts `src/a.ts`", {})).not.toContain("<a");
    expect(renderMarkdown("src/a.ts", { fileUrl: () => null })).not.toContain("<a");
  });

  test("names code by language or file and highlights it", () => {
    const name = (info: string) => /<header>(.*?)<button/.exec(render(`\`\`\`${info}\nlet x\n\`\`\``))?.[1];
    const app = '<span class="dir">src/</span>app.ts';
    expect(name("")).toBe("<span>text</span>");
    expect(name("ts")).toBe("<span>ts</span>");
    expect(name("ts {1,3}")).toBe("<span>ts</span>");
    expect(name("ts src/app.ts:3-9")).toBe(
      `<a class="path" href="/f/src/app.ts?line=3">${app}</a><span class="dim">3–9</span>`,
    );
    expect(name("3:9:src/app.ts")).toBe(name("ts src/app.ts:3-9"));
    for (const info of ["src/app.ts", "ts:src/app.ts", 'ts title="src/app.ts"', "typescript file=src/app.ts"]) {
      expect(name(info)).toBe(`<a class="path" href="/f/src/app.ts">${app}</a>`);
    }
    expect(name('"><script>x')).toBe("<span>&quot;&gt;&lt;script&gt;x</span>");
    expect(render("```src/app.ts\nlet x = '<'\n```")).toContain(
      '<pre tabindex="0"><code><span class="k">let</span> x = <span',
    );
    expect(render("- a\n  ```ts src/app.ts\n  b\n  ```")).toContain(app);
    expect(render("    <a>\n    b")).toContain('<pre tabindex="0"><code>&lt;a&gt;\nb</code></pre>');
  });

  test("of any kind gives only known tags and attributes", () => {
    const nasty = fc.array(
      fc.oneof(
        fc.constantFrom(
          "<",
          ">",
          '"',
          "'",
          "`",
          "```",
          "](",
          "![",
          "[",
          ")",
          "\n",
          "\n\n",
          "|",
          "|-|",
          "&",
          "&lt;",
          "&#60;",
          "=",
          "\\",
        ),
        fc.constantFrom(
          "<script>",
          "</p>",
          "</code></pre>",
          "javascript:",
          "http://a.b/",
          "onclick=x",
          "src/a.ts",
          "- ",
          "> ",
          "\uFDD0",
          "\uFDD1",
          "\\(",
          "\\)",
          "$",
          "$$",
        ),
        fc.string({ maxLength: 6 }),
      ),
      { maxLength: 24 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          nasty.map((words) => words.join("")),
          documents(10),
        ),
        (text) => {
          expect(strangers(renderMarkdown(text, options))).toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

const TAGS =
  /<(?:\/(?:p|ul|ol|li|blockquote|em|strong|del|table|thead|tbody|tr|th|td|h[3-6]|a|code|pre|div|header|span|button)|(?:p|ul|ol|li|blockquote|em|strong|del|table|thead|tbody|tr|th|td|h[3-6]|code|header|span|br|hr)|ol start="\d+"|li class="task"|p class="raw"|t[hd] class="(?:num|mid-col)"|div class="code"|div class="tblwrap" tabindex="0"|pre tabindex="0"|span class="(?:k|s|c|dir|dim|path)"|input type="checkbox" disabled(?: checked)? aria-label="(?:Done|To do)"|button class="btn btn-quiet btn-sm" type="button" data-copy|a(?: class="path")? href="(?:https?:\/\/|mailto:|\/f\/)[^"<>]*"(?: target="_blank" rel="noopener noreferrer nofollow")?)>/g;

/** Whatever in this HTML is neither text nor one of our tags. */
const strangers = (html: string) => html.replace(TAGS, "").match(/<[\s\S]{0,40}/g) ?? [];

describe("hostile markdown", () => {
  const deep: Record<string, string> = {
    quotes: ">".repeat(10_000),
    "spaced quotes": "> ".repeat(10_000),
    brackets: "[".repeat(10_000),
    pictures: "![".repeat(10_000),
    links: "[a](".repeat(10_000),
    emphasis: `${"*".repeat(5_000)}a${"*".repeat(5_000)}`,
    items: `${"- ".repeat(10_000)}x`,
    "numbered items": `${"1. ".repeat(10_000)}x`,
    "nested lists": Array.from({ length: 1_000 }, (_, depth) => `${"  ".repeat(depth)}- a`).join("\n"),
    "empty cells": `${"|a".repeat(120)}|\n${"|-".repeat(120)}|\n${"|\n".repeat(20_000)}`,
    backticks: Array.from({ length: 400 }, (_, n) => "`".repeat(n)).join(" "),
    entities: "&".repeat(100_000),
    "one info string": `\`\`\`${" a".repeat(100_000)}`,
    dots: "a.".repeat(100_000),
    slashes: "a/".repeat(100_000),
    addresses: "http://".repeat(50_000),
    parentheses: `http://x${")".repeat(100_000)}`,
    formulas: "\\\\(".repeat(50_000),
    dollars: "$a_".repeat(50_000),
    spaces: `-${" ".repeat(200_000)}x`,
  };
  for (const [name, text] of Object.entries(deep)) {
    test(`${name}: bounded in time, size and depth`, () => {
      const began = performance.now();
      const html = renderMarkdown(text, options);
      expect(performance.now() - began).toBeLessThan(5_000);
      expect(html.length).toBeLessThan(text.length * 30 + 1_000);
      let depth = 0;
      let deepest = 0;
      for (const [, slash] of html.matchAll(/<(\/?)(?:blockquote|ul|ol|li|em|strong|p|div|table)\b/g)) {
        depth += slash ? -1 : 1;
        deepest = Math.max(deepest, depth);
      }
      expect(deepest).toBeLessThanOrEqual(101);
      expect(strangers(html)).toEqual([]);
    });
  }

  test("a megabyte of prose takes milliseconds", () => {
    const words =
      "The lock ends before the request `claimDue()` starts, e.g. in src/claim.ts:41. See **https://x.y/z**. ";
    const text = `${words.repeat(6)}\n\n`.repeat(1_650);
    renderMarkdown(text, options);
    const began = performance.now();
    expect(renderMarkdown(text, options).length).toBeGreaterThan(text.length);
    // About 50 ms on a quiet machine; the bound only catches work that grows faster than the text.
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
