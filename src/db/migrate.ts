/** Brings a database to the newest schema: numbered files, applied once, in order, never edited afterwards. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sql, Tx } from "./sql.ts";

export const MIGRATIONS_DIR = fileURLToPath(new URL("../../sql/migrations", import.meta.url));
/** Advisory locks are numbers shared by the whole database: "boo" and a digit, here 1. The server's lock is 2. */
const MIGRATION_LOCK = 0x626f6f01;
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** Stops the start; the message says which file and what to do. */
export class MigrationError extends Error {}

interface Migration {
  name: string;
  text: string;
  checksum: string;
}

/**
 * Applies what is missing, each file in a transaction of its own; `applied` names the files of this call. Safe to call
 * from several processes at once: they queue, and each file is applied by one of them. Throws MigrationError.
 */
export async function migrate(sql: Sql, dir: string = MIGRATIONS_DIR): Promise<{ applied: string[] }> {
  const files = await readMigrations(dir);
  const applied: string[] = [];
  for (;;) {
    const name = await sql.begin((tx) => applyNext(tx, files));
    if (name === undefined) return { applied };
    applied.push(name);
  }
}

/** Applies one file and returns its name, or undefined if there is none left. */
async function applyNext(tx: Tx, files: Migration[]): Promise<string | undefined> {
  await tx`set local statement_timeout = 0`;
  await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK})`;
  const done = await appliedMigrations(tx);
  refuseEdits(done, files);
  const next = files[done.length];
  if (!next) return undefined;
  try {
    await tx.unsafe(next.text);
  } catch (error) {
    throw new MigrationError(
      `migration ${next.name} failed: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
  await tx`insert into migrations (number, name, checksum) values (${done.length + 1}, ${next.name}, ${next.checksum})`;
  return next.name;
}

async function appliedMigrations(tx: Tx): Promise<{ name: string; checksum: string }[]> {
  const [table] = await tx`select to_regclass('migrations') is not null as there`;
  if (!table?.there) {
    await tx`create table migrations (
      number integer primary key,
      name text not null unique,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`;
    await tx`comment on table migrations is 'What was applied; checksum is the SHA-256 of the file, an edited file stops the start.'`;
  }
  return tx<{ name: string; checksum: string }[]>`select name, checksum from migrations order by number`;
}

function refuseEdits(done: { name: string; checksum: string }[], files: Migration[]): void {
  done.forEach((row, index) => {
    const file = files[index];
    if (!file)
      throw new MigrationError(
        `the database has migration ${row.name}, this BooCode does not: it is older than the data`,
      );
    if (file.name !== row.name)
      throw new MigrationError(
        `migration ${row.name} was applied, but the file is now called ${file.name}: rename it back`,
      );
    if (file.checksum !== row.checksum)
      throw new MigrationError(`migration ${row.name} was edited after it was applied: put it back and add a new file`);
  });
}

/** All files in order; throws MigrationError for a gap, a duplicate or a name that is no migration's. */
async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(FILE_NAME.exec(name)?.[1] ?? 0);
      if (number === 0) throw new MigrationError(`${name} is not named like 0001_what_it_does.sql`);
      if (number <= index)
        throw new MigrationError(`two migrations have the number ${name.slice(0, 4)}: ${name} and ${names[index - 1]}`);
      if (number > index + 1)
        throw new MigrationError(`migration ${String(index + 1).padStart(4, "0")} is missing before ${name}`);
      const text = (await readFile(join(dir, name), "utf8")).replaceAll("\r\n", "\n");
      return { name, text, checksum: new Bun.CryptoHasher("sha256").update(text).digest("hex") };
    }),
  );
}
