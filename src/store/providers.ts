import type { Db, Tx } from "../db/sql.ts";
import type { AgentFacts, ProbeStep, ProviderState, ProviderWay } from "../domain/provider.ts";

export interface ProviderRow {
  id: string;
  state: ProviderState;
  error: string | null;
  hint: string | null;
  way: Exclude<ProviderWay, "native"> | null;
  binary_path: string | null;
  binary_stamp: string | null;
  version: string | null;
  facts: Partial<AgentFacts>;
  steps: ProbeStep[];
  stderr: string;
  checked_at: Date | null;
  probed_at: Date | null;
  probe_ms: number | null;
}

const columns = (db: Db) => db`
  id, state, error, hint, way, binary_path, binary_stamp, version, facts, steps, stderr, checked_at, probed_at, probe_ms`;

export async function listProviderRows(db: Db): Promise<ProviderRow[]> {
  return db<ProviderRow[]>`select ${columns(db)} from providers`;
}

export async function findProviderRow(db: Db, id: string): Promise<ProviderRow | null> {
  const [row] = await db<ProviderRow[]>`select ${columns(db)} from providers where id = ${id}`;
  return row ?? null;
}

/** Where the program is and which version it says it has. */
export async function setBinary(
  tx: Tx,
  id: string,
  found: { binary_path: string; binary_stamp: string; version: string | null },
): Promise<void> {
  await tx`
    insert into providers ${tx({ id, ...found, checked_at: new Date() })}
    on conflict (id) do update set binary_path = excluded.binary_path, binary_stamp = excluded.binary_stamp,
      version = excluded.version, checked_at = now()`;
}

/** unknown, ready, error, unavailable → probing; false when it is being probed already. */
export async function beginProbe(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx`
    insert into providers (id, state) values (${id}, 'probing')
    on conflict (id) do update set state = 'probing' where providers.state <> 'probing' returning id`;
  return rows.length > 0;
}

export interface ProbeResult {
  state: Exclude<ProviderState, "probing">;
  error: string | null;
  hint: string | null;
  way: ProviderRow["way"];
  /** What is not among them stays as it was known. */
  facts: Partial<AgentFacts>;
  /** By the agent's own account; null leaves what its program said. */
  version: string | null;
  steps: ProbeStep[];
  stderr: string;
  probe_ms: number;
}

export async function endProbe(tx: Tx, id: string, r: ProbeResult): Promise<void> {
  await tx`
    update providers set state = ${r.state}, error = ${r.error}, hint = ${r.hint}, way = ${r.way},
      facts = facts || ${tx.json(r.facts as never)}::jsonb,
      version = coalesce(${r.version}, version), steps = ${tx.json(r.steps as never)}, stderr = ${r.stderr}, probe_ms = ${r.probe_ms}, probed_at = now()
    where id = ${id}`;
}

/** What a real conversation said of itself is as good as a probe. */
export async function setFacts(tx: Tx, id: string, facts: AgentFacts): Promise<boolean> {
  const rows = await tx`
    insert into providers (id, state, way, facts, probed_at)
    values (${id}, 'ready', 'acp', ${tx.json(facts as never)}, now())
    on conflict (id) do update set facts = excluded.facts, way = 'acp', error = null, hint = null, probed_at = now(),
      state = case when providers.state = 'probing' then 'probing' else 'ready' end
    where providers.facts <> excluded.facts or providers.state <> 'ready' or providers.probed_at < now() - interval '1 hour'
    returning id`;
  return rows.length > 0;
}

/** A conversation showed that nobody is signed in. */
export async function setSignedOut(tx: Tx, id: string, said: { error: string; hint: string | null }): Promise<void> {
  await tx`
    insert into providers (id, state, error, hint) values (${id}, 'error', ${said.error}, ${said.hint})
    on conflict (id) do update set error = excluded.error, hint = excluded.hint,
      state = case when providers.state = 'probing' then 'probing' else 'error' end`;
}

/** Probes that a dead process left unfinished. */
export async function forgetProbing(tx: Tx): Promise<void> {
  await tx`update providers set state = case when probed_at is null then 'unknown' else 'ready' end where state = 'probing'`;
}
