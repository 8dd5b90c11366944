import type { Db, Tx } from "../db/sql.ts";

export interface ProcessRow {
  id: string;
  provider: string;
  chat_id: string | null;
  command: string;
  pid: number | null;
  started: string | null;
  process_group: number | null;
  created_at: Date;
  ended_at: Date | null;
  ended: string | null;
}

const columns = (db: Db) =>
  db`id, provider, chat_id, command, pid, started, process_group, created_at, ended_at, ended`;

/** Before the process exists: whatever happens then, the next start knows what to look for. */
export async function insertProcess(
  db: Db,
  p: Pick<ProcessRow, "id" | "provider" | "chat_id" | "command">,
): Promise<void> {
  await db`insert into processes ${db(p as never)}`;
}

export async function setProcess(db: Db, id: string, facts: { pid: number; started: string }): Promise<void> {
  await db`
    update processes set pid = ${facts.pid}, process_group = ${facts.pid}, started = ${facts.started} where id = ${id}`;
}

export async function endProcess(db: Db, id: string, ended: string): Promise<void> {
  await db`update processes set ended_at = now(), ended = ${ended} where id = ${id} and ended_at is null`;
}

export function aliveProcesses(db: Db): Promise<ProcessRow[]> {
  return db<ProcessRow[]>`select ${columns(db)} from processes where ended_at is null order by created_at`;
}

/** At a start: whatever the last process left is gone by now. Old rows go as well. */
export async function settleProcesses(tx: Tx): Promise<number> {
  await tx`delete from processes where ended_at < now() - interval '30 days'`;
  const rows = await tx`
    update processes set ended_at = now(), ended = 'found gone at a start' where ended_at is null returning id`;
  return rows.length;
}
