/**
 * A coder's whole way, by the API alone: proposed over several files, decided hunk by hunk, answered, applied while an
 * editor writes to the same file, tested behind a permission, mended because a test fails, rewound, restored.
 */
import { expect, test } from "bun:test";
import type { Apply } from "../../src/domain/apply.ts";
import type { Entry } from "../../src/domain/message.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { testApp } from "../support/app.ts";
import { changesIn, coder, runCalls } from "../support/coder.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { until } from "../support/until.ts";

const filler = Array.from({ length: 12 }, (_, i) => `// line ${i}`).join("\n");
const FILES = {
  "price.ts": `export const net = (gross: number) => gross / 1.19;\n${filler}\nexport const label = (n: number) => n + " EUR";\n`,
  "text.ts": `// words\n${filler}\nexport const hello = "hello";\n`,
};
const TEST = `import { expect, test } from "bun:test";
import { net } from "./price.ts";
import { hello } from "./text.ts";
test("net", () => expect(net(119)).toBe(100));
test("hello", () => expect(hello).toBe("Hello"));
`;

test("a change of several files: decided by hunk, answered, applied, tested, mended, rewound, restored", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm, files: FILES });
  const at = await coder(boo);
  const disk = async (path: string) => {
    const file = Bun.file(`${boo.repo.root}/${path}`);
    return (await file.exists()) ? file.text() : null;
  };
  const edit = (file_path: string, old_string: string, new_string: string) =>
    ["edit_file", { file_path, old_string, new_string }] as const;
  const verdict = (change: string, verdict: string, hunks?: string[]) =>
    boo.send("PUT", `/changes/${change}/verdict`, { verdict, ...(hunks && { hunks }) });
  const apply = async () => (await boo.send<{ apply: Apply }>("POST", `/sessions/${at.session}/applies`, {})).apply;
  const asksOf = async () => (await boo.get<{ requests: RunRequest[] }>("/requests?state=open")).requests[0];

  // Proposed: nothing is on disk, and what the run reads meanwhile is its own proposal.
  const proposed = await runCalls(boo, llm, at, [
    [
      edit("price.ts", "gross / 1.19", "gross / 1.2"),
      edit("price.ts", 'n + " EUR"', 'n.toFixed(2) + " EUR"'),
      edit("text.ts", '"hello"', '"Hello"'),
      ["create_file", { file_path: "all.test.ts", content: TEST }],
    ],
    [["grep", { pattern: "toFixed" }]],
  ]);
  expect(proposed.calls.at(-1)!.text).toContain("price.ts");
  expect(await disk("price.ts")).toBe(FILES["price.ts"]);
  const { changes } = await changesIn(boo, at);
  expect(changes.map((c) => [c.path, c.hunks.length])).toEqual([
    ["all.test.ts", 1],
    ["price.ts", 2],
    ["text.ts", 1],
  ]);
  const [tests, price, text] = changes;
  await verdict(tests!.id, "accepted");
  await verdict(price!.id, "accepted", [price!.hunks[0]!.id]);
  await verdict(price!.id, "rejected", [price!.hunks[1]!.id]);
  await verdict(text!.id, "accepted", [text!.hunks[0]!.id]);
  await boo.send("POST", `/changes/${price!.id}/comments`, {
    text: "No rounding here.",
    hunk_id: price!.hunks[1]!.id,
    line: 14,
  });

  // Applied: merged with what an editor wrote to the same file meanwhile.
  await boo.repo.write({ "text.ts": FILES["text.ts"].replace("// words", "// my words") });
  const first = await apply();
  expect(first).toMatchObject({ state: "done", hunks: 3 });
  expect(await disk("text.ts")).toBe(FILES["text.ts"].replace("// words", "// my words").replace('hello"', 'Hello"'));
  expect(await disk("price.ts")).toContain("gross / 1.2;");
  expect(await disk("price.ts")).not.toContain("toFixed");

  // The comment goes with the next message; the tests run once a human allowed exactly that, and one fails.
  const testing = runCalls(
    boo,
    llm,
    at,
    [
      [["run_command", { command: "bun test all.test.ts 2>&1" }]],
      [edit("price.ts", "gross / 1.2;", "Math.round((gross / 1.19) * 100) / 100;")],
    ],
    { text: "Again, with rounding." },
  );
  const permission = await until(asksOf);
  expect(permission).toMatchObject({ kind: "permission", title: "bun test all.test.ts 2>&1" });
  const told = String(
    llm
      .chats()
      .at(-1)!
      .messages!.findLast((m) => m.role === "user")!.content,
  );
  expect(told).toContain("- price.ts:14: No rounding here.");
  expect(told).toContain("Rejected; do not propose it again unless asked:\n- price.ts: lines 11-14");
  await boo.send("POST", `/requests/${permission.id}/answer`, { option_id: "once" });
  const tested = await testing;
  expect(tested.calls.map((c) => [c.name, c.state])).toEqual([
    ["run_command", "failed"],
    ["edit_file", "closed"],
  ]);
  expect(tested.calls[0]!.text).toMatch(/^Exit code 1 .*\(fail\) net.*1 pass.*1 fail/s);

  // The mend is accepted, applied by the same run as the tests, and they pass.
  const [mend] = (await changesIn(boo, at)).changes.filter((c) => c.path === "price.ts");
  await verdict(mend!.id, "accepted", [mend!.hunks.find((h) => h.state === "pending")!.id]);
  const second = await apply();
  const again = runCalls(boo, llm, at, [[["run_command", { command: "bun test all.test.ts 2>&1" }]]], {
    text: "And now?",
  });
  await boo.send("POST", `/requests/${(await until(asksOf)).id}/answer`, { option_id: "once" });
  expect((await again).calls[0]).toMatchObject({ state: "closed", note: "exit 0" });

  // Out of order is refused with the reason; in order both go, and the editor's line stays.
  const refused = boo.send("POST", `/applies/${first.id}/rewind`);
  await expect(refused).rejects.toThrow("price.ts: a later apply wrote to it");
  await boo.send("POST", `/applies/${second.id}/rewind`);
  expect(await disk("price.ts")).toContain("gross / 1.2;");
  await boo.send("POST", `/applies/${first.id}/rewind`);
  expect(await disk("price.ts")).toBe(FILES["price.ts"]);
  expect(await disk("all.test.ts")).toBeNull();
  expect(await disk("text.ts")).toBe(FILES["text.ts"].replace("// words", "// my words"));

  // Restored by a form without script: the chat is as before its second message, and that is in the field again.
  const entries = async () => (await boo.get<{ messages: Entry[] }>(`/chats/${at.chat}`)).messages;
  expect((await entries()).map((entry) => entry.restorable ?? false)).toEqual([true, false, true, false, true, false]);
  const page = await (await fetch(`${boo.url}/chats/${at.chat}`, { headers: { accept: "text/html" } })).text();
  expect(page.match(/Restore to here/g)).toHaveLength(3);
  const restored = await fetch(`${boo.url}/messages/${tested.message}/restoration`, {
    method: "POST",
    headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded", origin: boo.url },
    body: "edit=1",
  });
  expect(restored.status).toBe(200);
  expect(/<textarea[^>]*>\n?Again, with rounding\.</.test(await restored.text())).toBe(true);
  expect(await entries()).toHaveLength(2);
}, 60_000);
