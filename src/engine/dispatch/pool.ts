/**
 * Live agents: one process per (chat, provider), kept warm between messages, closed when idle, and never more at a time
 * than the setting says. A process is a row before it is trusted.
 */
import { readTextFile, writeTextFile } from "../../drivers/acp/client-fs.ts";
import { ClientTerminals } from "../../drivers/acp/client-terminal.ts";
import { type AcpAgent, connectAgent } from "../../drivers/acp/connection.ts";
import { usageOf } from "../../drivers/agents/process-table.ts";
import { joinCommand } from "../../lib/command-line.ts";
import { messageOf } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { endProcess, insertProcess, setProcess } from "../../store/processes.ts";
import type { Core } from "../core.ts";
import { type Found, type KnownSpec, startEnv } from "../providers/registry.ts";
import { type AgentProcessView, type Guest, hear, type Warm } from "./live-agents.ts";
import { CANCELLED } from "./permission.ts";

export type PoolCore = Pick<Core, "config" | "sql" | "log" | "instance">;

const keyOf = (chatId: string, provider: string) => `${chatId} ${provider}`;

export class AgentPool {
  private readonly warm = new Map<string, Warm>();
  private readonly guests = new Set<Guest>();
  private readonly launching = new Set<string>();
  private readonly queue: (() => void)[] = [];
  /** Processes that are being started: they count, too. */
  private starting = 0;
  private closed = false;

  constructor(private readonly core: PoolCore) {}

  /** The live process of this chat and provider, marked busy; null when there is none that can be used. */
  take(chatId: string, provider: string, cwd: string): Warm | null {
    const warm = this.warm.get(keyOf(chatId, provider));
    if (!warm) return null;
    if (!warm.agent.alive || warm.cwd !== cwd) {
      void this.drop(warm, "gently");
      return null;
    }
    this.occupy(warm);
    return warm;
  }

  /** Starts one, after others made room; `waits` is told the number in the line. Aborting leaves the line. */
  async start(
    input: { chat_id: string; spec: KnownSpec; found: Found; cwd: string },
    signal: AbortSignal,
    waits: (position: number) => void,
  ): Promise<Warm> {
    await this.room(signal, waits);
    try {
      return await this.launch(input, signal);
    } finally {
      this.starting--;
      this.next();
    }
  }

  /** Kept warm for the next message; closed when nobody comes. */
  release(warm: Warm): void {
    warm.listener = null;
    warm.busy = false;
    warm.used_at = Date.now();
    if (this.closed || !warm.agent.alive || !warm.session) {
      void this.drop(warm, "gently");
      return;
    }
    warm.idle = setTimeout(() => void this.drop(warm, "gently"), this.core.config.agent_idle_s * 1000);
    warm.idle.unref();
    this.next();
  }

  /** Ends it, with everything it started. */
  async drop(warm: Warm, how: "gently" | "now"): Promise<void> {
    if (warm.idle) clearTimeout(warm.idle);
    if (this.warm.get(warm.key) === warm) this.warm.delete(warm.key);
    warm.terminals.close();
    const exit = await warm.agent.end(how);
    await this.settleRow(warm.process_id, exit.signal ?? `code ${exit.code}`);
    this.next();
  }

  private settleRow(id: string, ended: string): Promise<void> {
    return endProcess(this.core.sql, id, ended).catch((error) =>
      this.core.log.warn("process.not_settled", { reason: messageOf(error) }),
    );
  }

  /** A place for a program that is started elsewhere, with its row and its marker. Aborting leaves the line. */
  async admit(
    input: { chat_id: string; provider: string; command: string },
    signal: AbortSignal,
    waits: (position: number) => void,
  ): Promise<Guest> {
    await this.room(signal, waits);
    try {
      const process_id = newId();
      await insertProcess(this.core.sql, { id: process_id, ...input });
      const { chat_id, provider } = input;
      const marker = `${this.core.instance}:${process_id}`;
      const guest: Guest = { process_id, chat_id, provider, marker, pid: null, started_at: Date.now() };
      this.guests.add(guest);
      return guest;
    } finally {
      this.starting--;
    }
  }

  /** It runs now. */
  async began(guest: Guest, facts: { pid: number; started: string }): Promise<void> {
    guest.pid = facts.pid;
    await setProcess(this.core.sql, guest.process_id, facts);
  }

  /** It is gone; whatever it started as well. */
  async leave(guest: Guest, ended: string): Promise<void> {
    this.guests.delete(guest);
    this.next();
    await this.settleRow(guest.process_id, ended);
  }

  /** A name for a program that is started beside all chats for one thing: ours as long as that goes on. */
  own(): { id: string } & Disposable {
    const id = newId();
    this.launching.add(id);
    return { id, [Symbol.dispose]: () => void this.launching.delete(id) };
  }

  /** Ends those of a chat, of a session's chats, or all. */
  async dropWhere(which: (warm: Warm) => boolean, how: "gently" | "now" = "gently"): Promise<void> {
    await Promise.all([...this.warm.values()].filter(which).map((warm) => this.drop(warm, how)));
  }

  get count(): number {
    return this.warm.size;
  }

  /** What runs, with memory and processor time of everything each started. */
  async view(): Promise<AgentProcessView[]> {
    const warm = [...this.warm.values()].map((w) => ({ ...w, ...facts(w.agent), id: w.process_id }));
    const guests = [...this.guests].flatMap((g) =>
      g.pid === null ? [] : { ...g, id: g.process_id, pid: g.pid, busy: true, heard_at: null },
    );
    const all = [...warm, ...guests].map(async ({ id, provider, chat_id, pid, busy, marker, ...at }) => ({
      id,
      provider,
      chat_id,
      pid,
      busy,
      started_at: new Date(at.started_at),
      heard_at: at.heard_at === null ? null : new Date(at.heard_at),
      usage: await usageOf(marker),
    }));
    return Promise.all(all);
  }

  /** Rows of everything that runs, or is about to. */
  ids(): Set<string> {
    const running = [...this.warm.values(), ...this.guests].map((one) => one.process_id);
    return new Set([...running, ...this.launching]);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const wake of this.queue.splice(0)) wake();
    await this.dropWhere(() => true);
  }

  private occupy(warm: Warm): void {
    if (warm.idle) clearTimeout(warm.idle);
    warm.idle = null;
    warm.busy = true;
  }

  private get full(): boolean {
    return this.warm.size + this.guests.size + this.starting >= this.core.config.agents_max;
  }

  /** Idle ones give way, the one that was used longest ago first; else it waits in line. */
  private async room(signal: AbortSignal, waits: (position: number) => void): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (!this.full) break;
      const idle = [...this.warm.values()].filter((w) => !w.busy).sort((a, b) => a.used_at - b.used_at)[0];
      if (idle) {
        await this.drop(idle, "gently");
        continue;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.queue.push(resolve);
      waits(this.queue.length);
      signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
      const at = this.queue.indexOf(resolve);
      if (at >= 0) this.queue.splice(at, 1);
    }
    this.starting++;
  }

  private next(): void {
    if (!this.full || [...this.warm.values()].some((w) => !w.busy)) this.queue.shift()?.();
  }

  private async launch(
    { chat_id, spec, found, cwd }: { chat_id: string; spec: KnownSpec; found: Found; cwd: string },
    signal: AbortSignal,
  ): Promise<Warm> {
    const { sql, log, instance } = this.core;
    const started = startEnv(spec);
    const process_id = newId();
    this.launching.add(process_id);
    await insertProcess(sql, { id: process_id, provider: spec.id, chat_id, command: joinCommand(found.argv) });
    const marker = `${instance}:${process_id}`;
    const terminals = new ClientTerminals({
      root: cwd,
      marker,
      ...started,
      output: (id, text) => warm.listener?.output(id, text),
    });
    const warm = {
      key: keyOf(chat_id, spec.id),
      chat_id,
      provider: spec.id,
      process_id,
      cwd,
      session: null,
      commands: [],
      cost_usd: null,
      listener: null,
      terminals,
      busy: true,
      idle: null,
      used_at: Date.now(),
      started_at: Date.now(),
      heard_at: null,
    } as Omit<Warm, "agent"> as Warm;
    let stop = () => {};
    const abort = () => stop();
    signal.addEventListener("abort", abort, { once: true });
    try {
      warm.agent = await connectAgent({
        label: spec.label,
        line: { argv: found.argv, cwd, ...started, marker },
        client: {
          permission: (params, asked) => warm.listener?.permission(params, asked) ?? Promise.resolve(CANCELLED),
          // gemini's own check for a missing file never matches a client's answer: it is left to write by itself.
          ...(spec.client_fs === false
            ? {}
            : { readTextFile: (p) => readTextFile(cwd, p), writeTextFile: (p) => writeTextFile(cwd, p) }),
          terminal: terminals,
        },
        update: (params) => {
          warm.heard_at = Date.now();
          hear(warm, params);
        },
        ready: () => warm.listener?.ready() ?? null,
        log: (event, fields) => log.info(event, { ...fields, chat_id }),
        started: async (process) => {
          stop = () => void process.end("now");
          if (signal.aborted) stop();
          await setProcess(sql, process_id, { pid: process.pid, started: process.started });
        },
      });
    } catch (error) {
      await endProcess(sql, process_id, messageOf(error).slice(0, 300)).catch(() => {});
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
      this.launching.delete(process_id);
    }
    this.warm.set(warm.key, warm);
    // One that dies between two messages is not there for the next.
    void warm.agent.exited.then(() => {
      if (!warm.busy) void this.drop(warm, "now");
    });
    return warm;
  }
}

const facts = ({ process: { pid, marker } }: AcpAgent) => ({ pid, marker });
