/** Access tokens and the browser sessions made with them. Only hashes are stored. */
import type { Db } from "../db/sql.ts";
import type { AccessToken } from "../domain/identity.ts";

const columns = (db: Db) => db`t.id, t.label, t.created_at, t.last_used_at, t.revoked_at`;

export async function insertToken(db: Db, token: { id: string; label: string; hash: string }): Promise<AccessToken> {
  const [row] = await db<AccessToken[]>`
    insert into access_tokens as t (id, label, hash) values (${token.id}, ${token.label}, ${token.hash})
    returning ${columns(db)}`;
  return row!;
}

/** Live ones first, newest first. */
export function listTokenRows(db: Db): Promise<AccessToken[]> {
  return db<AccessToken[]>`
    select ${columns(db)} from access_tokens t order by t.revoked_at is not null, t.created_at desc, t.id desc`;
}

export async function countLiveTokens(db: Db): Promise<number> {
  const [row] = await db<{ n: number }[]>`select count(*)::int as n from access_tokens where revoked_at is null`;
  return row!.n;
}

/** The live token with this hash, or null. */
export async function findTokenByHash(db: Db, hash: string): Promise<AccessToken | null> {
  const [row] = await db<AccessToken[]>`
    select ${columns(db)} from access_tokens t where t.hash = ${hash} and t.revoked_at is null`;
  return row ?? null;
}

export async function touchToken(db: Db, id: string): Promise<void> {
  await db`update access_tokens set last_used_at = now() where id = ${id}`;
}

/** Ends the token and every browser session made with it; null when there is no live token with this id. */
export async function revokeTokenRow(db: Db, id: string): Promise<AccessToken | null> {
  const [row] = await db<AccessToken[]>`
    with ended as (delete from login_sessions where token_id = ${id})
    update access_tokens as t set revoked_at = now() where t.id = ${id} and t.revoked_at is null
    returning ${columns(db)}`;
  return row ?? null;
}

/** Also sweeps sessions that are over, so the table stays as small as the number of browsers. */
export async function insertLoginSession(
  db: Db,
  session: { hash: string; token_id: string; expires_at: Date },
): Promise<void> {
  await db`
    with swept as (delete from login_sessions where expires_at < now())
    insert into login_sessions (hash, token_id, expires_at)
    values (${session.hash}, ${session.token_id}, ${session.expires_at})`;
}

/** The live token behind a browser session that is not over, or null. */
export async function findTokenBySession(db: Db, hash: string): Promise<AccessToken | null> {
  const [row] = await db<AccessToken[]>`
    select ${columns(db)}
    from login_sessions s join access_tokens t on t.id = s.token_id
    where s.hash = ${hash} and s.expires_at > now() and t.revoked_at is null`;
  return row ?? null;
}

export async function deleteLoginSession(db: Db, hash: string): Promise<void> {
  await db`delete from login_sessions where hash = ${hash}`;
}
