import { expect, test } from "bun:test";
import { HTML_DOCUMENT_LIMIT_BYTES, htmlDocumentIn } from "../../src/lib/html-document.ts";

const page = "<!doctype html>\n<html><body>hi</body></html>\n";

test("the whole text, or the only fenced block that is a document", () => {
  expect(htmlDocumentIn(page)).toBe(page);
  expect(htmlDocumentIn(`Here it is:\n\n\`\`\`html\n${page}\`\`\`\n\nand done.`)).toBe(page);
  expect(htmlDocumentIn(`\`\`\`ts\nconst a = 1;\n\`\`\`\n\n~~~html\n${page}~~~\n`)).toBe(page);
});

test("none, several, a fragment, or one that is too large: no artifact", () => {
  expect(htmlDocumentIn("just words")).toBeNull();
  expect(htmlDocumentIn("```html\n<p>a fragment</p>\n```")).toBeNull();
  expect(htmlDocumentIn(`\`\`\`html\n${page}\`\`\`\n\`\`\`html\n${page}\`\`\``)).toBeNull();
  expect(htmlDocumentIn(`<!doctype html>${"x".repeat(HTML_DOCUMENT_LIMIT_BYTES)}`)).toBeNull();
});
