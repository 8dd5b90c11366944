/** The connection: porsager's postgres over a unix socket or TCP, with numbers for int8 and snake_case as it is. */
import postgres from "postgres";
import { ARRAY_TYPES } from "./arrays.ts";

const TYPES = {
  /** int8 as number: our counters stay far below 2^53. */
  bigint: { to: 20, from: [20], serialize: (n: number) => String(n), parse: (s: string) => Number(s) },
};

export type Sql = postgres.Sql<{ bigint: number }>;
export type Tx = postgres.TransactionSql<{ bigint: number }>;
/** Anything a store function can run its statement on. */
export type Db = Sql | Tx;

export interface ConnectOptions {
  max?: number;
  /** Milliseconds after which Postgres cancels a statement; 0 is for ever. */
  statement_timeout_ms?: number;
  /** The connection answers a commit before it is on disk: for text that streams, and nothing else. */
  asynchronous_commit?: boolean;
  onnotice?: (notice: postgres.Notice) => void;
  /** Called each time a connection ends, for whatever reason. */
  onclose?: () => void;
}

export const POOL_CONNECTIONS = 8;
export const STATEMENT_TIMEOUT_MS = 15_000;
/** A transaction that waits for something of ours this long would hold its locks, or its connection, for ever. */
const IDLE_TRANSACTION_MS = 60_000;
const CONNECT_TIMEOUT_S = 5;
/** Part of the socket's file name; said here, or a PGPORT in the environment would be used. */
const SOCKET_PORT = 5432;

/** `target` is a postgres:// URL or, for the embedded server, its socket directory and user. */
export function connect(
  target: string | { socket_dir: string; user: string; database: string },
  options: ConnectOptions = {},
): Sql {
  const common = {
    max: options.max ?? POOL_CONNECTIONS,
    // The cast: they change how values travel, not what may be passed.
    types: { ...TYPES, ...ARRAY_TYPES } as unknown as typeof TYPES,
    // Its query on each new connection has no catch; see arrays.ts.
    fetch_types: false,
    connect_timeout: CONNECT_TIMEOUT_S,
    idle_timeout: 0,
    max_lifetime: null,
    // Seconds. A database that is back is found quickly, and a page need not wait long to say that it is away.
    backoff: (retries: number) => Math.min(0.5, 0.05 * 2 ** retries),
    connection: {
      application_name: "boocode",
      // Planning its one statement anew each time costs Postgres three times what running it does.
      ...(options.asynchronous_commit && { synchronous_commit: "off", plan_cache_mode: "force_generic_plan" }),
      statement_timeout: options.statement_timeout_ms ?? STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    },
    onnotice: options.onnotice ?? (() => {}),
    onclose: () => options.onclose?.(),
  };
  if (typeof target === "string") {
    const { url, socket_dir } = readUrl(target);
    return postgres(url, socket_dir ? { ...common, host: socket_dir } : common);
  }
  return postgres({
    ...common,
    host: target.socket_dir,
    port: SOCKET_PORT,
    username: target.user,
    database: target.database,
  });
}

/** `?host=/run/postgresql` is how everybody but the postgres package writes a socket's directory in a URL. */
function readUrl(given: string): { url: string; socket_dir: string | undefined } {
  const param = /[?&]host=([^&]*)/.exec(given);
  const socket_dir = param?.[1] ? decodeURIComponent(param[1]) : "";
  if (!param || !socket_dir.startsWith("/")) return { url: given, socket_dir: undefined };
  const rest = given.replace(param[0], param[0].startsWith("?") ? "?" : "").replace(/\?$/, "");
  // Without a host, a URL with a user name is none to the parser.
  return { url: rest.replace(/^(\w+:\/\/(?:[^/@]*@)?)\//, "$1localhost/"), socket_dir };
}
