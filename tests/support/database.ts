/**
 * Postgres for tests: one server per `bun test` process, gone when that process ends in whatever way, and a database of
 * its own per call, copied from a migrated template in some ten milliseconds (in memory; 50 on a disk).
 */
import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { type Embedded, type EmbeddedTarget, startEmbedded } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { connect, type Sql } from "../../src/db/sql.ts";
import { newId } from "../../src/lib/ids.ts";
import { createLog } from "../../src/lib/log.ts";
import { quickDirectory } from "./quick-directory.ts";

const TEMPLATE = "template_boocode";
/** Speed over durability: what a test wrote need not outlive it. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "200",
  autovacuum: "off",
};
interface Server {
  embedded: Embedded;
  /** For `create database` and `drop database`. */
  admin: Sql;
}

let server: Promise<Server> | undefined;

export interface TestDatabase {
  sql: Sql;
  target: EmbeddedTarget;
  drop(): Promise<void>;
}

/** A fresh migrated database with its own instance id and journal epoch. */
export async function testDatabase(): Promise<TestDatabase> {
  const { embedded, admin } = await testServer();
  const database = `test_${newId()}`;
  await admin`create database ${admin(database)} template ${admin(TEMPLATE)} strategy file_copy`;
  const target = { ...embedded.target, database };
  const sql = connect(target);
  await sql`with i as (update instance set id = ${newId()}) update journal_head set epoch = ${newId()}`;
  const drop = async () => {
    await sql.end({ timeout: 1 });
    await admin`drop database if exists ${admin(database)} with (force)`;
  };
  return { sql, target, drop };
}

/** The admin target of the server, for tests that make their own databases; `pid` is the postmaster's. */
export async function testPostgres(): Promise<EmbeddedTarget & { pid: number }> {
  const { embedded } = await testServer();
  return { ...embedded.target, pid: embedded.pid };
}

/** An empty database without any migration. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const { embedded, admin } = await testServer();
  const database = `empty_${newId()}`;
  await admin`create database ${admin(database)} strategy file_copy`;
  const target = { ...embedded.target, database };
  const sql = connect(target);
  const drop = async () => {
    await sql.end({ timeout: 1 });
    await admin`drop database if exists ${admin(database)} with (force)`;
  };
  return { sql, target, drop };
}

function testServer(): Promise<Server> {
  server ??= startServer();
  return server;
}

async function startServer(): Promise<Server> {
  const home = await mkdtemp(join(await quickDirectory(), "boocode-test-"));
  const embedded = await startEmbedded(home, createLog("error"), { settings: SETTINGS, durable: false });
  endWithUs(embedded.pid, home);
  const admin = connect(embedded.target, { max: 2 });
  await admin`create database ${admin(TEMPLATE)}`;
  const template = connect({ ...embedded.target, database: TEMPLATE }, { max: 1 });
  await migrate(template);
  await template.end();
  return { embedded, admin };
}

/**
 * `bun test` runs no exit handlers, so a shell watches: its standard input ends when this process does, also by a
 * crash or a kill, and then it stops Postgres and removes the directory.
 */
function endWithUs(pid: number, home: string): void {
  const script = 'cat >/dev/null; kill -QUIT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.05; done; rm -rf "$2"';
  const watcher = spawn("sh", ["-c", script, "sh", String(pid), home], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.unref();
  (watcher.stdin as unknown as { unref?: () => void }).unref?.();
}
