/** The calls behind a change: which tool of which run wrote it. */
import type { Tx } from "../db/sql.ts";
import { newId } from "../lib/ids.ts";

export async function insertEdit(
  tx: Tx,
  edit: {
    id: string;
    change_id: string;
    run_id: string | null;
    part_id: string | null;
    turn: number | null;
    tool: string | null;
    provider: string;
    model: string | null;
    said: string;
  },
): Promise<void> {
  await tx`insert into edits ${tx(edit as never)}`;
}

/** The calls behind a change, once more for another one; gives the new id of each. */
export async function copyEdits(tx: Tx, from: string, to: string): Promise<Map<string, string>> {
  const rows = await tx<{ id: string }[]>`select id from edits where change_id = ${from} order by at, id`;
  const ids = new Map(rows.map(({ id }) => [id, newId()]));
  const [old, fresh] = [[...ids.keys()], [...ids.values()]];
  await tx`
    insert into edits (id, change_id, run_id, part_id, turn, tool, provider, model, said, at)
    select n.fresh, ${to}, e.run_id, e.part_id, e.turn, e.tool, e.provider, e.model, e.said, e.at
    from unnest(${old}::text[], ${fresh}::text[]) as n (old, fresh) join edits e on e.id = n.old`;
  return ids;
}
