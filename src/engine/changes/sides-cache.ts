/** Compared contents by their hashes: a file of 50,000 lines is compared once, however often its lines are asked for. */
import type { Db } from "../../db/sql.ts";
import type { ChangeRow } from "../../store/changes.ts";
import type { Sides } from "./content.ts";
import { sidesOf } from "./read.ts";

/** Bytes of both contents that are kept together; their hunks take about as much again. */
const KEPT_BYTES = 32 * 1024 * 1024;

export class SidesCache {
  private readonly kept = new Map<string, { sides: Sides; bytes: number }>();
  private bytes = 0;

  /** The two sides of the change as `db` has it now. */
  async of(db: Db, row: ChangeRow): Promise<Sides> {
    const key = [row.path, row.base_sha, row.new_sha, row.base_mode, row.new_mode].join("\0");
    const known = this.kept.get(key);
    if (known) {
      this.kept.delete(key);
      this.kept.set(key, known);
      return known.sides;
    }
    const sides = await sidesOf(db, row);
    this.keep(key, sides);
    return sides;
  }

  private keep(key: string, sides: Sides): void {
    const bytes = (sides.base.bytes?.length ?? 0) + (sides.next.bytes?.length ?? 0);
    if (bytes > KEPT_BYTES / 2) return;
    this.kept.set(key, { sides, bytes });
    this.bytes += bytes;
    for (const [old, { bytes: freed }] of this.kept) {
      if (this.bytes <= KEPT_BYTES) break;
      this.kept.delete(old);
      this.bytes -= freed;
    }
  }
}
