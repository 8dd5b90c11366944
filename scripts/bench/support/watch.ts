/** Starts the watcher process and talks to it. */
import { join } from "node:path";
import type { WatchOrder, WatchReport } from "./watcher.ts";

export interface Watcher extends AsyncDisposable {
  pid: number;
  /** Opens these streams; resolves when all of them stand. */
  watch(streams: WatchOrder["watch"]): Promise<void>;
  /** Forgets what was counted so far. */
  reset(): Promise<void>;
  report(): Promise<WatchReport>;
}

export function startWatcher(): Watcher {
  const answers: ((message: unknown) => void)[] = [];
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "watcher.ts")], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    ipc: (message) => answers.shift()?.(message),
  });
  const ask = (order: unknown) =>
    new Promise((resolve) => {
      answers.push(resolve);
      child.send(order);
    });
  return {
    pid: child.pid,
    watch: async (watch) => void (await ask({ watch })),
    reset: async () => void (await ask("reset")),
    report: async () => (await ask("report")) as WatchReport,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}

/** The stream of the page that shows this chat, or of a client that takes the journal's events. */
export function streamUrl(base: string, at: { session: string; chat: string }, as: string): string {
  return `${base}/stream?session=${at.session}${as === "html" ? `&chat=${at.chat}` : "&as=json"}`;
}
