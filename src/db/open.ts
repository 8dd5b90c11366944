/** From settings to a migrated database that is ours alone: start or find Postgres, lock, migrate; and back. */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { type Embedded, type EmbeddedOptions, startEmbedded } from "./embedded.ts";
import { AlreadyRunningError, type ServerLock, type ServerLockOptions, takeServerLock } from "./lock.ts";
import { migrate } from "./migrate.ts";
import { connect, type Sql } from "./sql.ts";

/** A Postgres found running may be on its way out with the server before us; then there is a next one to start. */
const TRIES = 3;
const REVIVE_MS = 1_000;

export interface OpenOptions extends ServerLockOptions {
  home: string;
  /** A Postgres of the user's own; without it the embedded one is started. */
  database_url?: string;
  embedded?: EmbeddedOptions;
}

export interface Database {
  sql: Sql;
  /** One connection, on which statements that are sent together are one packet. */
  reads: Sql;
  target: Parameters<typeof connect>[0];
  lock: ServerLock;
  /** Undefined with DATABASE_URL. */
  embedded: Embedded | undefined;
  /** Names of the migrations that this start applied. */
  applied: string[];
  /** Ends the pool, stops the embedded Postgres, releases the lock. */
  close(): Promise<void>;
}

/** Throws AlreadyRunningError, MigrationError or Error, each with a message for the person who started the server. */
export async function openDatabase(options: OpenOptions, log: Log): Promise<Database> {
  const open: { yes: boolean; reviving?: Promise<void> } = { yes: true };
  const onLost = () => {
    options.onLost?.();
    if (!options.database_url) open.reviving = revive(options, log, open);
  };
  const { embedded, target, lock } = await reach({ ...options, onLost }, log);
  const sql = connect(target);
  const reads = connect(target, { max: 1 });
  const close = async () => {
    open.yes = false;
    await open.reviving;
    await Promise.all([sql, reads].map((pool) => pool.end({ timeout: 5 })));
    await lock.release(embedded?.stop);
  };
  try {
    const { applied } = await migrate(sql);
    return { sql, reads, target, lock, embedded, applied, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A command has no time to wait for a server that stops; it works beside it. */
const COMMAND_WAIT_MS = 100;

/** For a command: the database as ours, or, where a server runs that has it, beside that. */
export async function withDatabase<T>(options: OpenOptions, log: Log, work: (sql: Sql) => Promise<T>): Promise<T> {
  const database = await openDatabase({ ...options, wait_ms: COMMAND_WAIT_MS }, log).catch((error: unknown) => {
    if (error instanceof AlreadyRunningError) return null;
    throw error;
  });
  if (database) return work(database.sql).finally(database.close);
  const target = options.database_url ?? (await startEmbedded(options.home, log, options.embedded)).target;
  const sql = connect(target, { max: 1 });
  return work(sql).finally(() => sql.end({ timeout: 1 }));
}

/** Postgres died under us (out of memory, a wrong kill): bring it back while the pool and the lock keep knocking. */
async function revive(options: OpenOptions, log: Log, open: { yes: boolean }): Promise<void> {
  while (open.yes) {
    try {
      const { pid, started } = await startEmbedded(options.home, log, options.embedded);
      if (started) log.warn("database_restarted", { pid });
      return;
    } catch (error) {
      log.error("database_down", { because: messageOf(error) });
      await sleep(REVIVE_MS);
    }
  }
}

async function reach(options: OpenOptions, log: Log) {
  for (let tries = 1; ; tries++) {
    const embedded = options.database_url ? undefined : await startEmbedded(options.home, log, options.embedded);
    const target = embedded?.target ?? (options.database_url as string);
    try {
      return { embedded, target, lock: await takeServerLock(target, options) };
    } catch (error) {
      if (error instanceof AlreadyRunningError) throw error;
      if (!embedded) throw new Error(`DATABASE_URL: ${messageOf(error) || "cannot connect"}`, { cause: error });
      if (tries >= TRIES) throw error;
      log.info("database_again", { because: messageOf(error) });
    }
  }
}
