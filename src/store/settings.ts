import type { Db, Tx } from "../db/sql.ts";

/** The stored value, or undefined when the setting was never made. */
export async function readSetting(db: Db, key: string): Promise<unknown> {
  const [row] = await db<{ value: unknown }[]>`select value from settings where key = ${key}`;
  return row?.value;
}

/** Everything stored, by key, unchecked. */
export async function readAllSettings(db: Db): Promise<Record<string, unknown>> {
  const rows = await db<{ key: string; value: unknown }[]>`select key, value from settings`;
  return Object.fromEntries(rows.map((row) => [row.key, row.value]));
}

/** Null is the setting not made. */
export async function writeSetting(tx: Tx, key: string, value: unknown): Promise<void> {
  if (value === null) {
    await tx`delete from settings where key = ${key}`;
    return;
  }
  await tx`
    insert into settings (key, value) values (${key}, ${tx.json(value as never)})
    on conflict (key) do update set value = excluded.value, changed_at = now()`;
}

/** Which server this database belongs to; marks the environment of its children. */
export async function readInstanceId(db: Db): Promise<string> {
  const [row] = await db<{ id: string }[]>`select id from instance`;
  return row?.id ?? "";
}

/** e.g. "18.4" */
export async function serverVersion(db: Db): Promise<string> {
  const [row] = await db<{ server_version: string }[]>`show server_version`;
  return row?.server_version.split(" ")[0] ?? "unknown";
}
