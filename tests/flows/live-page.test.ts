/**
 * The claim that all of the live page stands on: a page drawn at a head and the events after it show what a page drawn
 * later shows, whoever joins when, and however often their line is cut.
 */
import { describe, expect, test } from "bun:test";
import { type Layout, panes } from "../../src/domain/pane.ts";
import { trimJournal } from "../../src/store/journal.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { LivePage } from "../support/live-page.ts";
import { Seeded, seeds } from "../support/seeded.ts";
import { until } from "../support/until.ts";

const BLOCKS = [
  "The worker claims *fifty* rows at `src/claim.ts:1` and **keeps** them; see [a page](https://a.example/?q=1&b=2).",
  "```ts\nexport const a = 1 < 2;\n\nfor (const b of c) d(b && e);\n```",
  "- one\n- two **bold\n  text** of two\n  - inner `x`\n\n- three after a blank line",
  "1. first\n2. second\n\n   with a paragraph\n3. third",
  "| a | b |\n|---|--:|\n| 1 | `<b>` |\n| 2 | & |",
  "> a quote\n> goes on\nlazily\n\n> another",
  "## A heading\n",
  '<div onclick=x>raw html</div> & <hx-partial hx-target="#main">no</hx-partial> <script>alert(1)</script>',
  "    indented code\n\n    goes on",
  "$$x^2$$ and é 漢 𝒳 😀 and a very long line: ".padEnd(2_500, "word & <word> "),
  "---\n",
];

/** An answer in random pieces, cut between any two characters. */
function pieces(random: Seeded): string {
  const text = Array.from({ length: random.int(1, 5) }, () => random.pick(BLOCKS)).join("\n\n");
  const chars = [...text];
  const directives: string[] = [];
  while (chars.length > 0) {
    const piece = chars.splice(0, random.chance(0.3) ? random.int(1, 4) : random.int(5, 90)).join("");
    directives.push(`[[json:${JSON.stringify(piece).replaceAll("]]", "]\\u005d").replaceAll("[[", "[\\u005b")}]]`);
  }
  return directives.join("");
}

const TOOLS = [
  '[[tool:view_file {"path":"src/claim.ts"}]]',
  '[[tool:list_dir {"path":"."}]]',
  '[[tool:grep {"pattern":"claim"}]]',
  '[[tool:view_file {"path":"no/such.ts"}]]',
  "[[tool:no_such_tool {}]]",
];

/** One message: thinks, says, calls, says again; or fails in the middle. */
function message(random: Seeded): string {
  const think = random.chance(0.6) ? "[[think:First I look at <b>claim</b> & then at what calls it, slowly.]]" : "";
  const calls = Array.from({ length: random.int(0, 3) }, () => random.pick(TOOLS)).join("");
  const more =
    calls && random.chance(0.5) ? `[[next:${pieces(random).replaceAll("[[", "{{").replaceAll("]]", "}}")}]]` : "";
  const fault = random.chance(0.15) ? `[[errorat:${random.int(1, 30)}]]` : "";
  return `[[slow:${random.int(1, 4)}]]${think}${pieces(random)}${calls}${more}${fault}[[then:Done.]]`;
}

interface Place {
  project: string;
  session: string;
  chat: string;
  /** Another chat of the session; its page is not looked at. */
  other: string;
}

/** `panes`: both chats are on the page, and its layout changes; `faulty`: what is refused meanwhile is refused. */
type Kind = "chat" | "panes" | "faulty";

class Story implements AsyncDisposable {
  readonly readers: LivePage[] = [];
  readonly runs: string[] = [];

  constructor(
    private readonly boo: TestApp,
    private readonly random: Seeded,
    private readonly place: Place,
    private readonly kind: Kind,
  ) {}

  get path(): string {
    return this.kind === "panes" ? `/sessions/${this.place.session}` : `/chats/${this.place.chat}`;
  }

  get faulty(): boolean {
    return this.kind === "faulty";
  }

  async step(): Promise<void> {
    try {
      await this.act(this.random.next());
    } catch (error) {
      if (!this.faulty || !/answered 503/.test(String(error))) throw error;
    }
    await Bun.sleep(this.random.int(0, 20));
  }

  private async act(dice: number): Promise<void> {
    const { random, readers, runs, place } = this;
    const reader = readers.length > 0 ? random.pick(readers) : null;
    if (dice < 0.2) readers.length < 4 && (await this.join());
    else if (dice < 0.42) reader?.connected && (await reader.drop());
    else if (dice < 0.72) reader && !reader.connected && (await reader.connect());
    else if (dice < 0.8) runs.length < 4 && (await this.ask());
    else if (dice < 0.82) await this.boo.ask(place.other, message(random));
    else if (dice < 0.85) await this.try("POST", `/runs/${runs.at(-1)}/cancellation`);
    else if (dice < 0.88) await this.try("POST", `/runs/${runs.at(-1)}/promotion`);
    else if (dice < 0.91) await this.try("POST", `/runs/${runs.at(-1)}/continuation`);
    else if (dice < 0.92) await this.try("DELETE", `/runs/${runs.at(-1)}`);
    else if (dice < 0.94) await this.try("PATCH", this.path, { title: `Renamed ${random.int(1, 99)}` });
    else if (dice < 0.95) await this.try("PATCH", `/sessions/${place.session}`, { title: `<b> ${random.int(1, 99)}` });
    else if (dice < 0.96) await trimJournal(this.boo.database.sql, random.int(5, 60), 600);
    else if (this.faulty) await cutConnections(this.boo);
    else if (this.kind === "panes") await this.arrange();
  }

  /** Changes the layout somehow; what is not possible now is refused. */
  private async arrange(): Promise<void> {
    const { random, place } = this;
    const { layout } = await this.boo.get<{ layout: Layout }>(`/sessions/${place.session}/layout`);
    const pane = random.pick(panes(layout)).id;
    const tab = random.int(1, 2);
    const change = random.pick<object>([
      { change: "activate", tab },
      { change: "split", pane, direction: random.pick(["row", "column"]), tab },
      { change: "open", kind: "chat", chat_id: random.pick([place.chat, place.other]), pane },
      { change: "open", kind: "file", path: "README.md", pane },
      { change: "close", tab },
      { change: "reopen" },
      { change: "close_pane", pane },
      { change: "maximise", pane },
      { change: "focus", pane },
    ]);
    await this.try("POST", `/sessions/${place.session}/layout/changes`, change);
  }

  async join(): Promise<void> {
    const page = await LivePage.load(this.boo.url, this.path);
    // Between the page and its stream the answer goes on.
    if (this.random.chance(0.4)) await Bun.sleep(this.random.int(1, 20));
    if (await page.connect()) this.readers.push(page);
  }

  async ask(): Promise<void> {
    const { run } = await this.boo.ask(this.place.chat, message(this.random));
    this.runs.push(run.id);
  }

  /** Most of these come too late or too early: a conflict is an answer, and so is that what was taken back is gone. */
  private async try(method: string, path: string, body: unknown = {}): Promise<void> {
    if (path.includes("undefined")) return;
    const response = await fetch(this.boo.url + path, {
      method,
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect([200, 202, 204, 404, 409, 422, ...(this.faulty ? [503] : [])]).toContain(response.status);
  }

  async settled(chat: string): Promise<void> {
    await until(async () => {
      const { live, queue } = await this.boo.get<{ live: unknown; queue: unknown[] }>(`/chats/${chat}`).catch(away);
      return live === null && queue.length === 0;
    }, 15_000);
  }

  /** Every reader that is left, and one that kept its line all the time. */
  async agree(): Promise<void> {
    const load = () => LivePage.load(this.boo.url, this.path).catch(() => null);
    if (this.readers.length === 0) this.readers.push(await until(load));
    for (const reader of this.readers) if (!reader.connected) await until(() => reader.connect());
    const fresh = await until(load);
    if (this.kind !== "panes") expect(fresh.shown("#main")).toContain("Done.");
    const regions =
      this.kind === "panes" ? REGIONS.flatMap((selector) => fresh.ids(selector)).map((id) => `#${id}`) : ["#main"];
    expect(regions.length).toBeGreaterThan(0);
    const wanted = regions.map((region) => fresh.shown(region));
    const isThere = (reader: LivePage) => regions.every((region, i) => reader.shown(region) === wanted[i]);
    for (const reader of this.readers) {
      await until(() => isThere(reader), 3_000).catch(() => {});
      for (const [i, region] of regions.entries()) expect(reader.shown(region)).toBe(wanted[i]!);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const reader of this.readers) await reader.drop();
  }
}

const away = () => ({ live: true, queue: [] });

/** A page keeps views that are hidden now, so views are compared one by one. */
const REGIONS = ['[id^="view-"]', '[id^="bars-"]', '[id^="head-"]', '[id^="hf-"]', '[id^="layout-"]'];

/** As when Postgres restarts, but quicker. */
async function cutConnections({ database: { sql } }: TestApp): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name = 'boocode'`;
}

async function tell(seed: number, kind: Kind): Promise<void> {
  const random = new Seeded(seed);
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm, env: { BOOCODE_LOG_LEVEL: "error" } });
  const { project, session, chat } = await boo.chat();
  const { chat: other } = await boo.send<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, {});
  await using story = new Story(boo, random, { project, session, chat, other: other.id }, kind);
  await story.ask();
  await story.join();
  const end = Date.now() + 1_500;
  while (Date.now() < end) await story.step();
  await until(() => boo.ask(chat, "[[say:Done.]]", { client_id: "last" }).catch(() => null));
  await story.settled(chat);
  await story.settled(other.id);
  await story.agree();
}

describe("a live page", () => {
  for (const seed of seeds([1, 2, 3]))
    test(`shows what a page loaded later shows (SEED=${seed})`, () => tell(seed, "chat"), 30_000);
  for (const seed of seeds([51, 52]))
    test(`also when its panes change (SEED=${seed})`, () => tell(seed, "panes"), 30_000);
  for (const seed of seeds([101, 102]))
    test(`also when the database's connections break (SEED=${seed})`, () => tell(seed, "faulty"), 30_000);
});
