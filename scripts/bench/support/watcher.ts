/**
 * Reads event streams in a process of its own, as many as it is told over IPC, and notes when each stamp of the
 * scripted endpoint ("@<epoch µs> ") arrived. In HTML an open block is sent again as it grows: only new stamps count.
 */

export interface WatchOrder {
  watch: { url: string; as: string }[];
}
export interface WatchReport {
  streams: {
    as: string;
    /** Milliseconds from the endpoint's clock to ours, one for each stamp, in order. */
    delays: number[];
    bytes: number;
    messages: number;
    /** The stream ended although nobody asked it to. */
    dropped: boolean;
  }[];
}

const STAMP_CHARS = 16;

class Stream {
  readonly delays: number[] = [];
  bytes = 0;
  messages = 0;
  dropped = false;
  private newest = 0;
  private rest = "";
  private readonly decoder = new TextDecoder();

  constructor(
    private readonly url: string,
    readonly as: string,
  ) {}

  /** Resolves when the stream stands. */
  async open(): Promise<void> {
    const response = await fetch(this.url, { headers: { accept: "text/event-stream" } });
    if (!response.ok || !response.body) throw new Error(`${this.url} answered ${response.status}`);
    void this.read(response.body.getReader());
  }

  private async read(reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> }): Promise<void> {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || !value) break;
      this.take(value, performance.timeOrigin + performance.now());
    }
    this.dropped = true;
  }

  private take(bytes: Uint8Array, at_ms: number): void {
    this.bytes += bytes.length;
    const text = this.rest + this.decoder.decode(bytes, { stream: true });
    const whole = text.lastIndexOf("\n\n") + 2;
    if (whole < 2) {
      this.rest = text;
      return;
    }
    this.rest = text.slice(whole);
    for (let i = text.indexOf("\n\n"); i >= 0 && i < whole; i = text.indexOf("\n\n", i + 2)) this.messages++;
    this.stamps(text, whole, at_ms);
  }

  /** From the end, because what stands before a known stamp is known too. */
  private stamps(text: string, end: number, at_ms: number): void {
    const fresh: number[] = [];
    // A paragraph that is finished comes again as a whole, maybe in the same read as its last words.
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = text.lastIndexOf("@", end); i >= 0; i = i > 0 ? text.lastIndexOf("@", i - 1) : -1) {
      const stamp = Number(text.slice(i + 1, i + 1 + STAMP_CHARS));
      if (!(stamp > 1e15)) continue;
      if (stamp <= this.newest) break;
      if (stamp >= lowest) continue;
      lowest = stamp;
      fresh.push(stamp);
    }
    for (const stamp of fresh.reverse()) this.delays.push(at_ms - stamp / 1000);
    this.newest = fresh.at(-1) ?? this.newest;
  }
}

if (import.meta.main) {
  const streams: Stream[] = [];
  process.on("message", async (order: WatchOrder | "reset" | "report") => {
    if (order === "report") {
      const report: WatchReport = {
        streams: streams.map(({ as, delays, bytes, messages, dropped }) => ({ as, delays, bytes, messages, dropped })),
      };
      process.send?.(report);
    } else if (order === "reset") {
      for (const s of streams) [s.delays.length, s.bytes, s.messages] = [0, 0, 0];
      process.send?.("reset");
    } else {
      const fresh = order.watch.map(({ url, as }) => new Stream(url, as));
      await Promise.all(fresh.map((s) => s.open()));
      streams.push(...fresh);
      process.send?.("watching");
    }
  });
}
