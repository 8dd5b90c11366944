/**
 * One MCP server as we know it: what is remembered of its tools, and the conversation with it, which begins when a tool is
 * called and ends when nobody did for a while. A server that does not start is left alone for a time that grows.
 */
import type { McpSnapshot, McpToolFacts } from "../../domain/mcp.ts";
import type { Answer } from "../../drivers/mcp/answer.ts";
import { CALL_TIMEOUT_MS, complaintsIn, type McpConnection } from "../../drivers/mcp/connection.ts";
import { isForgotten } from "../../drivers/mcp/faults.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { messageOf } from "../../lib/errors.ts";
import { storable } from "../../lib/storable.ts";
import { endProcess } from "../../store/processes.ts";
import type { Core } from "../core.ts";
import type { McpSpec } from "./file.ts";
import { openServer } from "./open.ts";

export type McpCore = Pick<Core, "config" | "sql" | "log" | "journal" | "instance">;

/** After the first, second, … start in a row that failed. */
const RETRY_MS = [2_000, 10_000, 60_000, 300_000];
/** A list that changes and changes is asked for this often at most. */
const RELIST_MS = 1_000;
const COMPLAINTS_CHARS = 8_000;

export interface LinkOptions {
  core: McpCore;
  version: string;
  spec: McpSpec;
  snapshot: McpSnapshot | null;
  /** Something about it is different now; `snapshot` when it is to be stored. */
  changed(link: McpLink, snapshot: McpSnapshot | null): void;
}

export interface LinkCall {
  signal: AbortSignal;
  progress(text: string): void;
}

export class McpLink {
  /** Globs, limits and whether it is on may change under it; another start makes another link. */
  spec: McpSpec;
  snapshot: McpSnapshot | null;
  starting = false;
  private connection: McpConnection | null = null;
  private opening: Promise<McpConnection> | null = null;
  private readonly over = new AbortController();
  private failures = 0;
  private retryAt = 0;
  private calls = 0;
  private idle: ReturnType<typeof setTimeout> | null = null;
  private relist: ReturnType<typeof setTimeout> | null = null;
  /** Names its process while one is there. */
  private process: string | null = null;

  constructor(private readonly options: LinkOptions) {
    this.spec = options.spec;
    this.snapshot = options.snapshot?.stamp === options.spec.stamp ? options.snapshot : null;
  }

  get tools(): readonly McpToolFacts[] {
    return this.snapshot?.tools ?? [];
  }
  get running(): boolean {
    return this.connection?.alive ?? false;
  }
  get pid(): number | null {
    return this.running ? (this.connection?.pid ?? null) : null;
  }
  get process_id(): string | null {
    return this.process;
  }
  /** What it complained about: now, or when it was heard last. */
  get complaints(): string {
    return this.connection?.complaints() || (this.snapshot?.complaints ?? "");
  }
  /** Nothing is known of its tools, and it may be asked again. */
  get isUnknown(): boolean {
    const never = this.snapshot === null || (this.snapshot.state === "error" && this.snapshot.tools.length === 0);
    return never && !this.starting && this.spec.enabled && performance.now() >= this.retryAt;
  }

  /** Starts it, whatever came before, and reads its tools; what comes of it is in `snapshot`. */
  async learn(fresh = false): Promise<void> {
    this.retryAt = 0;
    // What is being called goes on; then its list is enough.
    if (fresh && this.calls > 0) this.listAgain();
    else if (fresh) await this.drop("gently");
    await this.connect().catch(() => {});
    if (!this.starting) return;
    this.starting = false;
    this.options.changed(this, null);
  }

  /** It was switched off: it is started again when it is switched on and called. */
  stop(): Promise<void> {
    return this.drop("gently");
  }

  /** Throws Refusal with a sentence, also when it is not to be started right now; the signal's reason when that fires. */
  async call(name: string, args: Record<string, unknown>, { signal, progress }: LinkCall): Promise<Answer> {
    const timeout_ms = this.spec.timeout_s === null ? CALL_TIMEOUT_MS : this.spec.timeout_s * 1000;
    const calling = { signal, progress, timeout_ms };
    this.calls++;
    this.rouse();
    try {
      const connection = await unlessAborted(this.connect(), signal);
      const answer = await connection.call(name, args, calling).catch(async (error) => {
        if (!isForgotten(error) || signal.aborted) throw error;
        await this.drop("gently");
        return (await unlessAborted(this.connect(), signal)).call(name, args, calling);
      });
      if (this.snapshot?.error) this.keep({ ...this.snapshot, error: null });
      return answer;
    } catch (error) {
      if (!signal.aborted) await this.failed(error);
      throw error;
    } finally {
      this.calls--;
      this.rest();
    }
  }

  /** For good: nothing of it runs when this resolves. */
  async end(): Promise<void> {
    this.over.abort();
    if (this.relist) clearTimeout(this.relist);
    await this.drop("gently");
    await this.opening?.catch(() => {});
  }

  private async connect(): Promise<McpConnection> {
    if (this.connection?.alive) return this.connection;
    this.opening ??= this.open().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async open(): Promise<McpConnection> {
    const wait = this.retryAt - performance.now();
    if (wait > 0)
      throw new Refusal(
        "unavailable",
        "it does not start",
        `${this.snapshot?.error ?? `${this.spec.name} does not start.`} It is tried again in ${Math.ceil(wait / 1000)} s.`,
      );
    this.starting = true;
    this.options.changed(this, null);
    const began = performance.now();
    try {
      const connection = await this.opened();
      const listed = await connection.tools().catch(async (error) => {
        await connection.end("now");
        throw error;
      });
      this.over.signal.throwIfAborted();
      this.connection = connection;
      this.failures = 0;
      this.starting = false;
      this.keep({
        ...this.blank("ready"),
        ...listed,
        version: connection.version,
        start_ms: Math.round(performance.now() - began),
      });
      void connection.over.then((why) => this.ended(connection, why));
      this.rest();
      return connection;
    } catch (error) {
      await this.settleProcess("did not start");
      this.starting = false;
      if (this.over.signal.aborted) throw error;
      this.retryAt = performance.now() + (RETRY_MS[this.failures++] ?? RETRY_MS.at(-1)!);
      const complaints = complaintsIn(error);
      const known = { tools: [...this.tools], version: this.snapshot?.version ?? null };
      this.keep({ ...this.blank("error"), ...known, error: messageOf(error), complaints });
      throw error;
    }
  }

  private async opened(): Promise<McpConnection> {
    const { core, version } = this.options;
    const connection = await openServer(core, this.spec, {
      version,
      signal: this.over.signal,
      born: (id) => {
        this.process = id;
      },
      changed: () => this.listAgain(),
    });
    if (!this.over.signal.aborted) return connection;
    await connection.end("now");
    throw this.over.signal.reason;
  }

  private listAgain(): void {
    this.relist ??= setTimeout(async () => {
      this.relist = null;
      const { connection, snapshot } = this;
      if (!connection?.alive || !snapshot) return;
      const listed = await connection.tools().catch(() => null);
      if (listed && this.connection === connection)
        this.keep({ ...snapshot, ...listed, state: "ready", checked_at: new Date() });
    }, RELIST_MS);
  }

  /** A call that got no answer: a server that answers nothing at all is ended, so that the next call finds another. */
  private async failed(error: unknown): Promise<void> {
    const { connection } = this;
    if (this.snapshot?.state === "ready")
      this.keep({ ...this.snapshot, error: messageOf(error), complaints: storable(this.complaints) });
    const note = error instanceof Refusal ? error.note : "";
    // An address that went away is another conversation when it is back.
    if (note === "cannot be reached") await this.drop("now");
    const silent = note === "no answer in time";
    if (silent && connection?.alive && !(await connection.answers())) await this.drop("now");
  }

  private async ended(connection: McpConnection, why: string): Promise<void> {
    if (this.connection !== connection) return;
    if (this.snapshot)
      this.keep({
        ...this.snapshot,
        error: why,
        complaints: storable(connection.complaints()).slice(-COMPLAINTS_CHARS),
      });
    this.connection = null;
    // Its leader is gone; what it started is not, perhaps.
    await connection.end("now");
    await this.settleProcess(why);
  }

  private async drop(how: "gently" | "now"): Promise<void> {
    const { connection } = this;
    if (this.idle) clearTimeout(this.idle);
    if (!connection) return;
    this.connection = null;
    await connection.end(how);
    await this.settleProcess("ended");
    this.options.changed(this, null);
  }

  private async settleProcess(how: string): Promise<void> {
    const id = this.process;
    this.process = null;
    if (id) await endProcess(this.options.core.sql, id, how.slice(0, 200)).catch(() => {});
  }

  private rouse(): void {
    if (this.idle) clearTimeout(this.idle);
    this.idle = null;
  }

  private rest(): void {
    this.rouse();
    if (this.calls > 0 || !this.connection) return;
    this.idle = setTimeout(() => void this.drop("gently"), this.options.core.config.agent_idle_s * 1000);
    this.idle.unref();
  }

  private blank(state: McpSnapshot["state"]): McpSnapshot {
    const { name, stamp } = this.spec;
    const none = { error: null, version: null, tools: [], problems: [], complaints: "", start_ms: null };
    return { name, stamp, state, ...none, checked_at: new Date() };
  }

  private keep(snapshot: McpSnapshot): void {
    this.snapshot = snapshot;
    if (!this.over.signal.aborted) this.options.changed(this, snapshot);
  }
}

/** Waits no longer than the signal lets; what is waited for goes on. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    work.catch(() => {});
  }
}
