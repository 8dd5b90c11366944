/** One subscriber of the event stream: a bounded queue of frames. Whoever reads too slowly is dropped and catches up. */
import { sseFrame } from "../../lib/sse.ts";

/** Bytes that may wait for one reader. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

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
  html: string;
  chat_id: string | null;
  around: Around | undefined;
}

const encoder = new TextEncoder();

export class Connection {
  readonly response: Response;
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  private queued = 0;
  /** What came while the catch-up was read; drawn for this reader once it is known what its page shows. */
  private held: Held[] | null = [];
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
    if (this.closed) return;
    if (this.held) {
      this.held.push({ seq, html, chat_id: chatId, around });
      this.queued += html.length;
      if (this.queued > MAX_QUEUED_BYTES) this.close();
    } else if (seq > this.told) this.deliver({ seq, html, chat_id: chatId, around });
  }

  private deliver({ seq, html, chat_id, around }: Held): void {
    const mine = chat_id === null || seq > (this.chats.get(chat_id) ?? Number.POSITIVE_INFINITY);
    const whole = (mine ? html : "") + (around?.(this) ?? "");
    if (whole) this.write(seq, whole);
  }

  /** False while the catch-up is under way. */
  get live(): boolean {
    return this.held === null && !this.closed;
  }

  /** Something that is current whatever the position is: a region rendered from what is now. */
  sendLoose(html: string): void {
    if (!this.held) this.raw(sseFrame({ data: html }));
  }

  sendEvent(event: string, data: string, seq?: number): void {
    if (seq !== undefined) this.told = Math.max(this.told, seq);
    this.raw(sseFrame({ event, data, ...(seq === undefined ? {} : { id: seq }) }));
  }

  /** Ends the catch-up at head `seq`: first what it found, then what came meanwhile. */
  goLive(seq: number, html: string): void {
    const held = this.held ?? [];
    this.held = null;
    this.queued = 0;
    this.told = seq;
    if (html) this.write(seq, html);
    for (const frame of held) if (frame.seq > seq) this.deliver(frame);
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
    try {
      this.controller?.close();
    } catch {
      // The reader was gone first.
    }
    this.onClose(this);
  }
}
