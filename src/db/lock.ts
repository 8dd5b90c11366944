/**
 * One server per database. The lock is an advisory lock of a session that lives as long as the server does, so it can
 * never be left behind; the session's application name tells a second start where the first one listens.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Sql } from "./sql.ts";

/** See MIGRATION_LOCK in migrate.ts for the numbering. */
const SERVER_LOCK = 0x626f6f02;
/** A server that is just stopping gets this long to finish. */
const WAIT_MS = 5_000;
const RETRY_MS = 250;
const NAME_PREFIX = "boocode at ";
const LOCK_TIMEOUT = "55P03";

export class AlreadyRunningError extends Error {
  constructor(readonly url: string | undefined) {
    super(url ? `already running at ${url}` : "another BooCode server uses this database");
    this.name = "AlreadyRunningError";
  }
}

export interface ServerLockOptions {
  /** Where this server listens, as a human would open it. */
  url: string;
  wait_ms?: number;
  /** The session broke, for instance because the database went away. The lock is being taken again meanwhile. */
  onLost?: () => void;
  onRegained?: () => void;
  /** Another server took the lock after we lost it: this one has to end. */
  onTaken?: (error: AlreadyRunningError) => void;
}

export interface ServerLock {
  /** For a server that learns its port only when it listens. */
  setUrl(url: string): Promise<void>;
  /** `last` runs while the lock is still held: a waiting second start must not get a Postgres that we are stopping. */
  release(last?: () => Promise<void>): Promise<void>;
}

/** Takes the lock, waiting up to `wait_ms`. Throws AlreadyRunningError with the holder's URL, or the database's error. */
export async function takeServerLock(
  target: Parameters<typeof connect>[0],
  options: ServerLockOptions,
): Promise<ServerLock> {
  const state = { url: options.url, held: true, released: false };
  let session = await openSession(target, state.url, options.wait_ms ?? WAIT_MS, lost);

  function lost(): void {
    if (state.released) return;
    state.held = false;
    options.onLost?.();
    void regain();
  }

  async function regain(): Promise<void> {
    while (!state.released) {
      await session.end({ timeout: 0 });
      try {
        session = await openSession(target, state.url, options.wait_ms ?? WAIT_MS, lost);
        if (state.released) return await session.end({ timeout: 1 });
        state.held = true;
        return options.onRegained?.();
      } catch (error) {
        if (error instanceof AlreadyRunningError) return options.onTaken?.(error);
        await sleep(RETRY_MS);
      }
    }
  }

  return {
    async setUrl(url) {
      state.url = url;
      if (state.held) await announce(session, url);
    },
    async release(last) {
      state.released = true;
      await last?.();
      await session.end({ timeout: 1 });
    },
  };
}

/** `lost` is called at most once, and only after this function has returned. */
async function openSession(
  target: Parameters<typeof connect>[0],
  url: string,
  wait_ms: number,
  lost: () => void,
): Promise<Sql> {
  let holds = false;
  const onclose = () => {
    if (holds) lost();
    holds = false;
  };
  const sql = connect(target, { max: 1, statement_timeout_ms: 0, onclose });
  try {
    await sql`select set_config('lock_timeout', ${String(wait_ms)}, false)`;
    await sql`select pg_advisory_lock(${SERVER_LOCK})`;
    await announce(sql, url);
    holds = true;
    return sql;
  } catch (error) {
    const running =
      (error as { code?: string }).code === LOCK_TIMEOUT ? new AlreadyRunningError(await holderUrl(sql)) : error;
    await sql.end({ timeout: 0 });
    throw running;
  }
}

async function announce(sql: Sql, url: string): Promise<void> {
  await sql`select set_config('application_name', ${NAME_PREFIX + url}, false)`;
}

async function holderUrl(sql: Sql): Promise<string | undefined> {
  const [holder] = await sql<{ application_name: string }[]>`
    select a.application_name from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid = ${SERVER_LOCK} and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())`;
  return holder?.application_name.startsWith(NAME_PREFIX)
    ? holder.application_name.slice(NAME_PREFIX.length)
    : undefined;
}
