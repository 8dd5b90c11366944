/** Where our tmux server's socket and configuration lie: one server per data directory. */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../refusal.ts";

/** Bytes of a unix socket's path, without the closing NUL: 107 on Linux, 103 on macOS. */
const SOCKET_PATH_BYTES = process.platform === "darwin" ? 103 : 107;

export interface TmuxPlaces {
  socket: string;
  config: string;
}

/** In `home`, or, where that path is too long for a socket, under /run/user or /tmp by a hash of it. Makes the directories, private. */
export function tmuxPlaces(home: string): TmuxPlaces {
  const own = join(home, "tmux");
  privateDirectory(own);
  const config = join(own, "tmux.conf");
  const socket = join(own, "socket");
  if (Buffer.byteLength(socket) <= SOCKET_PATH_BYTES) return { socket, config };
  const uid = process.getuid?.() ?? 0;
  const hash = createHash("sha256").update(home).digest("hex").slice(0, 12);
  const runtime = `/run/user/${uid}`;
  const short = existsSync(runtime) ? join(runtime, `boocode-${hash}`) : `/tmp/boocode-${uid}-${hash}`;
  privateDirectory(short);
  return { socket: join(short, "tmux"), config };
}

/** In /tmp anybody may have made it first: a directory that is not ours alone is refused. */
function privateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid } = statSync(path);
  if (process.getuid && uid !== process.getuid())
    throw new Refusal("unavailable", "no place for tmux", `${path} belongs to somebody else; terminals need it.`);
  chmodSync(path, 0o700);
}
