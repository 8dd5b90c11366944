/**
 * What tmux knows, told when it changes: one `tmux wait-for` sleeps until a hook of our configuration wakes it, so that
 * terminals that do nothing cost nothing. Ends with the server; the next terminal starts it again.
 */

import type { Tmux } from "../../drivers/tmux/server.ts";
import { openWait, type Wait } from "../../drivers/tmux/wait.ts";

export class TmuxWatch {
  private waiting: Wait | null = null;
  private closed = false;

  constructor(
    private readonly tmux: Tmux,
    /** Something happened in the server, or it is gone. */
    private readonly onNews: () => void,
  ) {}

  /** Once a server runs; harmless when it watches already. */
  ensure(): void {
    if (this.closed || this.waiting) return;
    const wait = openWait(this.tmux);
    this.waiting = wait;
    void wait.ended.then((alive) => {
      this.waiting = null;
      if (this.closed) return;
      this.onNews();
      if (alive) this.ensure();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.waiting?.stop();
  }
}
