import type { Sql, Tx } from "../db/sql.ts";

export interface NewCommand {
  id: string;
  run_id: string;
  part_id: string;
  command: string;
  cwd: string;
}
export type CommandEnd = "exit" | "signal" | "time" | "stopped" | "restart" | "failed";

/**
 * Idempotent by id: a retry after a lost acknowledgement is harmless. The part's deltas begin here: it may have waited
 * for days for its permission, and what the journal says of that time is not looked through for them.
 */
export async function insertCommand(sql: Sql, c: NewCommand): Promise<void> {
  await sql`
    with begun as (insert into commands ${sql(c)} on conflict (id) do nothing returning part_id)
    update parts set journal_after = (select seq from journal_head) where id in (select part_id from begun)`;
}

export async function commandStarted(sql: Sql, id: string, pid: number, started: string): Promise<void> {
  await sql`update commands set pid = ${pid}, started = ${started} where id = ${id}`;
}

export async function endCommand(sql: Sql, id: string, ended: CommandEnd, exitCode: number | null): Promise<void> {
  await sql`
    update commands set ended = ${ended}, exit_code = ${exitCode}, ended_at = now()
    where id = ${id} and ended_at is null`;
}

/** Ids of those that run right now, or are about to. */
export async function openCommands(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from commands where ended_at is null`;
  return rows.map((row) => row.id);
}

/** Boot: what the process before us was running. */
export async function endCommandsLeft(tx: Tx): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    update commands set ended = 'restart', ended_at = now() where ended_at is null returning id`;
  return rows.map((row) => row.id);
}
