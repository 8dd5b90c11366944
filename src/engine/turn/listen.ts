/** Listens to a model's stream: for how long it may be silent, and how fast it is. */
import type { Llm, LlmEvent, LlmRequest } from "../../domain/llm.ts";
import { AppError } from "../../lib/errors.ts";
import type { Core } from "../core.ts";
import type { LiveRun } from "../live-runs.ts";

export interface Listening {
  llm: Llm;
  /** Its label, for sentences. */
  endpoint: string;
  request: Omit<LlmRequest, "signal">;
}

/**
 * Hands each event to `take` and waits for it, until the stream ends. Throws Stopped, or AppError when the endpoint fails or
 * falls silent for longer than the settings allow.
 */
export async function listen(
  core: Pick<Core, "config">,
  live: Pick<LiveRun, "abort">,
  { llm, endpoint, request }: Listening,
  take: (event: LlmEvent) => Promise<void> | void,
): Promise<void> {
  const watch = new SilenceWatch(core.config.first_token_s, core.config.stall_s, endpoint);
  const signal = AbortSignal.any([live.abort.signal, watch.signal]);
  try {
    for await (const event of untilAborted(llm.stream({ ...request, signal }), signal)) {
      watch.heard(tokensIn(event) > 0);
      const taken = take(event);
      if (taken) await taken;
      watch.listens();
    }
  } finally {
    watch.stop();
  }
  signal.throwIfAborted();
}

/** About how many tokens an event brings: a server that counts tells at the end, and only then. */
export function tokensIn(event: LlmEvent): number {
  if (event.kind === "text" || event.kind === "reasoning") return event.deltas ?? 1;
  return event.kind === "tool_progress" || event.kind === "tool_call" ? 1 : 0;
}

/** Ends a generator's wait when the signal fires, also when the generator itself does not listen. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let fail: ((reason: unknown) => void) | null = null;
  const onAbort = () => fail?.(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      // Not Promise.race with one long-lived promise: each race would leave a reaction on it, one a token.
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        fail = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Not awaited: a generator that hangs would hang us with it.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/**
 * Fires when nothing came for too long: `first_s` before the first token, reset by any sign of life, `stall_s` after it.
 * Only while we listen: when our own database is away the endpoint is not to blame.
 */
class SilenceWatch {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private started = false;
  private busy = false;
  private last = performance.now();

  constructor(
    private readonly first_s: number,
    private readonly stall_s: number,
    private readonly endpoint: string,
  ) {
    this.arm();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  listens(): void {
    this.busy = false;
    this.last = performance.now();
  }

  heard(token: boolean): void {
    this.busy = true;
    this.last = performance.now();
    if (token && !this.started) {
      this.started = true;
      this.arm();
    }
  }

  /** One timer that looks at the clock when it fires: setting one per token would cost more than the token. */
  private arm(): void {
    if (this.timer) clearTimeout(this.timer);
    const limit = (this.started ? this.stall_s : this.first_s) * 1000;
    this.timer = setTimeout(
      () => {
        if (this.busy) this.last = performance.now();
        if (performance.now() - this.last >= limit - 1)
          this.controller.abort(new Stalled(this.endpoint, limit / 1000, this.started));
        else this.arm();
      },
      Math.max(1, this.last + limit - performance.now()),
    );
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }
}

/** The endpoint fell silent; what was received is kept. */
export class Stalled extends AppError {
  constructor(endpoint: string, seconds: number, started: boolean) {
    const shown = seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
    super(
      "unavailable",
      started
        ? `${endpoint} sent no token for ${shown}; what came before is kept.`
        : `${endpoint} showed no sign of life for ${shown}.`,
    );
  }
}

/** Times and counts of one call, milliseconds. */
export class Meter {
  tokens = 0;
  private readonly begin = performance.now();
  private first: number | null = null;
  private last = 0;

  token(tokens = 1): void {
    this.last = performance.now();
    this.first ??= this.last;
    this.tokens += tokens;
  }

  ttft(): number | null {
    return this.first === null ? null : Math.round(this.first - this.begin);
  }
  total(): number {
    return Math.round(performance.now() - this.begin);
  }
  generating(): number {
    return this.first === null ? 0 : Math.max(1, Math.round(this.last - this.first));
  }
  rate(): number | null {
    if (this.first === null || this.last - this.first < 250) return null;
    return (this.tokens * 1000) / (this.last - this.first);
  }
}
