/** A page's start is sent before the rest is read, and what fails afterwards is told by the page. */
import { expect, test } from "bun:test";
import { testApp } from "../support/app.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { parse } from "../support/html.ts";
import { withRunsLocked } from "../support/locked.ts";
import { until } from "../support/until.ts";

/** The last thing of a page that is the same for all. */
const START_END = '.webmanifest"/>';
const html = (url: string, encoding: string) =>
  fetch(url, { headers: { accept: "text/html", "accept-encoding": encoding } });

/** Text of the answer until it holds `mark`, and what comes after. */
async function readTo(answer: Response, mark: string): Promise<{ first: string; rest: () => Promise<string> }> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let first = "";
  while (!first.includes(mark)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`ended without ${mark}: ${first}`);
    first += value;
  }
  return {
    first,
    async rest() {
      let text = "";
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value;
      return text;
    },
  };
}

for (const encoding of ["identity", "gzip", "br", "zstd"])
  test(`style and script are known while the rest is still read (${encoding})`, async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { chat, session } = await boo.chat();
    for (const path of ["/", `/chats/${chat}`, `/sessions/${session}`])
      await withRunsLocked(boo, async (letGo) => {
        const answer = await html(boo.url + path, encoding);
        expect(answer.status).toBe(200);
        const { first, rest } = await readTo(answer, START_END);
        expect(first).toStartWith("<!doctype html><html");
        expect(first).toMatch(/<link rel="stylesheet" href="\/assets\/app\.[0-9a-f]+\.css"/);
        expect(first).toMatch(/<script defer src="\/assets\/app\.[0-9a-f]+\.js"/);
        expect(first).not.toContain("<title>");
        letGo();
        const doc = parse(first + (await rest()));
        expect(doc.querySelectorAll("head > title")).toHaveLength(1);
        expect(doc.querySelectorAll("head > link[rel=stylesheet]")).toHaveLength(1);
        expect(doc.querySelector("main header")).not.toBeNull();
      });
  });

test("a database that goes away in between is told in the page that has begun", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat } = await boo.chat();
  await withRunsLocked(boo, async () => {
    const { first, rest } = await readTo(await html(`${boo.url}/chats/${chat}`, "gzip"), START_END);
    await until(async () => {
      const ended = await boo.database.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      return ended.length > 0;
    });
    const whole = first + (await rest());
    const doc = parse(whole);
    expect(doc.title).toBe("The database is away · BooCode");
    expect(doc.querySelector("head > meta[http-equiv=refresh]")).not.toBeNull();
    expect(doc.body.textContent).toContain("does not answer");
    expect(whole.match(/<!doctype/g)).toHaveLength(1);
    expect(whole).not.toMatch(/\bat .+\.tsx?:\d+/);
  });
});

test("what is not there is a 404 as before, and an answer of its own keeps its status", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat } = await boo.chat();
  expect((await html(`${boo.url}/chats/nothing`, "gzip")).status).toBe(404);
  expect((await html(`${boo.url}/sessions/nothing`, "gzip")).status).toBe(404);
  expect((await fetch(`${boo.url}/chats/${chat}`, { method: "HEAD", headers: { accept: "text/html" } })).status).toBe(
    200,
  );
  const refused = await fetch(`${boo.url}/chats/${chat}/messages`, {
    method: "POST",
    headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" },
    body: "text=",
  });
  expect(refused.status).toBe(422);
});
