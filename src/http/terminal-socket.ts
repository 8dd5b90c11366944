/**
 * The socket of a terminal. Host, Origin and identity were checked before the upgrade, like those of every request
 * (server.ts). Frames are binary, the first byte says what follows: 0 bytes of the terminal, 1 JSON
 * (docs/api/terminals.md). The shell is attached to once the browser said how large it is.
 */
import type { Terminal } from "../domain/terminal.ts";
import type { Core } from "../engine/core.ts";
import type { End, Viewer, ViewerEnd } from "../engine/terminals/viewer.ts";
import { AppError } from "../lib/errors.ts";
import { isUpgrade } from "./guard.ts";
import { type CallerWatch, watchCaller } from "./request.ts";

const BYTES = 0;
const JSON_FRAME = 1;
/** What an upgraded connection may send in one frame; a longer one ends the connection (1009). */
export const MAX_FRAME_BYTES = 2 * 1024 * 1024;
const MAX_JSON_BYTES = 4_096;
/** A connection that says nothing, not even a pong, for this long is gone; the server pings by itself. */
export const SOCKET_IDLE_S = 60;
/** How long a login that was revoked may still be used by a socket that stands. */
const CALLER_CHECK_MS = 10_000;
/** Close codes: whether it makes sense to come again stands in the code, the reason is for people. */
const CODES: Record<End, number> = { away: 1001, gone: 4404, refused: 4400 };

interface Socket {
  sendBinary(bytes: Uint8Array): number;
  getBufferedAmount(): number;
  close(code: number, reason: string): void;
}

/** What the server's websocket handler calls for one connection. */
interface Handlers {
  open(ws: Socket): void;
  message(ws: Socket, message: string | Uint8Array): void;
  drain(ws: Socket): void;
  close(): void;
}

/** True when the connection was upgraded; throws when the request asks for no socket. */
export function upgradeToTerminal(
  core: Core,
  terminal: Terminal,
  request: Request,
  server: Bun.Server<unknown> | null,
): boolean {
  if (!isUpgrade(request))
    throw new AppError("invalid", "This is a WebSocket: the request must ask for an upgrade.", { status: 426 });
  return server?.upgrade(request, { data: handlersOf(core, terminal, watchCaller(request)) }) ?? false;
}

function handlersOf(core: Core, terminal: Terminal, caller: CallerWatch): Handlers {
  let viewer: Viewer | null = null;
  let watch: ReturnType<typeof setInterval> | undefined;
  return {
    open(ws) {
      watch = setInterval(async () => {
        if (!(await caller())) viewer?.end("refused", "This browser was signed out.");
      }, CALLER_CHECK_MS);
      try {
        viewer = core.terminals.view(terminal, endOf(ws));
      } catch (error) {
        ws.close(4429, error instanceof AppError ? error.message : "The terminal could not be opened.");
      }
    },
    message(_ws, message) {
      if (typeof message === "string")
        return viewer?.end("refused", "Frames are binary; the first byte says what follows.");
      const kind = message[0];
      if (kind === BYTES) return viewer?.type(message.subarray(1));
      if (kind !== JSON_FRAME) return viewer?.end("refused", `A frame begins with ${BYTES} or ${JSON_FRAME}.`);
      const said = parse(message.subarray(1));
      if (said === undefined)
        return viewer?.end("refused", "A frame that begins with 1 is a small JSON object in UTF-8.");
      viewer?.hear(said);
    },
    drain() {
      viewer?.drained();
    },
    close() {
      clearInterval(watch);
      viewer?.end();
    },
  };
}

function endOf(ws: Socket): ViewerEnd {
  return {
    bytes(frame) {
      frame[0] = BYTES;
      ws.sendBinary(frame);
    },
    json(message) {
      const text = Buffer.from(JSON.stringify(message));
      const frame = new Uint8Array(text.length + 1);
      frame[0] = JSON_FRAME;
      frame.set(text, 1);
      ws.sendBinary(frame);
    },
    waiting: () => ws.getBufferedAmount(),
    close: (end, reason) => ws.close(CODES[end], reason),
  };
}

function parse(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_JSON_BYTES) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
