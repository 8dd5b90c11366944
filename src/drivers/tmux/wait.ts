/** A client of our tmux server that sleeps until something happens in it. */
import { environment, type Tmux } from "./server.ts";

export interface Wait {
  /** True when something happened, false when the server is gone or went. */
  ended: Promise<boolean>;
  stop(): Promise<void>;
}

/** Ended sooner than this without a server there is none: nobody may ask again in a circle. */
const AT_ONCE_MS = 20;

export function openWait(tmux: Tmux): Wait {
  const started = performance.now();
  const child = Bun.spawn(tmux.waitArgv(), {
    cwd: "/",
    env: environment(),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  const ended = child.exited.then(async (code) => {
    // tmux ends it with 0 also when the server dies, so the server is asked.
    if (code !== 0) return false;
    const there = (await tmux.ask(["has-session"])).code === 0;
    // The channel may stay woken; a pause keeps a storm of hooks from becoming a storm of clients.
    const rest = AT_ONCE_MS - (performance.now() - started);
    if (there && rest > 0) await Bun.sleep(rest);
    return there;
  });
  return {
    ended,
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}
