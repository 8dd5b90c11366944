/** What changed on disk since somebody last asked, file by file and symbol by symbol. */
import type { SymbolKind } from "../../domain/code.ts";
import type { Watched } from "../../domain/code-answers.ts";
import { changesSince, type SeenChange, symbolsOfBlobs } from "../../store/code-search.ts";
import { type Asker, type Place, placeOf } from "./place.ts";

const CHANGES_MAX = 100;
const SYMBOLS_A_FILE = 12;
/** Without a cursor: what was seen to change within these minutes. */
const LATELY_MINUTES = 30;
/** Between two looks at the disk while it waits. */
const LOOK_EVERY_MS = 1_000;

/** Waits up to `wait_ms` for something to change when nothing did so far. */
export async function watch(asker: Asker, since: string, wait_ms: number, signal: AbortSignal): Promise<Watched> {
  const began = performance.now();
  const place = await placeOf(asker, "", signal, { fresh_ms: 0 });
  const from = sinceOf(place, since);
  let changes = await read(asker, place, from.when);
  let state = place.state;
  const start = state.revision;
  while (changes.length === 0 || (from.since !== "cursor" && state.revision === start)) {
    const left = wait_ms - (performance.now() - began);
    if (left <= 0) break;
    await Bun.sleep(Math.min(LOOK_EVERY_MS, left));
    signal.throwIfAborted();
    state = (await asker.core.code.ready(asker.project, place.root, signal, { fresh_ms: 0 })).state;
    if (state.revision !== start) changes = await read(asker, place, from.when);
  }
  return {
    state,
    cursor: `${place.tree}-${state.revision}`,
    lost: from.lost,
    since: from.since,
    waited_ms: Math.round(performance.now() - began),
    changes: await withSymbols(asker, place, changes.slice(0, CHANGES_MAX)),
    more: changes.length > CHANGES_MAX,
  };
}

type When = { revision: number } | { minutes: number };

function sinceOf(place: Place, cursor: string): { when: When; since: Watched["since"]; lost: boolean } {
  const [tree, revision] = (/^(\d+)-(\d+)$/.exec(cursor.trim()) ?? []).slice(1).map(Number);
  if (tree === place.tree && revision! <= place.state.revision)
    return { when: { revision: revision! }, since: "cursor", lost: false };
  return { when: { minutes: LATELY_MINUTES }, since: LATELY_MINUTES, lost: cursor.trim() !== "" };
}

const read = ({ core }: Asker, place: Place, when: When) => changesSince(core.sql, place.tree, when, CHANGES_MAX + 1);

async function withSymbols({ core }: Asker, place: Place, changes: readonly SeenChange[]): Promise<Watched["changes"]> {
  const blobs = changes.flatMap(({ was_blob, blob_id }) => [was_blob, blob_id].filter((id) => id !== null));
  const symbols = Map.groupBy(await symbolsOfBlobs(core.sql, blobs), ({ blob_id }) => blob_id);
  const of = (blob: number | null) => (blob === null ? [] : (symbols.get(blob) ?? []));
  return changes.map(({ path, kind, was_blob, blob_id }) => {
    const changed = compared(of(was_blob), of(blob_id));
    return {
      path: place.shown(path),
      kind,
      symbols: changed.slice(0, SYMBOLS_A_FILE),
      more_symbols: Math.max(0, changed.length - SYMBOLS_A_FILE),
    };
  });
}

interface Named {
  name: string;
  kind: SymbolKind;
  container: string;
  signature: string;
}

/** Added, removed, and with another head; a body that changed does not show. */
function compared(before: readonly Named[], after: readonly Named[]): Watched["changes"][number]["symbols"] {
  const key = ({ kind, container, name }: Named) => `${kind} ${container} ${name}`;
  const told = ({ kind, container, name }: Named) => ({ kind, name: container ? `${container}.${name}` : name });
  const was = new Map(before.map((symbol) => [key(symbol), symbol]));
  const is = new Map(after.map((symbol) => [key(symbol), symbol]));
  const out: Watched["changes"][number]["symbols"] = [];
  for (const [name, symbol] of is) {
    const old = was.get(name);
    if (!old) out.push({ sign: "+", ...told(symbol) });
    else if (old.signature !== symbol.signature) out.push({ sign: "~", ...told(symbol) });
  }
  for (const [name, symbol] of was) if (!is.has(name)) out.push({ sign: "-", ...told(symbol) });
  return out;
}
