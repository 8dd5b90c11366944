import { describe, expect, test } from "bun:test";
import { highlight, highlightLines, isLanguage, languageOfPath, loadHighlighter } from "../../src/lib/highlight.ts";
import { escapeHtml, unescapeHtml } from "../../src/lib/html.ts";

const textOf = (html: string) => unescapeHtml(html.replace(/<\/?span[^>]*>/g, ""));
const SAMPLE = `/* a <b>\n * c */\nconst s = \`x \${1 + 2}\n'y'\`; // "z" & more\nreturn true;\n`;

describe("highlight", () => {
  test("knows three tones and nests nothing", async () => {
    await loadHighlighter();
    expect(highlight(`const a = \`x \${b + 1}\`; // <c>`, "ts")).toBe(
      `<span class="k">const</span> a = <span class="s">\`x </span>\${b + <span class="s">1</span>}<span class="s">\`</span>; <span class="c">// &lt;c&gt;</span>`,
    );
    expect(highlight("<p class='a'><script>let x</script>", "html")).toContain('<span class="k">let</span>');
  });

  test("never changes the code", () => {
    const words = "ts tsx js json python go rust java c cpp csharp ruby php bash sql html css yaml toml markdown diff";
    for (const language of `${words} dockerfile makefile kotlin swift lua graphql nginx`.split(" ")) {
      expect(isLanguage(language)).toBe(true);
      const html = highlight(SAMPLE, language);
      expect(textOf(html)).toBe(SAMPLE);
      expect(html.replace(/<span class="[ksc]">|<\/span>/g, "")).not.toContain("<");
    }
  });

  test("escapes only what it does not know or what is too large", () => {
    expect(highlight("<a> & b", null)).toBe("&lt;a&gt; &amp; b");
    expect(highlight("if <a>", "klingon")).toBe("if &lt;a&gt;");
    expect(highlight("if <a>", "constructor")).toBe("if &lt;a&gt;");
    const long = `const a = "${"<".repeat(5_000)}";`;
    expect(highlight(long, "ts")).toBe(escapeHtml(long));
    const large = "const a = 1;\n".repeat(8_000);
    expect(highlight(large, "ts")).toBe(large);
  });

  test("by lines gives each line whole spans", () => {
    for (const language of ["ts", "python", null]) {
      const lines = highlightLines(SAMPLE, language);
      expect(lines.map(textOf)).toEqual(SAMPLE.split("\n"));
      for (const line of lines) expect(line.split("<span").length).toBe(line.split("</span>").length);
    }
    expect(highlightLines("/* a\nb */ c", "ts")).toEqual([
      '<span class="c">/* a</span>',
      '<span class="c">b */</span> c',
    ]);
  });

  test("tells a file's language by its name", () => {
    const cases = {
      "src/a.test.tsx": "typescript",
      Dockerfile: "dockerfile",
      "a/Makefile": "makefile",
      "x.toml": "ini",
    };
    for (const [path, language] of Object.entries(cases)) expect(languageOfPath(path)).toBe(language);
    for (const path of ["a.png", "README", "constructor", ".ts", "a.constructor"])
      expect(languageOfPath(path)).toBe(null);
  });
});
