/**
 * A browser's page without a browser: the HTML of a URL in a DOM, and its event stream applied to it as htmx would, with
 * cuts and reconnects at will. `shown(selector)` gives what a reader sees, without what only the moment decides.
 */
import { Window } from "happy-dom";
import { EventReader, type Frame } from "./events.ts";
import { until } from "./until.ts";

const window = new Window({ settings: { disableCSSFileLoading: true, disableJavaScriptFileLoading: true } });
type Doc = ReturnType<typeof parse>;
type Element = NonNullable<ReturnType<Doc["querySelector"]>>;
const parse = (html: string) => new window.DOMParser().parseFromString(html, "text/html");

export class LivePage implements AsyncDisposable {
  /** Position of the last frame that had one; what a reconnect sends. */
  last_id: string | null = null;
  /** How often the server said that the page must load itself again. */
  resets = 0;
  frames = 0;
  private doc: Doc;
  private reader: EventReader | null = null;
  private reading: Promise<void> = Promise.resolve();

  private constructor(
    private readonly origin: string,
    private readonly path: string,
    html: string,
  ) {
    this.doc = parse(html);
  }

  /** Loads the page; its stream is not connected yet. */
  static async load(origin: string, path: string): Promise<LivePage> {
    return new LivePage(origin, path, await fetchPage(origin, path));
  }

  get connected(): boolean {
    return this.reader !== null && !this.reader.ended;
  }

  /** Connects where the page was drawn, or after the last frame that was applied; false when the server cannot now. */
  async connect(): Promise<boolean> {
    const url = this.doc.getElementById("stream")?.getAttribute("hx-sse:connect");
    if (!url) throw new Error(`${this.path} has no stream`);
    const reader = await EventReader.open(
      this.origin + url,
      this.last_id === null ? {} : { "last-event-id": this.last_id },
    );
    if (!reader.response.ok) {
      await reader[Symbol.asyncDispose]();
      return false;
    }
    this.reader = reader;
    this.reading = this.follow(reader);
    return true;
  }

  /** Cuts the stream; frames that came but were not applied yet are lost, as in a browser. */
  async drop(): Promise<void> {
    const { reader } = this;
    this.reader = null;
    await reader?.[Symbol.asyncDispose]();
    await this.reading;
  }

  private async follow(reader: EventReader): Promise<void> {
    while (this.reader === reader) {
      // A quiet stream is no fault here.
      const frame = await reader.nextFrame().catch(() => undefined);
      if (frame === undefined) continue;
      if (!frame || this.reader !== reader) return;
      await this.take(frame);
    }
  }

  private async take({ event, id, data }: Frame): Promise<void> {
    if (event === "reset") {
      this.resets++;
      this.last_id = null;
      // A page that says that the database is away loads itself again, too.
      this.doc = parse(await until(() => fetchPage(this.origin, this.path).catch(() => null)));
      return;
    }
    if (id !== null) this.last_id = id;
    if (event !== null) return;
    this.frames++;
    this.swap(data);
  }

  private swap(html: string): void {
    for (const partial of parse(html).querySelectorAll("hx-partial")) {
      const target = this.doc.querySelector(partial.getAttribute("hx-target") ?? "");
      if (!target) continue;
      const nodes = [...partial.childNodes].map((node) => this.doc.importNode(node, true));
      const how = partial.getAttribute("hx-swap");
      if (how === "beforeend") target.append(...nodes);
      else if (how === "innerHTML") target.replaceChildren(...nodes);
      else if (how === "outerHTML" || how === "outerMorph") target.replaceWith(...nodes);
      else if (how === "delete") target.remove();
      else throw new Error(`unknown swap ${how}`);
    }
  }

  /** One element as text to compare: an indented outline without what only the moment or the reader decides. */
  shown(selector: string): string {
    const element = this.doc.querySelector(selector);
    if (!element) return `no ${selector}`;
    const lines: string[] = [];
    outline(element, 0, lines);
    return lines.join("\n");
  }

  text(selector: string): string {
    return this.doc.querySelector(selector)?.textContent ?? "";
  }

  count(selector: string): number {
    return this.doc.querySelectorAll(selector).length;
  }

  /** Ids of all that fits. */
  ids(selector: string): string[] {
    return [...this.doc.querySelectorAll(selector)].map((element) => element.id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drop();
  }
}

async function fetchPage(origin: string, path: string): Promise<string> {
  const response = await fetch(origin + path, { headers: { accept: "text/html" } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.text();
}

/** Ages tick, what calls cost on average moves with every call and is drawn with the page, details are opened by the reader, and each composer has an id of its own. */
const OF_THE_MOMENT = new Set(["open", "data-age", "data-live", "datetime"]);

function outline(element: Element, depth: number, lines: string[]): void {
  const name = element.tagName.toLowerCase();
  const attributes = [...element.attributes]
    .filter(({ name }) => !OF_THE_MOMENT.has(name))
    .filter(({ name }) => !(name === "value" && element.getAttribute("name") === "client_id"))
    .map(({ name, value }) => ` ${name}="${value}"`)
    .toSorted();
  const pad = " ".repeat(depth);
  lines.push(`${pad}<${name}${attributes.join("")}>`);
  if (element.hasAttribute("data-age") || element.hasAttribute("data-mean")) return;
  element.normalize();
  for (const node of element.childNodes) {
    if (node.nodeType === 1) outline(node as unknown as Element, depth + 1, lines);
    else if (node.nodeType === 3 && node.textContent?.trim())
      lines.push(`${pad} ${JSON.stringify(node.textContent.trim())}`);
  }
}
