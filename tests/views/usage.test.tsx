/** The page of usage: figures as words, marks for what is estimated, nothing of what is foreign as markup. */
import { expect, test } from "bun:test";
import { UsageContent } from "../../views/usage/usage.tsx";
import { aUsage, sums } from "../support/usage-fixtures.ts";

const HOSTILE = `<hx-partial hx-get=/x></textarea></pre></summary><script>alert(1)</script><img src=x onerror=alert(1)>"'&`;
function expectSafe(html: unknown) {
  for (const tag of ["<script", "<img", "<hx-", "</textarea", "</pre></summary"])
    expect(String(html)).not.toContain(tag);
  expect(String(html)).not.toMatch(/="[^"]*<[^"]*"/);
}
const words = (html: unknown) =>
  String(html)
    .replace(/<svg.*?<\/svg>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

const PROJECTS = [
  { id: "p1", name: "relay" },
  { id: "p2", name: "fieldnotes" },
];

test("says what was spent, by what, and what is only estimated", () => {
  const text = words(UsageContent({ usage: aUsage(), projects: PROJECTS }));
  expect(text).toContain("$18.42 in 14 days");
  expect(text).toContain("214 model calls: 18,600,000 tokens in (50 % cached), 1,100,000 out.");
  expect(text).toContain("Today $0.42, 445k tokens in 5 calls.");
  expect(text).toContain("12 calls came without a count of the prompt");
  expect(text).toContain("~4.2M");
  expect(text).toContain("$44.90 of $80.00, 18,000,000 of 100,000,000 tokens spent this month, let on 1 time");
  const html = String(UsageContent({ usage: aUsage(), projects: PROJECTS }));
  expect(html).toContain('aria-label="Cost by day, 2026-11-10 to 2026-11-23, budget $3.00 a day"');
  expect(html.match(/<rect class="bar( now)?"/g)).toHaveLength(14);
});

test("without prices it counts tokens and says how to set them; without calls it says so", () => {
  const free = aUsage({ total: sums({ cost_usd: null }) });
  const text = words(UsageContent({ usage: free, projects: [] }));
  expect(text).toContain("4.41M tokens in 14 days");
  expect(text).toContain("No price is known.");
  expect(String(UsageContent({ usage: free, projects: [] }))).toContain('href="/settings#models"');
  const nothing = aUsage({ total: sums({ calls: 0 }), models: [], tools: [], budgets: [] });
  expect(words(UsageContent({ usage: nothing, projects: [] }))).toContain("No model was called in the last 14 days.");
});

test("what was refused stays in its field with the reason", () => {
  const refused = { scope: "day", values: { usd: HOSTILE, tokens: "" }, field: "usd", message: HOSTILE };
  const html = String(UsageContent({ usage: aUsage(), projects: PROJECTS, refused }));
  expect(html.match(/aria-invalid="true"/g)).toHaveLength(1);
});

test("hostile names are text everywhere", () => {
  const usage = aUsage({
    models: [{ ...sums(), model: HOSTILE, endpoint: HOSTILE, ms: 1, days: [1] }],
    projects: [{ ...sums(), project_id: "p1", name: HOSTILE }],
    providers: [{ ...sums(), provider: HOSTILE }],
    agents: [{ ...sums(), agent: HOSTILE }],
    tools: [{ name: HOSTILE, calls: 1, tokens_in: 1, tokens_out: 1, ms: null, failed: 0 }],
    budgets: [
      { scope: `project:${HOSTILE}`, usd: 1, tokens: 1, name: HOSTILE, spent_usd: 1, spent_tokens: 1, raised: 0 },
    ],
  });
  const refused = { scope: "day", values: { usd: HOSTILE, tokens: HOSTILE }, field: null, message: HOSTILE };
  expectSafe(UsageContent({ usage, projects: [{ id: "p9", name: HOSTILE }], refused }));
});
