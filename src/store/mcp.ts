import type { Db } from "../db/sql.ts";
import type { McpSnapshot } from "../domain/mcp.ts";

const columns = (db: Db) => db`name, stamp, state, error, version, tools, problems, complaints, start_ms, checked_at`;

/** What is remembered of every server. */
export function listMcpSnapshots(db: Db): Promise<McpSnapshot[]> {
  return db<McpSnapshot[]>`select ${columns(db)} from mcp_servers order by name`;
}

/** Idempotent: the newest stands. */
export async function putMcpSnapshot(db: Db, s: McpSnapshot): Promise<void> {
  const row = { ...s, tools: db.json(s.tools as never) as never, problems: db.json(s.problems as never) as never };
  await db`
    insert into mcp_servers ${db(row)}
    on conflict (name) do update set stamp = excluded.stamp, state = excluded.state, error = excluded.error,
      version = excluded.version, tools = excluded.tools, problems = excluded.problems,
      complaints = excluded.complaints, start_ms = excluded.start_ms, checked_at = excluded.checked_at`;
}

/** Of servers that are not in the file any more. */
export async function deleteMcpSnapshots(db: Db, names: readonly string[]): Promise<void> {
  await db`delete from mcp_servers where name = any(${names as string[]})`;
}
