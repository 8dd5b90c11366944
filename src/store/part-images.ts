/** Images in results of tool calls: contents are blobs, named by the call's part and their place in its result, from 1. */
import type { Db, Tx } from "../db/sql.ts";
import { putBlob } from "./blobs.ts";

/** Idempotent: a retry after a lost acknowledgement is harmless. */
export async function insertPartImages(
  tx: Tx,
  partId: string,
  images: readonly { mime: string; bytes: Uint8Array }[],
): Promise<void> {
  for (const [i, { mime, bytes }] of images.entries()) {
    const sha256 = await putBlob(tx, bytes);
    await tx`
      insert into part_images ${tx({ part_id: partId, position: i + 1, mime, sha256 })}
      on conflict (part_id, position) do nothing`;
  }
}

export async function readPartImage(
  db: Db,
  partId: string,
  position: number,
): Promise<{ mime: string; bytes: Uint8Array<ArrayBuffer> } | null> {
  const [row] = await db<{ mime: string; bytes: Uint8Array<ArrayBuffer> }[]>`
    select i.mime, b.bytes from part_images i join blobs b using (sha256)
    where i.part_id = ${partId} and i.position = ${position}`;
  return row ?? null;
}
