import type { Db, Tx } from "../db/sql.ts";

export const shaOf = (bytes: Uint8Array): string => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");

/** Stores a content and gives its SHA-256; null (no file) stays null. */
export async function putBlob(tx: Tx, bytes: Uint8Array | null): Promise<string | null> {
  if (bytes === null) return null;
  const sha256 = shaOf(bytes);
  // Asked first: ten megabytes that are there already need not travel.
  const [there] = await tx`update blobs set created_at = now() where sha256 = ${sha256} returning sha256`;
  if (!there)
    await tx`
      insert into blobs (sha256, size, bytes) values (${sha256}, ${bytes.length}, ${Buffer.from(bytes)})
      on conflict (sha256) do nothing`;
  return sha256;
}

/** The content of a SHA-256; null stays null, an unknown one is a bug of ours. */
export async function readBlob(db: Db, sha256: string | null): Promise<Uint8Array<ArrayBuffer> | null> {
  if (sha256 === null) return null;
  const [row] = await db<{ bytes: Uint8Array<ArrayBuffer> }[]>`select bytes from blobs where sha256 = ${sha256}`;
  if (!row) throw new Error(`blob ${sha256} is gone`);
  return row.bytes;
}

/** Contents that nothing names and that are a day old; returns how many went. */
export async function trimBlobs(db: Db, limit: number): Promise<number> {
  const gone = await db`
    delete from blobs where sha256 in (
      select sha256 from blobs b where created_at < now() - interval '1 day'
      and not exists (select 1 from changes c where c.base_sha = b.sha256)
      and not exists (select 1 from changes c where c.new_sha = b.sha256)
      and not exists (select 1 from changes c where c.theirs_sha = b.sha256)
      and not exists (select 1 from apply_files f where f.old_sha = b.sha256)
      and not exists (select 1 from apply_files f where f.new_sha = b.sha256)
      and not exists (select 1 from checkpoint_changes k where k.base_sha = b.sha256)
      and not exists (select 1 from checkpoint_changes k where k.new_sha = b.sha256)
      and not exists (select 1 from part_images i where i.sha256 = b.sha256)
      and not exists (select 1 from attachments a where a.sha256 = b.sha256)
      limit ${limit})`;
  return gone.count;
}
