import type { Db, Tx } from "../db/sql.ts";
import type { Endpoint, EndpointKind, EndpointSource, EndpointState, Model } from "../domain/endpoint.ts";

/** `models` is what the endpoint said, with what a human said about each over it. */
const columns = (db: Db) => db`
  id, label, url, source, kind, api_key is not null as has_key, enabled, state, error, checked_at,
  (select coalesce(jsonb_agg(m.model || coalesce(jsonb_strip_nulls(jsonb_build_object('context_window', s.context_window,
      'price_in', s.price_in, 'price_out', s.price_out, 'vision', s.vision)), '{}') order by m.at), '[]')
    from jsonb_array_elements(endpoints.models) with ordinality m (model, at)
    left join model_settings s on s.endpoint_id = endpoints.id and s.model = m.model ->> 'id') as models`;

/** What was configured comes before what was found; the demo model is last. */
export async function listEndpointRows(db: Db): Promise<Endpoint[]> {
  return db<Endpoint[]>`
    select ${columns(db)} from endpoints
    order by array_position(array['environment', 'setting', 'found', 'builtin'], source), created_at, id`;
}

export async function findEndpoint(db: Db, id: string): Promise<Endpoint | null> {
  const [row] = await db<Endpoint[]>`select ${columns(db)} from endpoints where id = ${id}`;
  return row ?? null;
}

/** The stored key: itself, or `{env:NAME}`. Only the engine reads it, to make a request. */
export async function storedKey(db: Db, id: string): Promise<string | null> {
  const [row] = await db<{ api_key: string | null }[]>`select api_key from endpoints where id = ${id}`;
  return row?.api_key ?? null;
}

/** A type, not an interface: postgres takes only those as rows. */
export type NewEndpoint = {
  id: string;
  label: string;
  url: string;
  source: EndpointSource;
  kind: EndpointKind;
  api_key: string | null;
};

/**
 * A URL is one endpoint: a second registration takes it over. A key that was stored stays unless a new one is given, but
 * the environment says all there is about its own. The clock's time, not the transaction's, keeps the order of several.
 */
export async function saveEndpoint(tx: Tx, e: NewEndpoint): Promise<Endpoint> {
  const [row] = await tx<Endpoint[]>`
    insert into endpoints (id, label, url, source, kind, api_key, created_at)
    values (${e.id}, ${e.label}, ${e.url}, ${e.source}, ${e.kind}, ${e.api_key}, clock_timestamp())
    on conflict (url) do update set
      label = excluded.label, source = excluded.source, enabled = true,
      kind = case when excluded.kind = 'unknown' then endpoints.kind else excluded.kind end,
      api_key = case when excluded.source = 'environment' then excluded.api_key
                     else coalesce(excluded.api_key, endpoints.api_key) end
    returning ${columns(tx)}`;
  return row!;
}

/** As saveEndpoint, but leaves what is there alone; null when the URL is known already, also as a removed one. */
export async function addFoundEndpoint(tx: Tx, e: NewEndpoint): Promise<Endpoint | null> {
  const [row] = await tx<Endpoint[]>`
    insert into endpoints ${tx(e)}
    on conflict (url) do nothing returning ${columns(tx)}`;
  return row ?? null;
}

export interface Checked {
  kind: EndpointKind;
  state: EndpointState;
  error: string | null;
  models: Model[];
}

/**
 * Stores what a probe said. An endpoint that does not answer keeps its models: the picker shows what will be there
 * again. Null when nothing but the time changed, or the endpoint is gone.
 */
export async function setChecked(tx: Tx, id: string, c: Checked): Promise<Endpoint | null> {
  const silent = c.state !== "ready";
  const [before] = await tx<Pick<Endpoint, "kind" | "state" | "error" | "models">[]>`
    select kind, state, error, models from endpoints where id = ${id} for update`;
  if (!before) return null;
  const kind = silent && c.kind === "unknown" ? before.kind : c.kind;
  const models = silent ? before.models : withKnownVision(c.models, before.models);
  const [row] = await tx<Endpoint[]>`
    update endpoints set kind = ${kind}, state = ${c.state}, error = ${c.error}, models = ${tx.json(models as never)},
      checked_at = now()
    where id = ${id} returning ${columns(tx)}`;
  const same = before.kind === kind && before.state === c.state && before.error === c.error;
  return same && Bun.deepEquals(before.models, models) ? null : row!;
}

/** A server that tells whether a model sees only while it is loaded (llama-swap) does not make it unknown again. */
function withKnownVision(models: readonly Model[], before: readonly Model[]): Model[] {
  const known = new Map(before.map((m) => [m.id, m.vision]));
  return models.map((m) => ({ ...m, vision: m.vision ?? known.get(m.id) ?? null }));
}

/** Claims the endpoints not asked for `age_s` seconds, so that two pages do not ask the same one at once. */
export async function claimStale(db: Db, ageSeconds: number): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    update endpoints set checked_at = now()
    where source <> 'builtin' and enabled and (checked_at is null or checked_at < now() - make_interval(secs => ${ageSeconds}))
    returning id`;
  return rows.map((row) => row.id);
}

/** What was learned of one model later than its list. Null when it was known or the model is gone. */
export async function setModelFact(
  tx: Tx,
  id: string,
  model: string,
  fact: Partial<Pick<Model, "context_window" | "vision">>,
): Promise<Endpoint | null> {
  const found = await tx<{ models: Model[] }[]>`select models from endpoints where id = ${id} for update`;
  const models = found[0]?.models.map((m) => (m.id === model ? { ...m, ...fact } : m));
  if (!models || Bun.deepEquals(models, found[0]!.models)) return null;
  const [row] = await tx<Endpoint[]>`
    update endpoints set models = ${tx.json(models as never)} where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

export async function deleteEndpoint(tx: Tx, id: string): Promise<boolean> {
  return (await tx`delete from endpoints where id = ${id}`).count > 0;
}

/** One that was found by itself is only put aside: the next search would find it again. */
export async function disableEndpoint(tx: Tx, id: string): Promise<boolean> {
  return (await tx`update endpoints set enabled = false where id = ${id} and enabled`).count > 0;
}

/** Environment endpoints whose variable is gone; chats that picked them fall back to the default. */
export async function deleteEnvironmentBut(tx: Tx, urls: string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    delete from endpoints where source = 'environment' and url <> all(${urls}) returning id`;
  return rows.map((row) => row.id);
}

export interface ModelSettings {
  context_window: number | null;
  price_in: number | null;
  price_out: number | null;
  vision: boolean | null;
}

/** What a human says about a model; all null forgets it. */
export async function saveModelSettings(tx: Tx, endpointId: string, model: string, said: ModelSettings): Promise<void> {
  await tx`
    insert into model_settings ${tx({ endpoint_id: endpointId, model, ...said })}
    on conflict (endpoint_id, model) do update set context_window = excluded.context_window,
      price_in = excluded.price_in, price_out = excluded.price_out, vision = excluded.vision, changed_at = now()`;
}
