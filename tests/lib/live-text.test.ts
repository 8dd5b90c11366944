import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Window } from "happy-dom";
import { type LiveOp, LiveText, OPEN_LIMIT_CHARS, renderOpenText } from "../../src/lib/live-text.ts";
import { type MarkdownOptions, renderMarkdown } from "../../src/lib/markdown.ts";
import { documents, inPieces } from "../support/markdown.ts";

const markdown: MarkdownOptions = { fileUrl: (path, line) => `/f/${path}?line=${line ?? ""}` };
const options = { ...markdown, tail_id: "pt-1" };
const { document } = new Window();

/** The two elements of a browser that watches. */
class Watcher {
  readonly done = document.createElement("div");
  readonly open = document.createElement("div");

  /** Joins with a page of the text so far. */
  constructor(text = "") {
    const page = renderOpenText(text, options);
    this.done.innerHTML = page.done;
    this.open.innerHTML = page.open;
  }

  apply(ops: LiveOp[]): void {
    for (const { op, html } of ops) {
      if (op === "append-done") this.done.insertAdjacentHTML("beforeend", html);
      else if (op === "open") this.open.innerHTML = html;
      else this.tail().insertAdjacentHTML("beforeend", html);
    }
  }

  tail() {
    const tails = this.open.querySelectorAll("#pt-1");
    expect(tails.length).toBe(1);
    return tails[0]!;
  }

  get text(): string {
    return `${this.done.textContent}${this.open.textContent}`;
  }
}

const htmlOf = (html: string) => {
  const element = document.createElement("div");
  element.innerHTML = html;
  return element;
};

const apply = (ops: LiveOp[], watchers: Watcher[]) => {
  for (const watcher of watchers) watcher.apply(ops);
};

/** Long blocks now and then, so that the raw tail is met, too. */
const texts = documents(14).chain((text) =>
  fc
    .constantFrom(
      "",
      "word & <b> `x` ".repeat(180),
      `\`\`\`ts\n${"const a = 1 < 2;\n".repeat(160)}`,
      "- item **b** src/a.ts\n".repeat(120),
    )
    .map((long) => [text, long, text].join("\n")),
);
/** Before each piece: does somebody join by loading the page? Do all leave? */
const visits = fc.array(fc.constantFrom("join", "leave", "", "", ""), { minLength: 1, maxLength: 30 });
const stories = texts.chain((text) => fc.tuple(fc.constant(text), inPieces(text), visits));

describe("live text", () => {
  test("shows every watcher what the page shows, whenever they joined", () => {
    fc.assert(
      fc.property(stories, ([text, pieces, visit]) => {
        const live = new LiveText(options);
        let watchers = [new Watcher()];
        let so_far = "";
        pieces.forEach((piece, i) => {
          const what = visit[i % visit.length];
          if (what === "leave") watchers = [];
          if (what === "join") watchers.push(new Watcher(so_far));
          const ops = live.push(piece, watchers.length > 0);
          so_far += piece;
          if (watchers.length === 0) expect(ops).toEqual([]);
          apply(ops, watchers);
          if (watchers.length === 0) return;
          const page = renderOpenText(so_far, options);
          const [done, open] = [htmlOf(page.done).innerHTML, htmlOf(page.open).textContent];
          for (const watcher of watchers) {
            expect(watcher.tail().parentElement).not.toBe(null);
            expect(watcher.done.innerHTML).toBe(done);
            expect(watcher.open.textContent).toBe(open);
          }
        });
        expect(live.offset).toBe(text.length);
        watchers.push(new Watcher(so_far));
        apply(live.finish(true), watchers);
        const page = htmlOf(renderMarkdown(text, markdown)).innerHTML;
        for (const watcher of watchers) {
          expect(watcher.done.innerHTML).toBe(page);
          expect(watcher.open.textContent).toBe("");
        }
      }),
      { numRuns: 50 },
    );
  });

  test("sends finished blocks as the page has them, once", () => {
    fc.assert(
      fc.property(stories, ([text, pieces]) => {
        const live = new LiveText(options);
        const ops = [...pieces.flatMap((piece) => live.push(piece, true)), ...live.finish(true)];
        const sent = ops.filter(({ op }) => op === "append-done").map(({ html }) => html);
        expect(sent.join("")).toBe(renderMarkdown(text, markdown));
      }),
      { numRuns: 120 },
    );
  });

  test("never sends half a tag or half an entity to a tail", () => {
    fc.assert(
      fc.property(stories, ([, pieces]) => {
        const live = new LiveText(options);
        for (const { op, html } of pieces.flatMap((piece) => live.push(piece, true))) {
          if (op === "tail") expect(html).toMatch(/^(?:[^<>&]|&(?:amp|lt|gt|quot|#x27);)+$/);
        }
      }),
      { numRuns: 120 },
    );
  });

  test("sends words alone while the structure stays", () => {
    const live = new LiveText(options);
    const span = '<span id="pt-1" class="tail"></span>';
    expect(renderOpenText("", options)).toEqual({ done: "", open: span });
    expect(live.push("The lock", true)).toEqual([{ op: "open", html: `<p>The lock${span}</p>\n` }]);
    expect(live.push(" ends <", true)).toEqual([{ op: "tail", html: " ends &lt;" }]);
    expect(live.push(" ", true)).toEqual([]);
    expect(live.push("**b", true)).toEqual([{ op: "tail", html: " **b" }]);
    expect(live.push("**", true)).toEqual([
      { op: "open", html: `<p>The lock ends &lt; <strong>b${span}</strong></p>\n` },
    ]);
    expect(live.push("\n\n`", true)).toEqual([
      { op: "append-done", html: "<p>The lock ends &lt; <strong>b</strong></p>\n" },
      { op: "open", html: `<p>\`${span}</p>\n` },
    ]);
    expect(live.finish(true)).toEqual([
      { op: "append-done", html: "<p>`</p>\n" },
      { op: "open", html: span },
    ]);
  });

  test("shows open code without colours, with the tail inside, and colours when it closes", () => {
    const live = new LiveText(options);
    live.push("```ts\nconst a", true);
    expect(live.push(" = 1;\n", true)).toEqual([{ op: "tail", html: " = 1;" }]);
    expect(live.push("\nreturn", true)).toEqual([{ op: "tail", html: "\n\nreturn" }]);
    expect(renderOpenText("```ts\nconst a = 1;\n\nreturn", options).open).toEndWith(
      '= 1;\n\nreturn<span id="pt-1" class="tail"></span></code></pre></div>\n',
    );
    const [done] = live.push("\n```\n", true);
    expect(done).toMatchObject({ op: "append-done", html: expect.stringContaining('<span class="k">return</span>') });
  });

  test("renders nothing while nobody watches, and tells who comes the open block whole, never what a page has", () => {
    const live = new LiveText(options);
    const span = '<span id="pt-1" class="tail"></span>';
    expect(live.push("one\n\ntw", false)).toEqual([]);
    expect(live.push("o", true)).toEqual([{ op: "open", html: `<p>two${span}</p>\n` }]);
    expect(live.push("\n\nthree\n\nfo", false)).toEqual([]);
    expect(live.push("ur\n\nfi", true)).toEqual([
      { op: "append-done", html: "<p>four</p>\n" },
      { op: "open", html: `<p>fi${span}</p>\n` },
    ]);
    expect(live.push("ve\n\nsix", false)).toEqual([]);
    expect(live.finish(true)[0]).toEqual({ op: "append-done", html: "<p>six</p>\n" });
  });

  test("keeps none of the finished blocks in memory", () => {
    const live = new LiveText(options);
    const paragraph = `${"word ".repeat(40)}\n\n`;
    for (let i = 0; i < 2_000; i++) live.push(paragraph, i % 2 === 0);
    expect(JSON.stringify(live).length).toBeLessThan(2_000);
  });

  const tokens = (n: number, token: (i: number) => string) => Array.from({ length: n }, (_, i) => token(i));
  const answers: Record<string, (i: number) => string> = {
    "one huge code block": (i) => (i === 0 ? "```ts\n" : i % 9 === 8 ? ";\n" : " word"),
    paragraphs: (i) => (i % 60 === 59 ? ".\n\n" : i % 7 === 3 ? " `co" : i % 7 === 4 ? "de`" : " word"),
    "one endless line": () => " word",
    "a long list": (i) => (i % 12 === 0 ? "\n- item" : " word"),
    "a long table": (i) => (i === 0 ? "|a|b|\n|-|-|\n" : i % 8 === 7 ? "|\n" : i % 4 === 1 ? "| x" : " word"),
    "lists under headings": (i) => (i % 120 === 0 ? "\n\n## Head\n\n" : i % 12 === 0 ? "\n- item" : " word"),
  };
  for (const [name, token] of Object.entries(answers)) {
    test(`costs the same a token in a short and a long answer: ${name}`, () => {
      const cost = (n: number) => {
        const live = new LiveText(options);
        const began = performance.now();
        let bytes = 0;
        for (const piece of tokens(n, token)) for (const op of live.push(piece, true)) bytes += op.html.length;
        return { bytes: bytes / n, ms: performance.now() - began };
      };
      const short = cost(1_000);
      const long = cost(50_000);
      expect(long.bytes).toBeLessThanOrEqual(short.bytes * 1.1);
      // Some 5 µs a token; work that grows with the answer would take minutes.
      expect(long.ms).toBeLessThan(10_000);
    });
  }

  test("grows by escaped text past the limit, and a late watcher sees the same", () => {
    const live = new LiveText(options);
    const long = "word & ".repeat(OPEN_LIMIT_CHARS / 7 + 10);
    expect(live.push(long, true)[0]?.op).toBe("open");
    expect(live.push("**<b>**", true)).toEqual([{ op: "tail", html: "**&lt;b&gt;**" }]);
    const late = new Watcher(`${long}**<b>**`);
    expect(late.text.trimEnd()).toBe(`${long}**<b>**`);
    apply(live.push("\n\nx", true), [late]);
    expect(late.done.querySelector("strong")?.textContent).toBe("<b>");
    expect(late.open.textContent.trim()).toBe("x");
  });
});
