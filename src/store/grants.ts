import type { Db, Tx } from "../db/sql.ts";
import type { Grant } from "../domain/grant.ts";

const columns = (db: Db) => db`id, session_id, path, reason, request_id, created_at`;

/** Null when the session may read it already. */
export async function insertGrant(
  tx: Tx,
  g: { id: string; session_id: string; path: string; reason: string; request_id: string },
): Promise<Grant | null> {
  const [row] = await tx<Grant[]>`
    insert into grants ${tx(g)} on conflict (session_id, path) do nothing returning ${columns(tx)}`;
  return row ?? null;
}

/** Oldest first. */
export async function listGrants(db: Db, sessionId: string): Promise<Grant[]> {
  return db<Grant[]>`select ${columns(db)} from grants where session_id = ${sessionId} order by created_at, id`;
}

export async function deleteGrant(tx: Tx, id: string): Promise<Grant | null> {
  const [row] = await tx<Grant[]>`delete from grants where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}
