/**
 * All MCP servers: what mcp.json says, what is remembered, and what runs. Pages and turns read what is known and never wait
 * for a server; what is not known is asked behind them.
 */
import { DESK } from "../../domain/event.ts";
import {
  callNames,
  MCP_OFFERED_MAX,
  type McpServer,
  type McpSnapshot,
  type McpTool,
  type McpToolFacts,
} from "../../domain/mcp.ts";
import type { Tool } from "../../domain/tool.ts";
import { joinCommand } from "../../lib/command-line.ts";
import { messageOf, notFound } from "../../lib/errors.ts";
import { globFits, globsAllow } from "../../lib/globs.ts";
import { storable, storableJson } from "../../lib/storable.ts";
import { deleteMcpSnapshots, listMcpSnapshots, putMcpSnapshot } from "../../store/mcp.ts";
import { transact } from "../core.ts";
import { type McpFile, type McpSpec, readMcpFile } from "./file.ts";
import { type McpCore, McpLink } from "./link.ts";
import { asTool } from "./tool.ts";

/** So many servers are asked at once for what they offer. */
const LEARNERS = 4;

export class McpServers {
  private readonly links = new Map<string, McpLink>();
  private remembered = new Map<string, McpSnapshot>();
  private file: McpFile = { specs: [], error: null };
  private readonly learning: { link: McpLink; fresh: boolean }[] = [];
  private learners = 0;
  private offered: Tool[] | null = null;
  private saving: Promise<void> = Promise.resolve();
  private closed = false;

  /** `taken` are names of tools of our own. */
  constructor(
    private readonly core: McpCore,
    private readonly version: string,
    private readonly taken: ReadonlySet<string>,
  ) {}

  /** Knows what was remembered; nothing is started before it is needed, but for servers that nobody asked yet. */
  async start(): Promise<void> {
    const rows = await listMcpSnapshots(this.core.sql);
    this.remembered = new Map(rows.map((row) => [row.name, row]));
    await this.look();
  }

  /** Takes up what changed in mcp.json; costs one stat otherwise. Never throws, never waits for a server. */
  async look(): Promise<void> {
    const file = await readMcpFile(this.core.config.home);
    if (this.closed) return;
    if (file !== this.file) this.take(file);
    for (const link of this.links.values()) if (link.isUnknown) this.learnSoon(link);
  }

  async list(): Promise<{ servers: McpServer[]; problem: string | null }> {
    await this.look();
    const named = this.named();
    return { servers: [...this.links.values()].map((link) => viewOf(link, named)), problem: this.file.error };
  }

  /** One server with the end of what it complained about. Throws not_found. */
  async find(name: string): Promise<{ server: McpServer; spec: McpSpec; complaints: string }> {
    await this.look();
    const link = this.links.get(name);
    if (!link) throw notFound("MCP server");
    return { server: viewOf(link, this.named()), spec: link.spec, complaints: link.complaints };
  }

  /** The tools that models are offered now, by name. */
  async tools(): Promise<readonly Tool[]> {
    await this.look();
    this.offered ??= this.named()
      .filter(({ tool, link }) => link.spec.enabled && tool.left_out === null)
      .map(({ tool, link }) => asTool(link.spec.name, tool, this))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.offered;
  }

  /** A tool as its server tells of it now, and the server; null when either is gone or off. */
  current(server: string, name: string): { link: McpLink; tool: McpToolFacts } | null {
    const link = this.links.get(server);
    const tool = link?.spec.enabled ? link.tools.find((one) => one.name === name) : undefined;
    return link && tool ? { link, tool: withReads(link.spec, tool) } : null;
  }

  /** Starts these anew, all that are on without names, and reads their tools behind the answer. */
  async check(names?: readonly string[]): Promise<void> {
    await this.look();
    for (const name of names ?? []) if (!this.links.has(name)) throw notFound("MCP server");
    for (const link of this.links.values())
      if (names ? names.includes(link.spec.name) : link.spec.enabled) this.learnSoon(link, true);
    this.tell(null);
  }

  /** Of processes that run now; everything else that bears our marker is a stray. */
  processIds(): string[] {
    return [...this.links.values()].flatMap((link) => link.process_id ?? []);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.learning.length = 0;
    await Promise.all([...this.links.values()].map((link) => link.end()));
    await this.saving;
  }

  private take(file: McpFile): void {
    this.file = file;
    // A file that cannot be read says nothing about servers: they go on as they were.
    if (file.error !== null && file.specs.length === 0 && this.links.size > 0) return;
    const specs = new Map(file.specs.map((spec) => [spec.name, spec]));
    const gone: string[] = [];
    for (const [name, link] of this.links) {
      const spec = specs.get(name);
      if (spec?.stamp === link.spec.stamp) {
        if (link.spec.enabled && !spec.enabled) void link.stop();
        link.spec = spec;
        specs.delete(name);
        continue;
      }
      this.links.delete(name);
      void link.end();
      if (!spec) gone.push(name);
    }
    const links = [...this.links.values(), ...[...specs.values()].map((spec) => this.linkOf(spec))];
    this.links.clear();
    for (const link of links.sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1))) this.links.set(link.spec.name, link);
    this.offered = null;
    if (gone.length > 0) this.save(() => deleteMcpSnapshots(this.core.sql, gone));
    this.tell(null);
  }

  private linkOf(spec: McpSpec): McpLink {
    return new McpLink({
      core: this.core,
      version: this.version,
      spec,
      snapshot: this.remembered.get(spec.name) ?? null,
      changed: (link, snapshot) => {
        if (this.links.get(link.spec.name) !== link) return;
        if (snapshot) this.offered = null;
        this.tell(snapshot);
      },
    });
  }

  private learnSoon(link: McpLink, fresh = false): void {
    if (this.closed || this.learning.some((one) => one.link === link)) return;
    link.starting = true;
    this.learning.push({ link, fresh });
    if (this.learners < LEARNERS) void this.learner();
  }

  private async learner(): Promise<void> {
    this.learners++;
    for (let next = this.learning.shift(); next; next = this.learning.shift()) await next.link.learn(next.fresh);
    this.learners--;
  }

  /** Every tool under the name that models call it by; the same whatever runs and whatever is switched off. */
  private named(): Named[] {
    const all = [...this.links.values()].flatMap((link) => link.tools.map((facts) => ({ link, facts })));
    const names = callNames(
      all.map(({ link, facts }) => ({ server: link.spec.name, name: facts.name })),
      this.taken,
      (text) => new Bun.CryptoHasher("sha256").update(text).digest("hex"),
    );
    const offered = new Map<McpLink, number>();
    return all.map(({ link, facts }, i) => {
      const count = offered.get(link) ?? 0;
      const left_out = whyNot(link.spec, facts, count);
      if (left_out === null) offered.set(link, count + 1);
      return { link, tool: { ...withReads(link.spec, facts), called: names[i]!, left_out } };
    });
  }

  private tell(snapshot: McpSnapshot | null): void {
    this.save(() =>
      transact(this.core, async (tx, emit) => {
        if (snapshot) await putMcpSnapshot(tx, clean(snapshot));
        emit({ topic: DESK, kind: "mcp.changed", payload: { server: snapshot?.name ?? null } });
      }),
    );
  }

  /** One after another: the newest snapshot is the last one written. */
  private save(work: () => Promise<void>): void {
    this.saving = this.saving
      .then(work)
      .catch((error) => this.core.log.warn("mcp.not_stored", { reason: messageOf(error) }));
  }
}

interface Named {
  link: McpLink;
  tool: McpTool;
}

function whyNot(spec: McpSpec, { name }: McpToolFacts, offered: number): string | null {
  if (!globsAllow(spec.tools, name)) return "not chosen";
  if (offered >= MCP_OFFERED_MAX) return `more than ${MCP_OFFERED_MAX}: choose which`;
  return null;
}

/** What the human says about a tool counts more than what its server says. */
const withReads = (spec: McpSpec, tool: McpToolFacts): McpToolFacts =>
  spec.reads.some((glob) => globFits(glob, tool.name)) ? { ...tool, effect: "reads" } : tool;

const clean = (snapshot: McpSnapshot): McpSnapshot => ({
  ...snapshot,
  tools: storableJson(snapshot.tools),
  problems: storableJson(snapshot.problems),
  error: snapshot.error === null ? null : storable(snapshot.error),
  version: snapshot.version === null ? null : storable(snapshot.version),
  complaints: storable(snapshot.complaints).slice(-COMPLAINTS_CHARS),
});
const COMPLAINTS_CHARS = 8_000;

function viewOf(link: McpLink, named: readonly Named[]): McpServer {
  const { spec, snapshot } = link;
  return {
    name: spec.name,
    transport: spec.argv === null ? "http" : "stdio",
    enabled: spec.enabled,
    target: spec.argv === null ? shownAddress(spec.url ?? "") : joinCommand(spec.argv),
    given: Object.keys(spec.argv === null ? spec.headers : spec.env),
    state: link.starting ? "starting" : (snapshot?.state ?? "unknown"),
    error: snapshot?.error ?? null,
    running: link.running,
    pid: link.pid,
    version: snapshot?.version ?? null,
    tools: named.filter((one) => one.link === link).map(({ tool }) => tool),
    problems: snapshot?.problems ?? [],
    start_ms: snapshot?.start_ms ?? null,
    checked_at: snapshot?.checked_at ?? null,
  };
}

/** Keys are often part of an address. */
export function shownAddress(address: string): string {
  const url = URL.parse(address);
  if (!url) return address.replace(/\?.*$/s, "?…");
  const user = url.username || url.password ? "…@" : "";
  return `${url.protocol}//${user}${url.host}${url.pathname}${url.search ? "?…" : ""}`;
}
