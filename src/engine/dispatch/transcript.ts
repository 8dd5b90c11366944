/**
 * What an agent does becomes parts of its answer: text, thoughts, one row a call with what it touches and writes. Events
 * are taken one after another in the order of the wire; while this is behind, the agent's output is not read on.
 */
import { type AgentEvent, NO_PATCH, type PlanEntry, type ToolPatch } from "../../domain/agent-event.ts";
import type { Run } from "../../domain/run.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { oneLine } from "../../lib/text.ts";
import { insertOutput } from "../../store/parts.ts";
import type { Core } from "../core.ts";
import { type LiveRun, setPhase } from "../live-runs.ts";
import { steady } from "../steady.ts";
import type { PartWriter } from "../turn/parts.ts";
import { reportProgress } from "../turn/progress.ts";
import { type Call, callMeta, newCall, noteOf, patchCall, placed, RESULT_CHARS, resultOf, TAIL_CHARS } from "./call.ts";

/** Events that wait to be written; the pipe fills beyond that. */
const BEHIND_MAX = 400;
/** Characters of one answer; an agent that writes more is stopped. */
export const ANSWER_CHARS_MAX = 4_000_000;
/** Calls of one answer. */
const CALLS_MAX = 5_000;
/** How long after its question a call may be told of; some agents never do. */
const TOLD_LATE_MS = 250;
/** A row that goes on is drawn anew this often at most. */
const REDRAW_MS = 400;
const SAID_CHARS = 200;
const TURN = 1;

export class TooMuch extends Error {}

export interface TranscriptHooks {
  plan(entries: PlanEntry[]): Promise<void>;
  other(event: AgentEvent): Promise<void>;
  /** The agent wrote more than anybody reads. */
  overflow(): void;
}

export class AgentTranscript {
  private readonly queue: AgentEvent[] = [];
  private readonly calls = new Map<string, Call>();
  /** Calls that were asked about before they were told of. */
  private readonly expected = new Map<string, () => void>();
  private pumping: Promise<void> | null = null;
  private waiting: { promise: Promise<void>; resolve: () => void } | null = null;
  private chars = 0;
  private said = "";
  private failed: unknown = null;
  private ended = false;
  /** Milliseconds from the beginning to the first text or thought. */
  first_ms: number | null = null;
  private readonly began = performance.now();

  constructor(
    private readonly core: Core,
    private readonly live: LiveRun,
    private readonly writer: PartWriter,
    private readonly run: Run,
    /** The directory the agent works in, for paths in the words of the project. */
    private readonly root: string,
    private readonly hooks: TranscriptHooks,
  ) {}

  /** Never waits. What comes after the end is dropped. */
  push(event: AgentEvent): void {
    if (this.ended || this.failed) return;
    this.live.progress.last_byte_at = Date.now();
    const last = this.queue.at(-1);
    // Tokens that came while a part was being opened are one piece.
    if (last && (event.kind === "text" || event.kind === "thought") && last.kind === event.kind)
      last.text += event.text;
    else this.queue.push(event);
    this.pumping ??= this.pump();
  }

  /** A promise while too much waits. */
  ready(): Promise<void> | null {
    if (this.queue.length < BEHIND_MAX && !this.core.deltas.full) return null;
    if (!this.waiting) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.waiting = { promise, resolve };
    }
    return this.waiting.promise;
  }

  /** Output of a command that the agent runs through us. */
  output(terminalId: string, text: string): void {
    for (const call of this.calls.values())
      if (call.content.some((c) => c.type === "terminal" && c.id === terminalId)) {
        const patch = { ...NO_PATCH, appended: text };
        this.push({ kind: "tool", id: call.id, fresh: false, patch });
      }
  }

  /** Resolves when everything that came so far is written. */
  async drain(): Promise<void> {
    while (this.pumping) await this.pumping;
    if (this.failed) throw this.failed;
  }

  /** The part of a call, for the permission that it asks; made where the agent did not tell of the call before. */
  async partOf(id: string, patch: ToolPatch): Promise<string> {
    if (!this.calls.has(id)) await this.told(id);
    this.push({ kind: "tool", id, fresh: false, patch });
    await this.drain();
    const part = this.calls.get(id)?.part;
    if (!part) throw new TooMuch("calls");
    return part;
  }

  /**
   * A question may overtake what was said before it (claude asks beside its stream): its row belongs where the agent tells
   * of the call, if it does so soon.
   */
  private async told(id: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.expected.set(id, resolve);
    const late = setTimeout(resolve, TOLD_LATE_MS);
    await promise;
    clearTimeout(late);
    this.expected.delete(id);
  }

  /** Nothing comes any more: open rows are closed as they stand. */
  async end(state: "closed" | "failed" | "cancelled"): Promise<void> {
    await this.drain();
    this.ended = true;
    for (const call of this.calls.values())
      if (!call.closed) await this.close(call, state === "closed" ? "cancelled" : state);
    await this.writer.closeText(state === "closed" ? "closed" : state);
    this.waiting?.resolve();
  }

  /** Files that its calls named as written. */
  named(): string[] {
    const found = new Set<string>();
    for (const call of this.calls.values())
      if (["edit", "delete", "move", "execute", "other"].includes(call.kind))
        for (const path of call.paths()) found.add(placed(path, this.root));
    return [...found];
  }

  get tool_calls(): number {
    return this.calls.size;
  }

  private async pump(): Promise<void> {
    try {
      for (let event = this.queue.shift(); event; event = this.queue.shift()) {
        await this.take(event);
        if (this.queue.length < BEHIND_MAX / 2 && !this.core.deltas.full) this.open();
      }
    } catch (error) {
      this.failed = error;
      this.hooks.overflow();
    } finally {
      this.pumping = null;
      this.open();
    }
  }

  private open(): void {
    this.waiting?.resolve();
    this.waiting = null;
  }

  private async take(event: AgentEvent): Promise<void> {
    switch (event.kind) {
      case "text":
      case "thought":
        return this.text(event.kind === "text" ? "text" : "reasoning", storable(event.text));
      case "tool":
        return this.tool(event.id, event.patch);
      case "plan":
        return this.hooks.plan(event.entries);
      case "notice":
        return this.writer.notice(TURN, oneLine(storable(event.text), 500), { notice: "agent" });
      case "user":
        return;
      default:
        return this.hooks.other(event);
    }
  }

  private async text(kind: "text" | "reasoning", piece: string): Promise<void> {
    if (piece === "") return;
    this.chars += piece.length;
    if (this.chars > ANSWER_CHARS_MAX) throw new TooMuch("text");
    this.first_ms ??= Math.round(performance.now() - this.began);
    if (kind === "text") this.said = (this.said + piece).slice(-SAID_CHARS * 2);
    const now = Date.now();
    setPhase(this.live, kind === "text" ? "writing" : "thinking", now);
    await this.writer.text(TURN, kind, piece);
    reportProgress(this.core, this.live, now);
  }

  private async tool(id: string, patch: ToolPatch): Promise<void> {
    const known = this.calls.get(id);
    const call = known ?? (await this.begin(id, patch));
    if (call.closed) return;
    const shown = known ? patchCall(call, patch) : true;
    if (call.status === "completed" || call.status === "failed")
      return this.close(call, call.status === "completed" ? "closed" : "failed");
    if (known && shown) await this.redraw(call);
  }

  private async begin(id: string, patch: ToolPatch): Promise<Call> {
    if (this.calls.size >= CALLS_MAX) throw new TooMuch("calls");
    const call = newCall(id, sentenceOf(this.said));
    patchCall(call, patch);
    this.said = "";
    await this.writer.closeText("closed");
    call.part = await this.writer.openTool(TURN, { call_id: storable(id), ...this.metaOf(call) });
    this.calls.set(id, call);
    this.expected.get(id)?.();
    setPhase(this.live, "tools", Date.now(), call.title);
    reportProgress(this.core, this.live, Date.now());
    return call;
  }

  /** The first change of a row is drawn at once, further ones gathered. */
  private async redraw(call: Call): Promise<void> {
    const now = performance.now();
    if (now - call.drawn < REDRAW_MS) {
      call.timer ??= setTimeout(() => {
        call.timer = null;
        if (!call.closed && !this.ended)
          this.push({ kind: "tool", id: call.id, fresh: false, patch: { ...NO_PATCH, appended: "" } });
      }, REDRAW_MS);
      return;
    }
    call.drawn = now;
    await this.writer.changeTool(call.part, this.metaOf(call));
  }

  private async close(call: Call, state: "closed" | "failed" | "cancelled"): Promise<void> {
    call.closed = true;
    if (call.timer) clearTimeout(call.timer);
    const whole = storable(resultOf(call));
    const meta = {
      ...this.metaOf(call),
      duration_ms: Math.round(performance.now() - call.began),
      note: noteOf(call, state),
    };
    const output_id = whole.length > RESULT_CHARS ? await this.keep(whole) : null;
    const agent = { ...meta.agent, tail: null };
    await this.writer.close(call.part, state, whole.slice(0, RESULT_CHARS).toWellFormed(), {
      ...meta,
      agent,
      output_id,
    });
  }

  private async keep(text: string): Promise<string> {
    const id = newId();
    await steady(this.core, () => insertOutput(this.core.sql, { id, chat_id: this.run.chat_id, text }));
    return id;
  }

  private metaOf(call: Call) {
    const meta = callMeta(call, this.root);
    const tail = call.output === "" ? null : storable(call.output.slice(-TAIL_CHARS));
    return { ...meta, agent: { ...meta.agent, tail } };
  }
}

/** What it said just before it did something. */
function sentenceOf(text: string): string {
  const sentences = text.trim().split(/(?<=[.!?:])\s+|\n+/);
  return oneLine(storable(sentences.at(-1) ?? ""), SAID_CHARS);
}
