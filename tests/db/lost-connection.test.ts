/** What the driver does when connections are cut: docs/decisions/patched-postgres-driver.md. */
import { expect, test } from "bun:test";
import { connect } from "../../src/db/sql.ts";
import { testDatabase } from "../support/database.ts";
import { Seeded } from "../support/seeded.ts";

const KNOWN = new Set(["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "ECONNRESET", "EPIPE", "57P01"]);

test("cut connections fail their statements and nothing else: no half transaction, none that hangs", async () => {
  const random = new Seeded(7);
  const database = await testDatabase();
  const sql = connect(database.target, { max: 4 });
  await database.sql`create table pairs (n int)`;
  let ended = false;
  let worked = 0;
  const failures: unknown[] = [];
  const attempt = (work: () => Promise<unknown>) =>
    work().then(
      () => worked++,
      (error) => failures.push(error),
    );
  const worker = async (id: number) => {
    for (let n = id; !ended; n += 100) {
      await attempt(() =>
        sql.begin(async (tx) => {
          await tx`insert into pairs values (${n})`;
          // A transaction that does something else between two statements.
          if (n % 3 === 0) await Bun.sleep(1);
          await tx`insert into pairs values (${n})`;
        }),
      );
      await attempt(() => sql`select ${n}::int`);
    }
  };
  const workers = Array.from({ length: 8 }, (_, id) => worker(id));
  for (let cuts = 0; cuts < 40; cuts++) {
    await Bun.sleep(random.int(1, 25));
    await database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and random() < 0.7`;
  }
  ended = true;
  const before = worked;
  // A statement that hangs would hang the test, too.
  await Promise.all(workers);
  expect(failures.filter((e) => !KNOWN.has(String((e as { code?: string }).code)))).toEqual([]);
  expect(failures.length).toBeGreaterThan(3);
  expect(before).toBeGreaterThan(50);
  expect(await database.sql`select n from pairs group by n having count(*) <> 2`).toHaveLength(0);
  await sql.end({ timeout: 1 });
  await database.drop();
});
