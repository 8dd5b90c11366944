import type { Db, Tx } from "../db/sql.ts";
import { TERMINAL_MOVES, type Terminal } from "../domain/terminal.ts";

const columns = (db: Db) =>
  db`id, session_id, number, name, target, argv, directory, state, title, command, exit_code, exit_signal, output_at,
     created_at, ended_at`;

export async function insertTerminal(
  tx: Tx,
  t: Pick<Terminal, "id" | "session_id" | "number" | "name" | "target" | "argv" | "directory">,
): Promise<Terminal> {
  const [row] = await tx<Terminal[]>`insert into terminals ${tx({ ...t })} returning ${columns(tx)}`;
  return row!;
}

/** Also a closed one. */
export async function findTerminal(db: Db, id: string): Promise<Terminal | null> {
  const [row] = await db<Terminal[]>`select ${columns(db)} from terminals where id = ${id}`;
  return row ?? null;
}

/** Open and exited ones, by number; of all sessions without an id. */
export async function listTerminals(db: Db, sessionId: string | null): Promise<Terminal[]> {
  return db<Terminal[]>`
    select ${columns(db)} from terminals
    where state <> 'closed' and (${sessionId}::text is null or session_id = ${sessionId})
    order by session_id, number`;
}

export async function listOpenTerminals(db: Db): Promise<Terminal[]> {
  return db<Terminal[]>`select ${columns(db)} from terminals where state = 'open' order by id`;
}

export async function countTerminals(db: Db, sessionId: string): Promise<number> {
  const [row] = await db<{ n: number }[]>`
    select count(*)::int as n from terminals where session_id = ${sessionId} and state <> 'closed'`;
  return row?.n ?? 0;
}

export async function renameTerminal(tx: Tx, id: string, name: string | null): Promise<Terminal | null> {
  const [row] = await tx<Terminal[]>`
    update terminals set name = ${name} where id = ${id} and state <> 'closed' returning ${columns(tx)}`;
  return row ?? null;
}

/** What was seen of it; null when nothing of it is new. */
export async function noteTerminal(
  tx: Tx,
  id: string,
  seen: { title: string | null; command: string | null; output_at: Date | null },
): Promise<Terminal | null> {
  const [row] = await tx<Terminal[]>`
    update terminals set title = ${seen.title}, command = coalesce(${seen.command}, command),
      output_at = coalesce(${seen.output_at}, output_at)
    where id = ${id} and state <> 'closed' returning ${columns(tx)}`;
  return row ?? null;
}

export async function exitTerminal(
  tx: Tx,
  id: string,
  end: { exit_code: number | null; exit_signal: string | null },
): Promise<Terminal | null> {
  const [row] = await tx<Terminal[]>`
    update terminals set state = 'exited', ended_at = now(), exit_code = ${end.exit_code}, exit_signal = ${end.exit_signal}
    where id = ${id} and state = any(${[...TERMINAL_MOVES.exit]}) returning ${columns(tx)}`;
  return row ?? null;
}

/** What runs in it from its next start on, and where. */
export async function setTerminalProgram(
  tx: Tx,
  id: string,
  program: Pick<Terminal, "argv" | "directory" | "name">,
): Promise<Terminal | null> {
  const [row] = await tx<Terminal[]>`
    update terminals set argv = ${program.argv}, directory = ${program.directory}, name = ${program.name}
    where id = ${id} and state <> 'closed' returning ${columns(tx)}`;
  return row ?? null;
}

export async function reopenTerminal(tx: Tx, id: string): Promise<Terminal | null> {
  const [row] = await tx<Terminal[]>`
    update terminals set state = 'open', ended_at = null, exit_code = null, exit_signal = null, command = null
    where id = ${id} and state = any(${[...TERMINAL_MOVES.restart]}) returning ${columns(tx)}`;
  return row ?? null;
}

export async function closeTerminal(tx: Tx, id: string): Promise<Terminal | null> {
  const [row] = await tx<Terminal[]>`
    update terminals set state = 'closed', ended_at = coalesce(ended_at, now())
    where id = ${id} and state = any(${[...TERMINAL_MOVES.close]}) returning ${columns(tx)}`;
  return row ?? null;
}

/** Forgets those that were closed before `days` ago. */
export async function trimTerminals(tx: Tx, days: number): Promise<void> {
  await tx`delete from terminals where state = 'closed' and ended_at < now() - make_interval(days => ${days})`;
}
