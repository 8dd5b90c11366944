/** Everything that was said and done is found, narrowed, paged and led to; what is gone is not. */
import { expect, test } from "bun:test";
import { type TestApp, testApp } from "../support/app.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { until } from "../support/until.ts";

interface Hit {
  kind: string;
  chat_id: string | null;
  label: string | null;
  line: number | null;
  role: string | null;
  snippet: { text: string; hit: boolean }[];
  url: string;
}
interface Answer {
  hits: Hit[];
  total: number;
  more: boolean;
  cursor: string | null;
  note: string | null;
  facets: Record<string, { value: string; count: number }[]>;
}

const find = (boo: TestApp, query: string) => boo.get<Answer>(`/search?${query}`);
const indexed = (boo: TestApp) =>
  until(async () => {
    const left = await boo.database.sql`select 1 from parts where not searched and state <> 'open' limit 1`;
    return left.length === 0;
  }, 20_000);
const shown = (hit: Hit) => hit.snippet.map((p) => (p.hit ? `[${p.text}]` : p.text)).join("");

async function answered(boo: TestApp, text: string) {
  const ids = await boo.chat();
  const { run, message } = await boo.ask(ids.chat, text);
  const { answer_id } = await boo.settled(run.id, ids.session);
  await indexed(boo);
  return { ...ids, question: message.id, answer: answer_id };
}

test("messages, reasoning, inputs and results of calls, titles and files are found, each as what it is", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const said =
    'Where is the zebra? [[think:The ocelot knows.]] [[tool:view_file {"path":"src/claim.ts"}]] [[then:The walrus sleeps in claimed_until.]]';
  const { session } = await answered(boo, said);
  const of = async (q: string) =>
    (await find(boo, `q=${encodeURIComponent(q)}`)).hits.map((h) => `${h.kind}: ${shown(h)}`);
  expect(await of("walrus -zebra")).toEqual(["message: The [walrus] sleeps in claimed_until."]);
  expect(await of("CLAIMED_UNTIL sleeps -zebra")).toEqual(["message: The walrus [sleeps] in [claimed_until]."]);
  expect(await of("ocelot -zebra")).toEqual(["reasoning: The [ocelot] knows."]);
  const { hits } = await find(boo, "q=claimDue&kind=tool");
  expect(hits).toMatchObject([{ kind: "tool", label: "view_file src/claim.ts", line: 1 }]);
  expect(shown(hits[0]!)).toContain("[claimDue]");
  expect((await find(boo, "q=aim.t&kind=file")).hits).toMatchObject([{ kind: "file", label: "src/claim.ts" }]);
  await boo.send("PATCH", `/sessions/${session}`, { title: "Löwenzahn und Größe" });
  await until(async () => (await of("lowenzahn GRÖSSE OR größe"))[0] === "title: [Löwenzahn] und [Größe]");
  // Nothing is written so, but nearly so.
  const near = await find(boo, "q=L%C3%B6wenzhan");
  expect([near.note, near.hits[0]?.label]).toEqual([
    "Nothing is written so. This is nearly so:",
    "Löwenzahn und Größe",
  ]);
});

test("filters narrow, facets count what each would leave, pages go on where the last one ended", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, project, session } = await answered(boo, "first quagga [[say:an answer of quaggas, quagga]]");
  await boo.database.sql`
    insert into messages (id, chat_id, role, position) select 'm' || n, ${chat}, 'user', 100 + n from generate_series(1, 70) n`;
  await boo.database.sql`
    insert into parts (id, message_id, chat_id, position, kind, state, text, folded_to, closed_at)
    select 'zz' || lpad(n::text, 3, '0'), 'm' || n, ${chat}, 0, 'text', 'closed', 'quagga number ' || n, 0, now() - interval '40 days'
    from generate_series(1, 70) n`;
  // Any change of this kind makes the index look.
  await boo.send("PATCH", `/sessions/${session}`, { title: "Striped" });
  await indexed(boo);
  const all = await find(boo, "q=quagga");
  expect([all.hits.length, all.total, all.more]).toEqual([30, 73, false]);
  expect(all.facets.role).toEqual([
    { value: "user", label: "user", count: 71 },
    { value: "assistant", label: "assistant", count: 1 },
  ] as never);
  expect(all.facets.age!.find((a) => a.value === "month")?.count).toBe(3);
  const mine = await find(boo, `q=quagga&role=assistant&project=${project}&age=week`);
  expect(mine.hits.map((h) => h.role)).toEqual(["assistant"]);
  const labels: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Answer = await find(boo, `q=quagga&kind=message${cursor ? `&cursor=${cursor}` : ""}`);
    labels.push(...page.hits.map((h) => h.url));
    cursor = page.cursor;
  }
  expect([labels.length, new Set(labels).size]).toEqual([72, 72]);
});

test("what is deleted, superseded or never began is not found", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { session, question, project } = await answered(boo, "the okapi asks [[say:the okapi answers]]");
  expect((await find(boo, "q=okapi&kind=message")).total).toBe(2);
  await boo.database.sql`update messages set superseded_at = now() where id = ${question}`;
  expect((await find(boo, "q=okapi&kind=message")).total).toBe(1);
  await boo.send("DELETE", `/sessions/${session}`);
  expect((await find(boo, "q=okapi")).total).toBe(0);
  await boo.send("DELETE", `/projects/${project}`);
  expect(await boo.database.sql`select id from search_rows`).toHaveLength(0);
});

test("what came before the index, or while nobody wrote it, is taken in by the next start", async () => {
  await using llm = await fakeLlm();
  const boo = await testApp({ llm });
  await answered(boo, "the tapir asks [[say:the tapir answers]]");
  await boo.stop();
  await boo.database.sql`delete from search_rows`;
  await boo.database.sql`update parts set searched = false`;
  await using again = await testApp({ llm, database: boo.database, repo: boo.repo });
  await indexed(again);
  await until(async () => (await find(again, "q=tapir")).total === 3);
});

test("a hit leads to the very row, also deep in a long chat and without script", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, answer } = await answered(boo, 'look [[tool:view_file {"path":"src/claim.ts"}]] [[then:seen]]');
  const led = async () => {
    const [hit] = (await find(boo, "q=claimDue&kind=tool")).hits;
    return fetch(boo.url + hit!.url, { headers: { accept: "text/html" } });
  };
  const near = await led();
  expect(new URL(near.url).pathname).toBe(`/chats/${chat}`);
  const [part] = await boo.database.sql`select id from parts where kind = 'tool' and message_id = ${answer}`;
  const page = await near.text();
  // Marked as touched: what the stream brings later does not fold it.
  expect(page).toMatch(/<details class="tools" id="tg-\w+" open data-touched/);
  expect(page).toMatch(new RegExp(`<details class="tool" id="p-${part!.id}" open`));
  expect(page).toMatch(new RegExp(`<mark id="pl-${part!.id}">[^<]*claimDue`));
  await boo.database.sql`
    insert into messages (id, chat_id, role, position) select 'm' || n, ${chat}, 'user', 100 + n from generate_series(1, 10000) n`;
  const deep = await led();
  const [path, query] = [new URL(deep.url).pathname, new URL(deep.url).searchParams];
  expect([path, query.get("around"), query.get("part")]).toEqual([`/chats/${chat}/messages`, answer, part!.id]);
  const window = await deep.text();
  expect(window).toMatch(new RegExp(`<mark id="pl-${part!.id}">[^<]*claimDue`));
  expect(window).toContain(`/chats/${chat}/messages?after=`);
});

test("garbage is an answer, never a fault, on the page, as its fragment and as JSON", async () => {
  await using boo = await testApp();
  await boo.chat();
  const typed = [
    "",
    "   ",
    '"',
    "-",
    "---",
    "OR",
    "OR OR",
    "'); drop table parts;--",
    "a & b | !c <-> (",
    "\\",
    ":*",
    "*",
    "%%%",
    "___",
    "a*b*c*",
    "-x",
    "🦓",
    "日本語",
    "\u0000",
    "é".repeat(400),
    "<script>alert(1)</script>",
  ];
  for (const q of typed) {
    for (const headers of [
      { accept: "text/html" },
      { accept: "text/html", "hx-request": "true" },
      { accept: "application/json" },
    ]) {
      const response = await fetch(`${boo.url}/search?q=${encodeURIComponent(q)}`, { headers: headers as never });
      expect([q, response.status]).toEqual([q, 200]);
      expect(await response.text()).not.toContain("<script>alert");
    }
  }
  const long = await fetch(`${boo.url}/search?q=${"x".repeat(401)}`, { headers: { accept: "text/html" } });
  expect([long.status, await long.text()]).toEqual([422, expect.stringContaining("at most 400 characters")]);
  for (const bad of ["kind=nonsense", "cursor=abc", "age=never", "role=dog"])
    expect((await fetch(`${boo.url}/search?q=x&${bad}`, { headers: { accept: "application/json" } })).status).toBe(422);
});
