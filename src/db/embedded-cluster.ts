/** Makes a data directory and its settings, and starts one Postgres on it. */
import { type ChildProcess, spawn } from "node:child_process";
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../lib/ids.ts";
import type { Log } from "../lib/log.ts";
import { type Places, type Programs, SOCKET_FILE } from "./embedded-places.ts";

export const DATABASE_USER = "boocode";
const LOG_BYTES = 1_000_000;
const LOG_TAIL_CHARS = 2_000;

/** One user and a handful of connections: small memory, few processes, little WAL. */
const SETTINGS: Record<string, string> = {
  // Only the unix socket in a directory nobody else may enter; hence no passwords.
  listen_addresses: "",
  unix_socket_permissions: "0700",
  max_connections: "30",
  shared_buffers: "32MB",
  huge_pages: "off",
  jit: "off",
  // Worker processes of io_method cost memory; reads here come from the cache.
  io_method: "sync",
  max_worker_processes: "2",
  max_parallel_workers: "0",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  max_logical_replication_workers: "0",
  autovacuum_max_workers: "1",
  autovacuum_worker_slots: "2",
  // No replicas and no archive; backup is an export.
  wal_level: "minimal",
  max_wal_senders: "0",
  wal_compression: "on",
  checkpoint_timeout: "30min",
  min_wal_size: "32MB",
  max_wal_size: "256MB",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
  log_line_prefix: "%m [%p] ",
  log_checkpoints: "off",
  // Statements and details would carry message texts into the log.
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
};

/** `initdb` into a directory beside, renamed when complete: a data directory is whole or absent. */
export async function makeCluster(places: Places, programs: Programs, durable: boolean): Promise<void> {
  const fresh = join(places.root, `data.new-${process.pid}-${newId()}`);
  await mkdir(fresh, { mode: 0o700 });
  if (places.owner) await chown(fresh, places.owner.uid, places.owner.gid);
  const options = [
    "--username",
    DATABASE_USER,
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
  ];
  options.push("--builtin-locale=C.UTF-8", "--wal-segsize=4", "--no-instructions", ...(durable ? [] : ["--no-sync"]));
  const { code, output } = await run(programs.initdb, ["-D", fresh, ...options], places);
  if (code !== 0) {
    await rm(fresh, { recursive: true, force: true });
    throw new Error(`could not make the database: ${output.trim()}`);
  }
  await rename(fresh, places.data);
}

/** Removes what a killed `initdb` left, and puts a data directory aside that is not whole. True if a cluster is there. */
export async function checkCluster(places: Places, programs: Programs, log: Log): Promise<boolean> {
  for (const name of await readdir(places.root)) {
    if (name.startsWith("data.new-")) await rm(join(places.root, name), { recursive: true, force: true });
  }
  if (!(await stat(places.data).catch(() => undefined))) return false;
  const version = await readFile(join(places.data, "PG_VERSION"), "utf8").catch(() => undefined);
  const control = await stat(join(places.data, "global/pg_control")).catch(() => undefined);
  if (version === undefined || !control?.size) {
    const aside = `${places.data}.incomplete-${newId()}`;
    await rename(places.data, aside);
    log.warn("database_incomplete", {
      moved_to: aside,
      missing: version === undefined ? "PG_VERSION" : "global/pg_control",
    });
    return false;
  }
  if (version.trim() !== programs.major) throw new Error(wrongVersion(places.data, version.trim(), programs.major));
  return true;
}

function wrongVersion(data: string, theirs: string, ours: string): string {
  return [
    `The database in ${data} was made by PostgreSQL ${theirs}; this BooCode brings PostgreSQL ${ours} and does not touch it.`,
    `Start the BooCode version that you ran before and export your data there, then move ${data} away and start this one;`,
    `or run PostgreSQL ${theirs} on that directory yourself and set DATABASE_URL.`,
  ].join("\n");
}

/** Starts Postgres in a session of its own, so that Ctrl-C in our terminal reaches us and not it. */
export async function spawnPostgres(
  places: Places,
  programs: Programs,
  extra: Record<string, string>,
): Promise<ChildProcess> {
  await writeConfig(places, extra);
  for (const name of [SOCKET_FILE, `${SOCKET_FILE}.lock`]) await rm(join(places.socket_dir, name), { force: true });
  const size = (await stat(places.log_file).catch(() => undefined))?.size ?? 0;
  if (size > LOG_BYTES) await rename(places.log_file, `${places.log_file}.1`);
  const file = await open(places.log_file, "a", 0o600);
  try {
    const child = spawn(programs.postgres, ["-D", places.data, "-c", `config_file=${places.config_file}`], {
      ...identity(places),
      detached: true,
      stdio: ["ignore", file.fd, file.fd],
    });
    child.on("error", () => {});
    child.unref();
    return child;
  } finally {
    await file.close();
  }
}

async function writeConfig(places: Places, extra: Record<string, string>): Promise<void> {
  const all = { ...SETTINGS, hba_file: places.hba_file, unix_socket_directories: places.socket_dir, ...extra };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  const head = "# Written by BooCode at each start. Your own settings belong in custom.conf beside this file.";
  // Readable for the service user, and without secrets.
  await writeFile(places.config_file, `${head}\n${lines.join("\n")}\ninclude_if_exists 'custom.conf'\n`, {
    mode: 0o644,
  });
  await writeFile(places.hba_file, "local all all trust\n", { mode: 0o644 });
}

/** The last lines that Postgres wrote, for the message of a failed start. */
export async function logTail(places: Places): Promise<string> {
  return (await readFile(places.log_file, "utf8").catch(() => "")).slice(-LOG_TAIL_CHARS).trim();
}

function identity(places: Places) {
  const { owner } = places;
  return {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
    ...(owner ? { uid: owner.uid, gid: owner.gid } : {}),
  };
}

function run(program: string, args: string[], places: Places): Promise<{ code: number; output: string }> {
  const child = spawn(program, args, { ...identity(places), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (output += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, output }));
  });
}
