/**
 * What changed in a tree since it was last looked at: its files, as search and palette list them (what git ignores is
 * left out), against how each looked then. Only what looks otherwise is read.
 */
import { lstatSync } from "node:fs";
import { mayTell } from "../files/guard.ts";
import { findFiles } from "../files/ripgrep.ts";

/** A tree's files beyond these are not indexed. */
export const FILES_MAX = 50_000;
const SNAPSHOTS_KEPT = 4;
/** A file written this shortly before it was looked at may be written again and look the same. */
const RACY_MS = 50;
const RACY = "racy ";

export interface Changed {
  path: string;
  /** How it looks: as long as it is the same, so is the content. */
  stamp: string;
  bytes: number;
}
export interface Scan {
  files: number;
  truncated: boolean;
  changed: Changed[];
  removed: string[];
}

interface Snapshot {
  label: string;
  stamps: Map<string, string>;
}
const snapshots = new Map<string, Snapshot>();

/** Makes known how a tree looked: what is stored of it under that label. */
export function remember(root: string, label: string, paths: readonly string[], stamps: readonly string[]): void {
  keep(root, { label, stamps: new Map(paths.map((path, i) => [path, stamps[i]!])) });
}

/**
 * Null when it is not known how the tree looked at `before`: `remember` tells. When something changed it is known afterwards
 * how it looks now under `after`, which is for whoever stores what changed.
 */
export async function scan(root: string, before: string, after: string): Promise<Scan | null> {
  const known = snapshots.get(root);
  if (!known || known.label !== before) return null;
  const found = await findFiles({ root, grants: [] }, { path: "", ignored: false });
  // Names with control characters are told in quotes and cannot be opened so. What is known was judged when it was new.
  const paths = found.paths.filter((path) => known.stamps.has(path) || (!path.startsWith('"') && mayTell(path)));
  const stamps = new Map<string, string>();
  const changed: Changed[] = [];
  for (const path of paths.slice(0, FILES_MAX)) {
    const looks = look(root, path);
    if (!looks) continue;
    stamps.set(path, looks.stamp);
    if (known.stamps.get(path) !== looks.stamp) changed.push({ path, ...looks });
  }
  const removed = [...known.stamps.keys()].filter((path) => !stamps.has(path));
  const same = changed.length === 0 && removed.length === 0;
  keep(root, { label: same ? before : after, stamps });
  return { files: stamps.size, truncated: found.truncated || paths.length > FILES_MAX, changed, removed };
}

let racy = 0;
function look(root: string, path: string): { stamp: string; bytes: number } | null {
  try {
    const stats = lstatSync(`${root}/${path}`);
    if (!stats.isFile()) return null;
    const changedAt = Math.max(stats.mtimeMs, stats.ctimeMs);
    const isRacy = Date.now() - changedAt < RACY_MS;
    const stamp = `${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}:${stats.ino}`;
    return { stamp: isRacy ? `${RACY}${++racy} ${stamp}` : stamp, bytes: stats.size };
  } catch {
    return null;
  }
}

function keep(root: string, snapshot: Snapshot): void {
  snapshots.delete(root);
  snapshots.set(root, snapshot);
  for (const old of snapshots.keys()) if (snapshots.size > SNAPSHOTS_KEPT) snapshots.delete(old);
}
