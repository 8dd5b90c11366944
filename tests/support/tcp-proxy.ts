/** A wire that a test can pull: forwards bytes to a port, freezes (accepts and forwards nothing), or cuts everything. */
import type { Socket } from "bun";

interface Pair {
  other: Socket<Pair> | null;
  waiting: Uint8Array[];
  /** Ended while the wire was frozen: the other end hears of it when it thaws. */
  ended?: boolean;
}

export interface TcpProxy extends AsyncDisposable {
  url: string;
  /** Connections stay and bring nothing, as when a laptop's network is gone. */
  freeze(): void;
  thaw(): void;
  /** Ends all connections and refuses new ones until `mend`. */
  cut(): void;
  mend(): void;
}

export function tcpProxy(port: number): TcpProxy {
  const pairs = new Set<Socket<Pair>>();
  let frozen = false;
  let broken = false;
  const flush = (socket: Socket<Pair>) => {
    const { other, waiting } = socket.data;
    if (frozen || !other) return;
    for (const chunk of waiting.splice(0)) other.write(chunk);
    other.flush();
    if (socket.data.ended) other.end();
  };
  const handler = {
    data(socket: Socket<Pair>, chunk: Uint8Array) {
      socket.data.waiting.push(chunk.slice());
      flush(socket);
    },
    close(socket: Socket<Pair>) {
      socket.data.ended = true;
      flush(socket);
      if (!frozen) pairs.delete(socket);
    },
    error() {},
  };
  const server = Bun.listen<Pair>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      ...handler,
      open(socket) {
        socket.data = { other: null, waiting: [] };
        if (broken) return void socket.terminate();
        pairs.add(socket);
        void Bun.connect<Pair>({
          hostname: "127.0.0.1",
          port,
          data: { other: socket, waiting: [] },
          socket: {
            ...handler,
            open(far) {
              pairs.add(far);
              socket.data.other = far;
              flush(socket);
            },
          },
        }).catch(() => socket.terminate());
      },
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
      for (const socket of pairs) flush(socket);
      for (const socket of [...pairs]) if (socket.data.ended) pairs.delete(socket);
    },
    cut: () => {
      broken = true;
      for (const socket of [...pairs]) socket.terminate();
    },
    mend: () => {
      broken = false;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of [...pairs]) socket.terminate();
      server.stop(true);
    },
  };
}
