/** A child on a pseudo-terminal of its own (Bun.Terminal: decision 0002). It cannot be paused: who reads too slowly ends it. */

export interface Pty {
  readonly pid: number;
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  /** Hangs up: the child gets SIGHUP, and SIGKILL when it stays. */
  close(): void;
}

export interface PtyOptions {
  argv: readonly [string, ...string[]];
  cwd: string;
  env: Record<string, string>;
  cols: number;
  rows: number;
  /** The bytes are valid during the call only. */
  onData(bytes: Uint8Array): void;
  /** Once, after the child is gone. */
  onExit(code: number | null): void;
}

/** How long the child may take to go after the hangup. */
const HANGUP_MS = 2_000;

export function openPty(options: PtyOptions): Pty {
  let closed = false;
  // The terminal is made by spawn: only then it is the child's controlling terminal, which tells it of a new size.
  const child = Bun.spawn([...options.argv], {
    cwd: options.cwd,
    env: options.env,
    terminal: {
      cols: options.cols,
      rows: options.rows,
      data: (_terminal, bytes) => {
        if (!closed) options.onData(bytes);
      },
    },
  });
  const terminal = child.terminal!;
  // Before anything is typed: a Ctrl C while the child starts is a key for it, not the end of it.
  terminal.setRawMode(true);
  void child.exited.then((code) => {
    closed = true;
    if (!terminal.closed) terminal.close();
    options.onExit(child.signalCode === null ? code : null);
  });
  return {
    pid: child.pid,
    write: (bytes) => {
      if (!closed && !terminal.closed) terminal.write(bytes as Uint8Array<ArrayBuffer>);
    },
    resize: (cols, rows) => {
      if (!closed && !terminal.closed) terminal.resize(cols, rows);
    },
    close: () => {
      if (closed) return;
      closed = true;
      child.kill("SIGHUP");
      const late = setTimeout(() => child.kill("SIGKILL"), HANGUP_MS);
      void child.exited.finally(() => clearTimeout(late));
    },
  };
}
