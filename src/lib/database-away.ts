/** Whether an error says that the database cannot be reached now, and the same may work later. */

/** Codes of the postgres package, of the socket below it, and of a server that is starting, stopping, full or too slow. */
const AWAY = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections, query_canceled (the statement timeout)
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "57014",
  // A transaction that stood idle for too long, and the connection exceptions.
  "25P03",
  "08000",
  "08001",
  "08003",
  "08006",
]);

export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as Error & { code?: unknown; syscall?: unknown };
  // The socket's file is gone; a file of a project that is gone is another matter.
  return AWAY.has(String(code)) || (code === "ENOENT" && syscall === "connect");
}
