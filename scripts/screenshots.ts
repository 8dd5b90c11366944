#!/usr/bin/env bun
/**
 * The pictures of README.md, taken of the real program with a scripted model: bun scripts/screenshots.ts [DIR]
 * Needs Chromium; writes chat-light.png and chat-dark.png into docs/images.
 */
import { mkdir } from "node:fs/promises";
import type { Page } from "playwright-core";
import { testApp } from "../tests/support/app.ts";
import { launchChromium } from "../tests/support/chromium.ts";
import { fakeLlm } from "../tests/support/fake-llm.ts";

const SIZE = { width: 1280, height: 800 };
const QUESTION = "How are deliveries claimed, and can two workers take the same row?";
const FILES = {
  "README.md": "# Relay\n\nDelivers webhooks, at least once.\n",
  "src/claim.ts": `import type { Sql } from "./sql.ts";

/** Takes the next due deliveries; a row that another worker holds is skipped. */
export function claimDue(sql: Sql, limit = 50) {
  return sql\`
    select id, url, attempts from deliveries
    where next_at <= now() and state = 'due'
    order by next_at limit \${limit}
    for update skip locked\`;
}
`,
  "src/worker.ts": `import { claimDue } from "./claim.ts";

for (;;) {
  const rows = await claimDue(sql);
  await Promise.all(rows.map(deliver));
}
`,
  "sql/deliveries.sql": "create table deliveries (id bigserial primary key, url text not null);\n",
};
const ANSWER = `Deliveries are claimed by \`claimDue\` in \`src/claim.ts:4\`: fifty due rows at a time, oldest first.

**Two workers cannot take the same row.** The query ends with

\`\`\`sql
for update skip locked
\`\`\`

so a row that one worker has locked is left out for the others, and nobody waits. The lock lasts as long as the transaction, though, and \`src/worker.ts\` delivers *outside* of one:

| step | locked |
| --- | --- |
| claim | yes |
| deliver | no, the transaction is over |
| mark as done | again, briefly |

If a worker dies between the first and the last step, the row is due once more: at least once, as the README says.`;

const SCRIPT =
  '[[think:The claim query decides this. I look at it and at who calls it.]] [[tool:grep {"pattern":"claimDue"}]] ' +
  `[[tool:view_file {"path":"src/claim.ts"}]] [[tool:view_file {"path":"src/worker.ts"}]] [[then:${ANSWER}]] [[usage:6120,214]] [[slow:15]]`;

async function main(): Promise<void> {
  const out = process.argv[2] ?? new URL("../docs/images", import.meta.url).pathname;
  await mkdir(out, { recursive: true });
  await using llm = await fakeLlm({
    flavour: "llama.cpp",
    models: ["qwen3-coder-30b"],
    n_ctx: 131_072,
    script: SCRIPT,
  });
  await using boo = await testApp({ llm, files: FILES });
  const { project, session, chat } = await boo.chat();
  await boo.send("PATCH", `/projects/${project}`, { name: "relay" });
  const { run } = await boo.ask(chat, QUESTION);
  await boo.settled(run.id, session);
  for (const title of ["Retries with back-off", "Why is the queue slow on Mondays?"])
    await boo.send("POST", `/projects/${project}/sessions`, { title });
  const browser = await launchChromium();
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ viewport: SIZE, colorScheme, deviceScaleFactor: 1 });
    await page.goto(`${boo.url}/chats/${chat}`);
    await settledPage(page);
    await page.screenshot({ path: `${out}/chat-${colorScheme}.png` });
  }
  await browser.close();
}

/** Fonts are there and the stream stands. */
async function settledPage(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  await page.evaluate(() => document.fonts.ready);
  await page.getByText("at least once, as the README says").waitFor();
}

await main();
// The tools of the tests leave a watcher behind that ends with this process.
process.exit(0);
