/** A browser's side of a terminal without a browser: `await using socket = await openSocket(boo.url, id)`. */
import { spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./until.ts";

export interface TestSocket extends AsyncDisposable {
  /** All bytes so far, as text. */
  output(): string;
  /** JSON frames so far. */
  said: Record<string, unknown>[];
  type(text: string | Uint8Array): void;
  say(message: unknown): void;
  /** Any frame. */
  send(frame: Uint8Array | string): void;
  /** Resolves once the output has this. */
  sees(wanted: string | RegExp): Promise<void>;
  /** Resolves with the code and the reason. */
  closed: Promise<{ code: number; reason: string }>;
  bytes(): number;
}

export interface SocketOptions {
  /** Sent as soon as it is open; null sends none. */
  size?: { cols: number; rows: number } | null;
  headers?: Record<string, string>;
}

const BUSY_MS = 15_000;

/** Rejects when the upgrade is refused. */
export async function openSocket(base: string, id: string, options: SocketOptions = {}): Promise<TestSocket> {
  const { size = { cols: 100, rows: 30 }, headers = {} } = options;
  const ws = new WebSocket(`${base.replace(/^http/, "ws")}/terminals/${id}/socket`, { headers } as never);
  ws.binaryType = "arraybuffer";
  const said: Record<string, unknown>[] = [];
  const decoder = new TextDecoder();
  let output = "";
  let bytes = 0;
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  const opened = Promise.withResolvers<void>();
  ws.onopen = () => opened.resolve();
  ws.onerror = () => opened.reject(new Error("the socket was refused"));
  ws.onclose = ({ code, reason }) => closed.resolve({ code, reason });
  ws.onmessage = ({ data }) => {
    const frame = new Uint8Array(data as ArrayBuffer);
    if (frame[0] === 1) said.push(JSON.parse(new TextDecoder().decode(frame.subarray(1))));
    else {
      bytes += frame.length - 1;
      output += decoder.decode(frame.subarray(1), { stream: true });
    }
  };
  await opened.promise;
  const frame = (kind: number, body: Uint8Array) => {
    const whole = new Uint8Array(body.length + 1);
    whole[0] = kind;
    whole.set(body, 1);
    ws.send(whole);
  };
  const encoder = new TextEncoder();
  const socket: TestSocket = {
    output: () => output,
    bytes: () => bytes,
    said,
    closed: closed.promise,
    type: (text) => frame(0, typeof text === "string" ? encoder.encode(text) : text),
    say: (message) => frame(1, encoder.encode(JSON.stringify(message))),
    send: (raw) => ws.send(raw as never),
    async sees(wanted) {
      await until(() => (typeof wanted === "string" ? output.includes(wanted) : wanted.test(output)), BUSY_MS);
    },
    async [Symbol.asyncDispose]() {
      ws.close();
      await closed.promise;
    },
  };
  if (size) socket.say(size);
  return socket;
}

/** A test run that is killed takes the tmux server of `home` with it: a shell watches this process, and ends the server. */
export function endTmuxWithUs(home: string): void {
  const script =
    '(while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 0.5; done; tmux -S "$2/tmux/socket" kill-server 2>/dev/null) &';
  spawn("sh", ["-c", script, "sh", String(process.pid), home], { detached: true, stdio: "ignore" }).unref();
}

/** A shell whose prompt is `ready>` wherever the tests run, for the setting `terminal_shell`. */
export function plainShell(directory: string): string {
  const path = join(directory, "plain-shell");
  writeFileSync(path, "#!/bin/sh\nexec env -u ENV PS1='ready>' sh -i\n");
  chmodSync(path, 0o755);
  return path;
}
