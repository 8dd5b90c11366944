/** An answer that holds one whole HTML document gets a row that opens it; nothing else does. */
import { expect, test } from "bun:test";
import type { Part } from "../../src/domain/message.ts";
import { testApp } from "../support/app.ts";
import { fakeLlm } from "../support/fake-llm.ts";

const PAGE =
  "<!doctype html>\n<html><head><title>Flow of a <b>delivery</b></title></head><body><p>due → done</p></body></html>";

test("a single document becomes an artifact with a row; two, a fragment, and Markdown do not", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { session, chat } = await boo.chat();
  const answer = async (text: string): Promise<{ id: string; parts: Part[] }> => {
    llm.set(`[[json:${JSON.stringify(text)}]]`);
    const { run } = await boo.ask(chat, "Draw it.");
    const { answer_id } = await boo.settled(run.id, session);
    return (await boo.get<{ message: { id: string; parts: Part[] } }>(`/messages/${answer_id}`)).message;
  };
  const one = await answer(`Here it is:\n\n\`\`\`html\n${PAGE}\n\`\`\`\n\nAnything else?`);
  expect(one.parts.at(-1)).toMatchObject({
    kind: "artifact",
    state: "closed",
    meta: { session_id: session, bytes: PAGE.length + 3 },
  });
  const page = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
  expect(page).toContain(`class="artifact-row"`);
  expect(page).toContain(`href="/artifacts/${one.id}"`);
  const frame = await fetch(`${boo.url}/artifacts/${one.id}/frame`);
  expect(frame.headers.get("content-security-policy")).toStartWith("sandbox allow-scripts; default-src 'none'");
  expect(await frame.text()).toContain("due → done");

  const twice = `\`\`\`html\n${PAGE}\n\`\`\`\n\n\`\`\`html\n${PAGE}\n\`\`\``;
  for (const text of [twice, "```html\n<p>a fragment</p>\n```", "# Only Markdown"])
    expect((await answer(text)).parts.some(({ kind }) => kind === "artifact")).toBe(false);
  // The model is told its own words, and nothing of the row.
  expect(JSON.stringify(llm.chats().at(-1)!.messages)).not.toContain("artifact");
});
