/**
 * The claim that all of the live page stands on: a page drawn at a head and the events after it show what a page drawn
 * later shows, whoever joins when, and however often their line is cut.
 */
import { describe, expect, test } from "bun:test";
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

class Story implements AsyncDisposable {
  readonly readers: LivePage[] = [];
  readonly runs: string[] = [];

  constructor(
    private readonly boo: TestApp,
    private readonly random: Seeded,
    private readonly place: { session: string; chat: string },
  ) {}

  async step(): Promise<void> {
    const { random, readers } = this;
    const reader = readers.length > 0 ? random.pick(readers) : null;
    const dice = random.next();
    if (dice < 0.2 && readers.length < 4) await this.join();
    else if (dice < 0.45 && reader?.connected) await reader.drop();
    else if (dice < 0.75 && reader && !reader.connected) await reader.connect();
    else if (dice < 0.85 && this.runs.length < 4) await this.ask();
    else if (dice < 0.88) await this.act("cancellation");
    else if (dice < 0.91) await this.act("promotion");
    else if (dice < 0.94) await this.act("continuation");
    await Bun.sleep(random.int(0, 20));
  }

  async join(): Promise<void> {
    const page = await LivePage.load(this.boo.url, `/chats/${this.place.chat}`);
    // Between the page and its stream the answer goes on.
    if (this.random.chance(0.4)) await Bun.sleep(this.random.int(1, 20));
    await page.connect();
    this.readers.push(page);
  }

  async ask(): Promise<void> {
    const { run } = await this.boo.ask(this.place.chat, message(this.random));
    this.runs.push(run.id);
  }

  /** Most of these come too late or too early: a conflict is an answer. */
  private async act(verb: string): Promise<void> {
    const id = this.runs.at(-1);
    if (!id) return;
    const response = await fetch(`${this.boo.url}/runs/${id}/${verb}`, {
      method: "POST",
      headers: { accept: "application/json" },
    });
    expect([202, 409]).toContain(response.status);
  }

  async settled(): Promise<void> {
    await until(async () => {
      const { live, queue } = await this.boo.get<{ live: unknown; queue: unknown[] }>(`/chats/${this.place.chat}`);
      return live === null && queue.length === 0;
    }, 15_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const reader of this.readers) await reader.drop();
  }
}

/** Until the page shows what a page that is loaded now shows. */
async function agrees(boo: TestApp, reader: LivePage, path: string, selector: string): Promise<void> {
  const fresh = await LivePage.load(boo.url, path);
  const wanted = fresh.shown(selector);
  await until(() => reader.shown(selector) === wanted, 3_000).catch(() => {});
  expect(reader.shown(selector)).toBe(wanted);
}

describe("a live page", () => {
  for (const seed of seeds([1, 2, 3, 4, 5, 6])) {
    test(`shows what a page loaded later shows (SEED=${seed})`, async () => {
      const random = new Seeded(seed);
      await using llm = await fakeLlm();
      await using boo = await testApp({ llm });
      const place = await boo.chat();
      await using story = new Story(boo, random, place);
      if (random.chance(0.5)) await story.join();
      await story.ask();
      const end = Date.now() + 2_000;
      while (Date.now() < end) await story.step();
      await story.settled();
      if (story.readers.length === 0) await story.join();
      for (const reader of story.readers) if (!reader.connected) await reader.connect();
      for (const reader of story.readers) await agrees(boo, reader, `/chats/${place.chat}`, "#main");
    }, 30_000);
  }
});
