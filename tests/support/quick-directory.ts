/** Where tests put a Postgres: in memory, if there is enough of it and programs can run from where they are. */
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { firstBlocked } from "../../src/db/embedded-places.ts";

const MEMORY = "/dev/shm";
/** A container has 64 MB there by default. */
const ENOUGH_BYTES = 2_000_000_000;

export async function quickDirectory(): Promise<string> {
  const free = await statfs(MEMORY).then(
    (s) => s.bavail * s.bsize,
    () => 0,
  );
  // Programs that the service user cannot reach are copied beside the data, and memory is often mounted noexec.
  const nobody = { uid: 65534, gid: 65534, name: "nobody" };
  const copied = process.getuid?.() === 0 && (await firstBlocked(import.meta.dir, nobody));
  return free >= ENOUGH_BYTES && !copied ? MEMORY : tmpdir();
}
