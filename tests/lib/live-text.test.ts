import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Window } from "happy-dom";
import { type LiveOp, LiveText, OPEN_LIMIT_CHARS } from "../../src/lib/live-text.ts";
import { type MarkdownOptions, renderMarkdown } from "../../src/lib/markdown.ts";
import { documents, inPieces } from "../support/markdown.ts";

const markdown: MarkdownOptions = { fileUrl: (path, line) => `/f/${path}?line=${line ?? ""}` };
const options = { ...markdown, tail_id: "pt-1" };
const { document } = new Window();

/** The two elements of a browser that watches. */
class Watcher {
  readonly done = document.createElement("div");
  readonly open = document.createElement("div");

  constructor(snapshot: { done: string; open: string }) {
    this.done.innerHTML = snapshot.done;
    this.open.innerHTML = snapshot.open;
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
        let watchers = [new Watcher(live.snapshot())];
        pieces.forEach((piece, i) => {
          const what = visit[i % visit.length];
          if (what === "leave") watchers = [];
          if (what === "join") watchers.push(new Watcher(live.snapshot()));
          const ops = live.push(piece, watchers.length > 0);
          if (watchers.length === 0) expect(ops).toEqual([]);
          apply(ops, watchers);
          if (watchers.length === 0) return;
          const now = live.snapshot();
          const open = htmlOf(now.open).textContent;
          for (const watcher of watchers) {
            expect(watcher.tail().parentElement).not.toBe(null);
            expect(watcher.open.textContent).toBe(open);
          }
        });
        expect(live.offset).toBe(text.length);
        watchers.push(new Watcher(live.snapshot()));
        apply(live.finish(true), watchers);
        const page = renderMarkdown(text, markdown);
        const shown = htmlOf(page);
        expect(live.snapshot().done).toBe(page);
        for (const watcher of watchers) {
          expect(watcher.text).toBe(shown.textContent);
          expect(watcher.done.innerHTML).toBe(shown.innerHTML);
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
    expect(live.snapshot()).toEqual({ done: "", open: span });
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
    expect(live.snapshot().open).toEndWith('= 1;\n\nreturn<span id="pt-1" class="tail"></span></code></pre></div>\n');
    const [done] = live.push("\n```\n", true);
    expect(done).toMatchObject({ op: "append-done", html: expect.stringContaining('<span class="k">return</span>') });
  });

  test("renders nothing while nobody watches, and tells all of it to who comes first", () => {
    const live = new LiveText(options);
    expect(live.push("one\n\ntw", false)).toEqual([]);
    expect(live.push("o", true).map(({ op }) => op)).toEqual(["append-done", "open"]);
    expect(live.push("\n\nthree\n\nfo", false)).toEqual([]);
    expect(live.snapshot().done).toBe("<p>one</p>\n<p>two</p>\n<p>three</p>\n");
    // The snapshot delivered them: telling them again would show them twice.
    expect(live.push("ur", true).map(({ op }) => op)).toEqual(["open"]);
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
    const late = new Watcher(live.snapshot());
    expect(late.text.trimEnd()).toBe(`${long}**<b>**`);
    apply(live.push("\n\nx", true), [late]);
    expect(late.done.querySelector("strong")?.textContent).toBe("<b>");
    expect(late.open.textContent.trim()).toBe("x");
  });
});
