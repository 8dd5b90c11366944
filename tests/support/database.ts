/**
 * Postgres for tests: one server per `bun test` process, gone when that process ends in whatever way, and a database of
 * its own per call, copied from a migrated template in some ten milliseconds (in memory; 50 on a disk).
 */
import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
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
  // In the data directory and removed with it, also after a kill.
  dynamic_shared_memory_type: "mmap",
};
/** The number is the test process's. */
const NAME = /^boocode-test-(\d+)-/;

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
  const directory = await quickDirectory();
  sweep(directory);
  const home = await mkdtemp(join(directory, `boocode-test-${process.pid}-`));
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
 * `bun test` runs no exit handlers, so a shell watches this process, and when it ends, also by a crash or a kill, stops
 * Postgres and removes the directory. It is nobody's child, because Bun kills the children of a test that takes too long.
 */
function endWithUs(pid: number, home: string): void {
  const wait = (which: string) => `while kill -0 ${which} 2>/dev/null; do sleep 0.1; done`;
  const script = `(${wait("$1")}; kill -QUIT $2; ${wait("$2")}; rm -rf "$3") &`;
  const args = [String(process.pid), String(pid), home];
  spawn("sh", ["-c", script, "sh", ...args], { detached: true, stdio: "ignore" }).unref();
}

/** What a watcher could not remove, because it was killed as well: directories of processes that are gone. */
function sweep(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = Number(NAME.exec(name)?.[1] ?? 0);
    if (pid && !isAlive(pid)) rmSync(join(directory, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
