/** One subscriber of the event stream: a bounded queue of frames. Whoever reads too slowly is dropped and catches up. */
import { sseFrame } from "../../lib/sse.ts";

/** Bytes that may wait for one reader. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

export interface StreamParams {
  session_id: string | null;
  /** The chat whose transcript is shown; null takes all of the session. */
  chat_id: string | null;
  page: string | null;
  json: boolean;
}

const encoder = new TextEncoder();

export class Connection {
  readonly response: Response;
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  private queued = 0;
  /** Frames that came while the catch-up was read. */
  private held: { seq: number; frame: string }[] | null = [];
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

  /** A frame that takes the reader to `seq`; held back while the catch-up is under way. */
  send(seq: number, html: string): void {
    if (this.held) {
      this.held.push({ seq, frame: html });
      this.queued += html.length;
      if (this.queued > MAX_QUEUED_BYTES) this.close();
    } else if (seq > this.told) this.write(seq, html);
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
    for (const { seq: s, frame } of held) if (s > seq) this.write(s, frame);
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
