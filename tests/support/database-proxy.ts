/**
 * A line to a test database that can be cut, and worse: answers that never arrive, statements that arrive after their
 * client is gone. `await using line = await databaseProxy(database)`; connect to `line.url`.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { TestDatabase } from "./database.ts";

export interface DatabaseProxy extends AsyncDisposable {
  url: string;
  /** Ends all connections, from the client's side; new ones are welcome. */
  cut(): void;
  /** Ends all connections and refuses new ones until `restore`. */
  refuse(): Promise<void>;
  restore(): Promise<void>;
  /**
   * The next thing sent that contains `text` reaches the database, and its answer never the client. Resolves when the
   * database has answered.
   */
  loseAnswerTo(text: string): Promise<void>;
  /** The same for the commit of the next transaction in which something is sent that contains all of these. */
  loseCommitOf(...texts: string[]): Promise<void>;
  /** The next thing sent that contains `text` is kept, its client is cut; it is sent on when the result is called. */
  keepBack(text: string): Promise<() => void>;
}

interface Line {
  client: Socket;
  server: Socket;
}
/** True when the chunk must not be sent on. */
type Trap = (chunk: Buffer, line: Line) => boolean;

export async function databaseProxy({ target }: TestDatabase): Promise<DatabaseProxy> {
  const lines = new Set<Line>();
  let trap: Trap | null = null;
  let listener: Server;

  /** Lines whose transaction has what `loseCommitOf` waits for, and whom to tell. */
  const doomed = new Map<Line, () => void>();
  const lose = ({ client, server }: Line, done: () => void) => {
    trap = null;
    server.removeAllListeners("data");
    server.once("data", () => {
      client.destroy();
      done();
    });
  };
  const accept = (client: Socket) => {
    const server = connect(join(target.socket_dir, ".s.PGSQL.5432"));
    const line: Line = { client, server };
    lines.add(line);
    client.on("data", (chunk) => {
      if (!trap?.(chunk as Buffer, line)) server.write(chunk);
    });
    server.on("data", (chunk) => {
      if (doomed.has(line) && (chunk as Buffer).includes("COMMIT\0")) {
        doomed.get(line)!();
        client.destroy();
      } else if (!client.destroyed) client.write(chunk);
    });
    const end = () => {
      doomed.delete(line);
      lines.delete(line);
      client.destroy();
      server.end();
    };
    for (const socket of [client, server]) socket.on("error", end).on("close", end);
  };
  const cut = () => {
    for (const { client } of [...lines]) client.destroy();
  };
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      listener = createServer(accept).once("error", reject);
      listener.listen(port, "127.0.0.1", () => resolve((listener.address() as { port: number }).port));
    });
  const close = () =>
    new Promise<void>((resolve) => {
      listener.close(() => resolve());
      cut();
    });
  const port = await listen(0);

  return {
    url: `postgres://${target.user}@127.0.0.1:${port}/${target.database}`,
    cut,
    refuse: close,
    restore: async () => void (await listen(port)),
    loseAnswerTo: (text) =>
      new Promise((resolve) => {
        trap = (chunk, line) => {
          if (chunk.includes(text)) lose(line, resolve);
          return false;
        };
      }),
    loseCommitOf: (...texts) =>
      new Promise((resolve) => {
        trap = (chunk, line) => {
          if (!texts.every((text) => chunk.includes(text))) return false;
          trap = null;
          // Known by the answer: a prepared commit does not say what it is.
          doomed.set(line, resolve);
          return false;
        };
      }),
    keepBack: (text) =>
      new Promise((resolve) => {
        trap = (chunk, line) => {
          if (!chunk.includes(text)) return false;
          trap = null;
          const { client, server } = line;
          lines.delete(line);
          server.removeAllListeners("close");
          client.removeAllListeners("close");
          client.destroy();
          resolve(() => {
            server.write(chunk);
            server.end();
          });
          return true;
        };
      }),
    async [Symbol.asyncDispose]() {
      await close().catch(() => {});
    },
  };
}
