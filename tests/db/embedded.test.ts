import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { startEmbedded } from "../../src/db/embedded.ts";
import { findPostmaster, runsOn } from "../../src/db/embedded-process.ts";
import { connect } from "../../src/db/sql.ts";
import { emptyHome, killHard, quiet, removeHome, removeHomes, spawnOwner, stoppedHome } from "./homes.ts";

const root = process.getuid?.() === 0;
const fast = { durable: false };
const dataOf = (home: string) => join(home, "postgres/data");

afterAll(removeHomes);

test("a fresh start answers on a private socket and nowhere else, and stop leaves no process", async () => {
  const home = emptyHome();
  const embedded = await startEmbedded(home, quiet, fast);
  expect(embedded.started).toBe(true);
  const sql = connect(embedded.target, { max: 1 });
  const [settings] = await sql`select current_setting('listen_addresses') as tcp, current_setting('fsync') as fsync`;
  expect(settings).toEqual({ tcp: "", fsync: "on" });
  await sql.end();
  expect(statSync(embedded.target.socket_dir).mode & 0o777).toBe(0o700);
  await embedded.stop();
  expect(await runsOn(embedded.pid, dataOf(home))).toBe(false);
  expect(readdirSync(embedded.target.socket_dir)).toEqual([]);
  expect(existsSync(join(dataOf(home), "postmaster.pid"))).toBe(false);
});

test("a Postgres left over by a killed server is used as it is", async () => {
  const home = await stoppedHome();
  const owner = await spawnOwner(home, true);
  owner.process.kill("SIGKILL");
  await owner.process.exited;
  const embedded = await startEmbedded(home, quiet, fast);
  expect({ pid: embedded.pid, started: embedded.started }).toEqual({ pid: owner.pid, started: false });
  const sql = connect(embedded.target, { max: 1 });
  expect([...(await sql`select text from kept`)]).toEqual([{ text: "committed" }]);
  await sql.end();
  await embedded.stop();
  expect(await runsOn(owner.pid, dataOf(home))).toBe(false);
});

test("server and Postgres killed together: what was committed is there, and no old backend writes any more", async () => {
  const home = await stoppedHome();
  const owner = await spawnOwner(home, true);
  owner.process.kill("SIGKILL");
  await killHard(owner.pid, dataOf(home));
  const embedded = await startEmbedded(home, quiet, fast);
  expect(embedded.started).toBe(true);
  const sql = connect(embedded.target, { max: 1 });
  expect([...(await sql`select text from kept`)]).toEqual([{ text: "committed" }]);
  expect([...(await sql`select 1 from pg_stat_activity where query like 'select pg_sleep%'`)]).toEqual([]);
  await sql.end();
  await embedded.stop();
});

test("a pid file that names another living process is no competitor, and that process is left alone", async () => {
  const home = await stoppedHome();
  const stranger = Bun.spawn(["sleep", "600"]);
  const file = join(dataOf(home), "postmaster.pid");
  writeFileSync(file, `${stranger.pid}\n${dataOf(home)}\n1700000000\n5432\n/nowhere\n\n  123456  65536\nready\n`);
  const embedded = await startEmbedded(home, quiet, fast);
  expect(embedded.started).toBe(true);
  expect(stranger.exitCode).toBeNull();
  await embedded.stop();
  stranger.kill();
});

test("an empty or cut pid file does not stop a start", async () => {
  const home = await stoppedHome();
  writeFileSync(join(dataOf(home), "postmaster.pid"), "");
  const embedded = await startEmbedded(home, quiet, fast);
  expect(embedded.started).toBe(true);
  await embedded.stop();
});

test("what a killed initdb left is removed; a data directory that is not whole is put aside, not deleted", async () => {
  const home = emptyHome();
  mkdirSync(join(home, "postgres/data.new-1-abc"), { recursive: true });
  mkdirSync(join(dataOf(home), "base"), { recursive: true });
  writeFileSync(join(dataOf(home), "base/1"), "half");
  chmodSync(home, 0o711);
  chmodSync(join(home, "postgres"), 0o711);
  const embedded = await startEmbedded(home, quiet, fast);
  await embedded.stop();
  const names = readdirSync(join(home, "postgres"));
  expect(names.filter((name) => name.startsWith("data.new-"))).toEqual([]);
  const aside = names.find((name) => name.startsWith("data.incomplete-"));
  expect(readFileSync(join(home, "postgres", aside ?? "none", "base/1"), "utf8")).toBe("half");
});

test("data of another major version stops the start with what to do, untouched", async () => {
  const home = await stoppedHome();
  writeFileSync(join(dataOf(home), "PG_VERSION"), "17\n");
  const message = await startEmbedded(home, quiet, fast).then(String, String);
  expect(message).toContain("made by PostgreSQL 17; this BooCode brings PostgreSQL 18");
  expect(message).toContain("DATABASE_URL");
  expect(existsSync(join(dataOf(home), "global/pg_control"))).toBe(true);
});

test("a home too long for a socket's path gets its socket in a short private directory", async () => {
  const above = emptyHome();
  chmodSync(above, 0o711);
  const home = join(above, "x".repeat(60), "y".repeat(60));
  mkdirSync(home, { recursive: true });
  const embedded = await startEmbedded(home, quiet, fast);
  const { socket_dir } = embedded.target;
  expect(Buffer.byteLength(socket_dir)).toBeLessThan(70);
  expect(statSync(socket_dir).mode & 0o777).toBe(0o700);
  await embedded.stop();
  rmdirSync(socket_dir);
});

test("several starts at once make one Postgres", async () => {
  // Behind a closed directory there is the most to make: as root also the place outside and the copied programs.
  const home = join(emptyHome(), "home");
  const owners = await Promise.all([spawnOwner(home), spawnOwner(home), spawnOwner(home)]);
  expect(owners.filter((owner) => owner.started)).toHaveLength(1);
  expect(new Set(owners.map((owner) => owner.pid)).size).toBe(1);
  for (const owner of owners) owner.process.kill("SIGKILL");
  await removeHome(home);
});

test("a Postgres whose socket was tidied away is started anew", async () => {
  const home = await stoppedHome();
  const first = await startEmbedded(home, quiet, fast);
  Bun.spawnSync(["sh", "-c", `rm -f ${first.target.socket_dir}/.s.*`]);
  const second = await startEmbedded(home, quiet, fast);
  expect(second.started).toBe(true);
  expect(second.pid).not.toBe(first.pid);
  await second.stop();
});

test("a Postgres that did not start says why", async () => {
  const home = await stoppedHome();
  writeFileSync(join(home, "postgres/custom.conf"), "no_such_setting = 1\n");
  const message = await startEmbedded(home, quiet, fast).then(String, String);
  expect(message).toContain('unrecognized configuration parameter "no_such_setting"');
  expect(await findPostmaster(dataOf(home))).toBeUndefined();
});

test.if(root)("as root, a home behind a closed directory gets its data outside and a link to it", async () => {
  const closed = emptyHome();
  const home = join(closed, "home");
  const embedded = await startEmbedded(home, quiet, fast);
  await embedded.stop();
  const outside = Bun.spawnSync(["realpath", join(home, "postgres")])
    .stdout.toString()
    .trim();
  expect(outside).toStartWith("/var/lib/boocode/");
  expect(readFileSync(join(outside, "HOME"), "utf8").trim()).toBe(home);
  expect(statSync(closed).mode & 0o777).toBe(0o700);
  const again = await startEmbedded(home, quiet, fast);
  await again.stop();
  await removeHome(home);
});

test.if(root)("as root, Postgres is not root, and others can read neither data nor socket", async () => {
  const home = await stoppedHome();
  const embedded = await startEmbedded(home, quiet, fast);
  expect(statSync(`/proc/${embedded.pid}`).uid).not.toBe(0);
  expect(statSync(dataOf(home)).mode & 0o077).toBe(0);
  expect(statSync(join(home, "postgres")).uid).toBe(0);
  expect(statSync(join(home, "postgres")).mode & 0o022).toBe(0);
  await embedded.stop();
});
