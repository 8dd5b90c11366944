/** One subscriber of the event stream: a bounded queue of frames. Whoever reads too slowly is dropped and catches up. */
import { sseFrame } from "../../lib/sse.ts";

/** Bytes that may wait for one reader. */
export const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** A catch-up goes on when less than this waits: a long one must not count as a slow reader. */
const CATCH_UP_BYTES = 1024 * 1024;

export interface StreamParams {
  session_id: string | null;
  /** The one chat whose transcript is shown; null follows the session's layout. */
  chat_id: string | null;
  page: string | null;
  json: boolean;
}

/** Draws what depends on the page that is looked at. */
export type Around = (connection: Connection) => string;

interface Held {
  seq: number;
  deliver: () => void;
}

/** A part of the page that is current whatever the position is: rendered from what is now. */
export interface Region {
  id: string;
  /** What it is rendered from: while that stays the same, so does what the reader has. */
  key: string;
  /** The partial that brings it. */
  html: () => string;
}

const encoder = new TextEncoder();

export class Connection {
  readonly response: Response;
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  /** What came while the catch-up was read; drawn for this reader once it is known what its page shows. */
  private held: Held[] | null = [];
  private heldBytes = 0;
  private heldRegions: readonly Region[] = [];
  /** Keys of the regions as this reader has them. */
  private readonly regions = new Map<string, string>();
  private drained: (() => void) | null = null;
  /** Chats on this reader's page, each with the position its transcript was drawn at. */
  readonly chats = new Map<string, number>();
  /** Views on this reader's page by tab number, and what they show. */
  readonly views = new Map<number, string>();
  closed = false;
  /** Position told to the reader last. */
  told = 0;

  constructor(
    readonly params: StreamParams,
    signal: AbortSignal,
    private readonly onClose: (connection: Connection) => void,
  ) {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: () => this.drained?.(),
        cancel: () => this.close(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_QUEUED_BYTES }),
    );
    signal.addEventListener("abort", () => this.close(), { once: true });
    this.response = new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      },
    });
    if (signal.aborted) this.close();
  }

  /** True when text of this chat has to be rendered for this reader; before it is known what it shows, always. */
  shows(chatId: string): boolean {
    return this.held !== null || this.chats.has(chatId);
  }

  /**
   * Takes the reader to `seq`: `html` is of one chat (null: of the session) and goes only to pages that show it;
   * `around` draws what looks different on every page. Held back while the catch-up is under way.
   */
  send(seq: number, html: string, chatId: string | null, around?: Around): void {
    this.inOrder(seq, html.length, () => this.deliver(seq, html, chatId, around));
  }

  /** A journal event, for clients. */
  sendJson(seq: number, kind: string, data: string): void {
    this.inOrder(seq, data.length, () => this.sendEvent(kind, data, seq));
  }

  private inOrder(seq: number, bytes: number, deliver: () => void): void {
    if (this.closed) return;
    if (!this.held) {
      if (seq > this.told) deliver();
      return;
    }
    this.held.push({ seq, deliver });
    this.heldBytes += bytes;
    if (this.heldBytes > MAX_QUEUED_BYTES) this.close();
  }

  private deliver(seq: number, html: string, chatId: string | null, around: Around | undefined): void {
    const mine = chatId === null || seq > (this.chats.get(chatId) ?? Number.POSITIVE_INFINITY);
    const whole = (mine ? html : "") + (around?.(this) ?? "");
    if (whole) this.write(seq, whole);
  }

  /** False while the catch-up is under way. */
  get live(): boolean {
    return this.held === null && !this.closed;
  }

  /** Sends those of the regions (always all of them) that changed since this reader got them. Returns the characters. */
  sendRegions(regions: readonly Region[]): number {
    if (this.held) {
      this.heldRegions = regions;
      return 0;
    }
    let html = "";
    for (const { id, key, html: draw } of regions) {
      if (this.regions.get(id) === key) continue;
      this.regions.set(id, key);
      html += draw();
    }
    if (html) this.raw(sseFrame({ data: html }));
    return html.length;
  }

  /** More waits than a catch-up may pile up. */
  get crowded(): boolean {
    return !this.closed && (this.controller?.desiredSize ?? 0) < MAX_QUEUED_BYTES - CATCH_UP_BYTES;
  }

  /** Resolves once the reader has taken most of what it was sent, or is gone. */
  async room(): Promise<void> {
    while (this.crowded)
      await new Promise<void>((resolve) => {
        this.drained = resolve;
      });
  }

  sendEvent(event: string, data: string, seq?: number): void {
    if (seq !== undefined) this.told = Math.max(this.told, seq);
    this.raw(sseFrame({ event, data, ...(seq === undefined ? {} : { id: seq }) }));
  }

  /** Ends the catch-up at head `seq`: first what it found, then what came meanwhile. */
  goLive(seq: number, html: string): void {
    const held = this.held ?? [];
    this.held = null;
    this.told = Math.max(this.told, seq);
    if (html) this.write(seq, html);
    for (const frame of held) if (frame.seq > seq) frame.deliver();
    this.sendRegions(this.heldRegions);
    this.heldRegions = [];
  }

  private write(seq: number, html: string): void {
    this.told = seq;
    this.raw(sseFrame({ id: seq, data: html }));
  }

  private raw(frame: string): void {
    if (this.closed || !this.controller) return;
    this.controller.enqueue(encoder.encode(frame));
    if ((this.controller.desiredSize ?? 0) <= 0) this.close();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.held = null;
    this.drained?.();
    try {
      this.controller?.close();
    } catch {
      // The reader was gone first.
    }
    this.onClose(this);
  }
}
