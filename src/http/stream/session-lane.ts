/**
 * The ordered flow of one session: its journal events, rendered once each, in order, for everybody who watches.
 * Text deltas are rendered at once; events that need rows wait for their read, and what comes behind them waits too.
 */
import type { JournalEvent } from "../../domain/event.ts";
import type { Part } from "../../domain/message.ts";
import type { Log } from "../../lib/log.ts";
import type { Around, Connection } from "./connection.ts";
import { type LivePart, livePart } from "./live-part.ts";

/** Partials for those who see `chat_id` (null: everybody in the session), and for everybody what surrounds it. */
export interface Rendered {
  html: string;
  chat_id: string | null;
  around?: Around;
}
export type RenderEvent = (event: JournalEvent, connections: ReadonlySet<Connection>) => Promise<Rendered>;

export class SessionLane {
  readonly connections = new Set<Connection>();
  private readonly queue: JournalEvent[] = [];
  private readonly parts = new Map<string, LivePart>();
  private draining = false;

  constructor(
    private readonly projectId: () => Promise<string>,
    private readonly findPart: (id: string) => Promise<Pick<Part, "kind" | "state" | "chat_id"> | null>,
    private readonly render: RenderEvent,
    private readonly log: Log,
  ) {}

  /** Nothing to do, nobody watching, nothing open: may be forgotten. */
  get idle(): boolean {
    return !this.draining && this.connections.size === 0 && this.parts.size === 0;
  }

  /** True when every event so far reached the connections. */
  get quiet(): boolean {
    return !this.draining && this.queue.length === 0;
  }

  push(event: JournalEvent): void {
    this.queue.push(event);
    if (!this.draining) void this.drain();
  }

  private async drain(): Promise<void> {
    this.draining = true;
    try {
      for (let event = this.queue.shift(); event; event = this.queue.shift()) {
        if (event.kind === "part.delta") {
          const part = this.parts.get(event.payload.part_id) ?? (await this.joined(event.payload.part_id));
          if (part) this.delta(event.seq, part, event.payload.text);
        } else if (!this.comesAgain(event)) await this.other(event);
      }
    } finally {
      this.draining = false;
    }
  }

  private delta(seq: number, part: LivePart, text: string): void {
    const html = part.push(text, this.watched(part.chat_id));
    if (html) this.broadcast(seq, html, part.chat_id);
  }

  /** A call that waited for its permission over a restart was opened before this lane was. */
  private async joined(partId: string): Promise<LivePart | null> {
    const row = await this.findPart(partId);
    if (row?.kind !== "tool" || row.state !== "open") return null;
    const part = livePart(row.kind, partId, row.chat_id, "");
    if (part) this.parts.set(partId, part);
    return part;
  }

  /** A run or change is read when it is drawn: with a newer event of the same in the queue, this one shows nothing else. */
  private comesAgain(event: JournalEvent): boolean {
    if (event.kind === "change.changed")
      return this.queue.some((e) => e.kind === event.kind && e.payload.change_id === event.payload.change_id);
    if (event.kind !== "run.changed" && event.kind !== "run.progress") return false;
    return this.queue.some((e) => e.kind === event.kind && e.payload.run_id === event.payload.run_id);
  }

  private async other(event: JournalEvent): Promise<void> {
    try {
      const { html, chat_id, around } = await this.rendered(event);
      this.broadcast(event.seq, html, chat_id, around);
    } catch (error) {
      // A row that could not be read now is read again on reconnect: those who watch must not go on without it.
      this.log.warn("stream.render_failed", { kind: event.kind, error });
      for (const connection of [...this.connections]) connection.close();
    }
  }

  private async rendered(event: JournalEvent): Promise<Rendered> {
    let finished = "";
    if (event.kind === "part.opened") {
      const { part_id, chat_id, kind } = event.payload;
      const part = livePart(kind, part_id, chat_id, await this.projectId());
      if (part) this.parts.set(part_id, part);
    } else if (event.kind === "part.closed") {
      const part = this.parts.get(event.payload.part_id);
      finished = part?.finish(this.watched(part.chat_id)) ?? "";
      this.parts.delete(event.payload.part_id);
    }
    if (this.connections.size === 0) return { html: "", chat_id: null };
    return finished
      ? { html: finished, chat_id: (event.payload as { chat_id: string }).chat_id }
      : this.render(event, this.connections);
  }

  private watched(chatId: string): boolean {
    for (const connection of this.connections) if (connection.shows(chatId)) return true;
    return false;
  }

  private broadcast(seq: number, html: string, chatId: string | null, around?: Around): void {
    for (const connection of this.connections) connection.send(seq, html, chatId, around);
  }
}
