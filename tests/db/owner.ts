/** A server's stand-in for tests: starts the embedded Postgres of a home, says so in JSON, and holds on until killed. */
import { startEmbedded } from "../../src/db/embedded.ts";
import { connect } from "../../src/db/sql.ts";
import { createLog } from "../../src/lib/log.ts";

const [home = "", busy] = process.argv.slice(2);
const { pid, started, target } = await startEmbedded(home, createLog("error"), { durable: false });
if (busy) {
  const sql = connect(target);
  await sql`create table kept (text text)`;
  await sql`insert into kept values ('committed')`;
  sql`select pg_sleep(600)`.catch(() => {});
  while (
    (await sql`select 1 from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`).length === 0
  );
}
console.log(JSON.stringify({ pid, started }));
// Ends with the test that started it, should that fail before it kills us.
for await (const _ of process.stdin);
process.exit();
