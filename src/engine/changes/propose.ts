/**
 * Proposing: what a tool wants a file to hold becomes, or grows, the one open change of its chat for that file. Nothing
 * on disk is touched. Calls of one chat stand in line, so that those of one turn compose in the order they were made.
 */
import type { Tx } from "../../db/sql.ts";
import { CHANGE_BYTES_MAX, type Change, isGenerated, type Producer } from "../../domain/change.ts";
import type { SeenFile } from "../../domain/tool.ts";
import { readWhole } from "../../drivers/files/whole.ts";
import { resolveWrite, type WritePlace } from "../../drivers/files/write-guard.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { AppError } from "../../lib/errors.ts";
import { bytes as size } from "../../lib/format.ts";
import { newId } from "../../lib/ids.ts";
import { relativeInside } from "../../lib/path-guard.ts";
import { putBlob, readBlob } from "../../store/blobs.ts";
import { wholeChanges } from "../../store/change-reads.ts";
import { type ChangeRow, deleteChange, findOpenChange, insertChange, updateChange } from "../../store/changes.ts";
import { insertEdit } from "../../store/edits.ts";
import { type HunkRow, hunkRows, knownRejected, replaceHunks } from "../../store/hunks.ts";
import { type Core, type Emit, transact } from "../core.ts";
import {
  type Content,
  compare,
  hunkRowsOf,
  kindOf,
  mergeContents,
  partOf,
  type Sides,
  sameContent,
} from "./content.ts";
import { emitChange } from "./emit.ts";

/** Whose proposal it is: the chat it belongs to, and the call it comes from. */
export interface Proposer {
  session_id: string;
  chat_id: string;
  project: { id: string; path: string };
  /** Where the chat reads files: its session's worktree. The project itself without one. */
  reads?: string;
  run_id: string | null;
  part_id: string | null;
  turn: number | null;
  tool: string | null;
  provider: string;
  model: string | null;
  /** Last sentence before the call. */
  said: string;
  producer?: Producer;
  base_ref?: string | null;
}

export interface Proposed {
  path: string;
  /** Null when the file is now as it is on disk: there is nothing left to propose. */
  change: Change | null;
  /** False when the proposal was there already. */
  changed: boolean;
  before: Content;
  after: Content;
}

type Core_ = Pick<Core, "sql" | "lanes" | "journal">;

/** `edit` gets what the chat sees and says what it should be; it may refuse by throwing. */
export function propose(
  core: Core_,
  by: Proposer,
  path: string,
  edit: (seen: SeenFile) => Content,
  signal?: AbortSignal,
): Promise<Proposed> {
  return core.lanes.run(laneOfChanges(by.chat_id), async () => {
    signal?.throwIfAborted();
    const place = await placeFor(by, path);
    const at = await standing(core, by, place);
    const after = edit(seenOf(place, at));
    if (after.bytes !== null && after.bytes.length > CHANGE_BYTES_MAX)
      throw new Refusal("limit", "too large", `A file can have at most ${size(CHANGE_BYTES_MAX)}.`, {
        field: "content",
      });
    const before = { bytes: at.seen.bytes, mode: at.seen.mode };
    if (sameContent(at.seen, after)) {
      const change = at.row ? ((await wholeChanges(core.sql, [at.row]))[0] ?? null) : null;
      return { path: place.path, change, changed: false, before, after };
    }
    signal?.throwIfAborted();
    const next = withRejected(at, after);
    const sides = compare(place.path, at.base, next);
    const change = await transact(core, (tx, emit) => store(tx, emit, by, place.path, at, sides));
    return { path: place.path, change, changed: true, before, after };
  });
}

/**
 * The file as the chat reads it. What is proposed is written to the same path of the project, so both have to allow it. A
 * path in the project's own directory means its file in the worktree.
 */
export async function placeFor({ project, reads = project.path }: Reader, path: string): Promise<WritePlace> {
  if (reads === project.path) return resolveWrite(project.path, path);
  const place = await resolveWrite(reads, relativeInside(project.path, path) ?? path);
  const target = await resolveWrite(project.path, place.path);
  if (target.path !== place.path || target.linked)
    throw new AppError("forbidden", "In the project's directory a symbolic link stands in the way to this file.");
  return place;
}

type Reader = Pick<Proposer, "project" | "reads">;

export const laneOfChanges = (chatId: string): string => `changes:${chatId}`;

export interface Standing {
  row: ChangeRow | null;
  hunks: HunkRow[];
  /** What a change is told against: the file as it is read, or in the project where an agent's change is gone on with. */
  base: Content;
  /** Everything proposed, on top of that, also what was rejected. */
  next: Content;
  /** What was not rejected. */
  seen: Content;
  /** What tools read without any proposal. */
  disk: Content;
}

/** How a file stands for a chat: on disk, as proposed, and as the chat is to see it. Reads, and writes nothing. */
export async function standing(
  core: Pick<Core, "sql">,
  by: Reader & Pick<Proposer, "chat_id">,
  place: WritePlace,
): Promise<Standing> {
  const read = await readWhole(place, CHANGE_BYTES_MAX);
  const row = await findOpenChange(core.sql, by.chat_id, place.path);
  if (!row) return { row: null, hunks: [], base: read, next: read, seen: read, disk: read };
  return { ...(await onTopOf(core, row, await groundOf(by, row, place, read))), disk: read };
}

/** What an agent wrote is in the worktree already; on top of the project it is its change. */
function groundOf(by: Reader, row: ChangeRow, place: WritePlace, read: Content): Promise<Content> | Content {
  if (row.producer !== "worktree" || !by.reads || by.reads === by.project.path) return read;
  return resolveWrite(by.project.path, place.path).then((target) => readWhole(target, CHANGE_BYTES_MAX));
}

async function onTopOf(core: Pick<Core, "sql">, row: ChangeRow, disk: Content): Promise<Omit<Standing, "disk">> {
  const hunks = await hunkRows(core.sql, [row.id]);
  const base = { bytes: await readBlob(core.sql, row.base_sha), mode: row.base_mode };
  const next = { bytes: await readBlob(core.sql, row.new_sha), mode: row.new_mode };
  const rejected = new Set(hunks.filter((h) => h.state === "rejected").map((h) => h.id));
  const wanted = partOf(compare(row.path, base, next), (id) => !rejected.has(id));
  if (sameContent(base, disk)) return { row, hunks, base: disk, next, seen: wanted };
  // The file moved on: the proposal goes on top of what is there now, or gives way where it cannot.
  const [all, part] = [mergeContents(base, disk, next), mergeContents(base, disk, wanted)];
  if (!part.ok) return { row, hunks, base: disk, next: disk, seen: disk };
  return { row, hunks, base: disk, next: all.ok ? all.content : part.content, seen: part.content };
}

export const seenOf = (place: WritePlace, at: Standing): SeenFile => ({
  ...at.seen,
  path: place.path,
  linked: place.linked,
  proposed: !sameContent(at.seen, at.disk),
});

/** What was rejected stays in the change, so that it can be taken back; where the new edit lies across it, it goes. */
function withRejected(at: Standing, after: Content): Content {
  const merged = mergeContents(at.seen, at.next, after);
  return merged.ok ? merged.content : after;
}

async function store(
  tx: Tx,
  emit: Emit,
  by: Proposer,
  path: string,
  at: Standing,
  sides: Sides,
): Promise<Change | null> {
  const { base, next } = sides;
  if (sameContent(base, next)) {
    if (at.row) {
      await deleteChange(tx, at.row.id);
      emitChange(emit, at.row);
    }
    return null;
  }
  const contents = {
    kind: kindOf(base, next),
    base_sha: await putBlob(tx, base.bytes),
    new_sha: await putBlob(tx, next.bytes),
    base_mode: base.mode,
    new_mode: next.mode,
    is_binary: sides.text === null,
  };
  const row = at.row
    ? await updateChange(tx, at.row.id, { ...contents, run_id: by.run_id })
    : await insertChange(tx, { ...contents, ...owner(by), id: newId(), path, generated: isGenerated(path) });
  const edit = await recordEdit(tx, by, row.id);
  const rows = hunkRowsOf(sides, sourcesOf(at.hunks, edit));
  const ids = rows.map((r) => r.id);
  await replaceHunks(tx, row.id, rows, await knownRejected(tx, by.chat_id, ids));
  emitChange(emit, row);
  return (await wholeChanges(tx, [row]))[0] ?? null;
}

const owner = (by: Proposer) => ({
  session_id: by.session_id,
  chat_id: by.chat_id,
  project_id: by.project.id,
  run_id: by.run_id,
  producer: by.producer ?? ("native" as const),
  provider: by.provider,
  base_ref: by.base_ref ?? null,
});

async function recordEdit(tx: Tx, by: Proposer, changeId: string): Promise<string> {
  const id = newId();
  const { run_id, part_id, turn, tool, provider, model, said } = by;
  await insertEdit(tx, { id, change_id: changeId, run_id, part_id, turn, tool, provider, model, said });
  return id;
}

/** A hunk that stays keeps its sources; a new one has the new call's, after those of the hunks it took in. */
function sourcesOf(before: readonly HunkRow[], edit: string) {
  const known = new Map(before.map((h) => [h.id, h.edit_ids]));
  return (hunk: { id: string; old_start: number; old_count: number }): string[] => {
    const own = known.get(hunk.id);
    if (own) return own;
    const met = before.filter(
      (h) => h.old_start < hunk.old_start + hunk.old_count && hunk.old_start < h.old_start + h.old_count,
    );
    return [...new Set([...met.flatMap((h) => h.edit_ids), edit])];
  };
}
