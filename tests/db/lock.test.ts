import { afterEach, beforeEach, expect, test } from "bun:test";
import { AlreadyRunningError, type ServerLock, takeServerLock } from "../../src/db/lock.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
const held: ServerLock[] = [];
const take = async (url: string, rest: Partial<Parameters<typeof takeServerLock>[1]> = {}) => {
  const lock = await takeServerLock(db.target, { url, wait_ms: 50, ...rest });
  held.push(lock);
  return lock;
};
/** Breaks the sessions that hold a lock, as a restart of the database would. */
const breakSessions = () => db.sql`
  select pg_terminate_backend(l.pid) from pg_locks l
  where l.locktype = 'advisory' and l.granted
    and l.database = (select oid from pg_database where datname = current_database())`;

beforeEach(async () => {
  db = await testDatabase();
});
afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release();
  await db.drop();
});

test("a second server is told where the first one runs, also after the first learned its port", async () => {
  const first = await take("http://127.0.0.1:0");
  await first.setUrl("http://127.0.0.1:43210");
  const refusal = await take("http://127.0.0.1:1").catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(AlreadyRunningError);
  expect(String(refusal)).toContain("already running at http://127.0.0.1:43210");
});

test("a second server waits for one that is just stopping", async () => {
  const first = await take("http://127.0.0.1:1");
  const second = take("http://127.0.0.1:2", { wait_ms: 10_000 });
  await first.release();
  await second;
});

test("what runs last in a release still holds the lock", async () => {
  const first = await take("http://127.0.0.1:1");
  let refusal: unknown;
  await first.release(async () => {
    refusal = await take("http://127.0.0.1:2").catch((error: unknown) => error);
  });
  expect(refusal).toBeInstanceOf(AlreadyRunningError);
  await take("http://127.0.0.1:3");
});

test("locks of different databases do not meet", async () => {
  await take("http://127.0.0.1:1");
  const other = await testDatabase();
  const lock = await takeServerLock(other.target, { url: "http://127.0.0.1:2", wait_ms: 50 });
  await lock.release();
  await other.drop();
});

test("a broken session is noticed and the lock taken again, with the URL it had", async () => {
  const events: string[] = [];
  const regained = Promise.withResolvers<void>();
  const first = await take("http://127.0.0.1:0", { onLost: () => events.push("lost"), onRegained: regained.resolve });
  await first.setUrl("http://127.0.0.1:777");
  await breakSessions();
  await regained.promise;
  expect(events).toEqual(["lost"]);
  expect(String(await take("http://127.0.0.1:2").catch((error: unknown) => error))).toContain("http://127.0.0.1:777");
});

test("a lock that somebody else took meanwhile ends the first server", async () => {
  const taken = Promise.withResolvers<AlreadyRunningError>();
  await take("http://127.0.0.1:1", { onTaken: taken.resolve });
  // Queued behind the first, so it has the lock before the first can ask again.
  const second = take("http://127.0.0.1:2", { wait_ms: 10_000 });
  while ((await db.sql`select 1 from pg_locks where locktype = 'advisory' and not granted`).length === 0);
  await breakSessions();
  await second;
  expect((await taken.promise).url).toBe("http://127.0.0.1:2");
});

test("a release is no loss", async () => {
  let lost = false;
  const lock = await take("http://127.0.0.1:1", {
    onLost: () => {
      lost = true;
    },
  });
  await lock.release();
  await take("http://127.0.0.1:2");
  expect(lost).toBe(false);
});
