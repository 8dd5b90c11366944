/** What git says about projects, read once for everybody who asks at about the same time. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { findRepository, type Repository } from "../drivers/git/exec.ts";
import { gitDirectoryOf } from "../drivers/git/head.ts";
import type { StatusRecord, StatusRecords } from "../drivers/git/records.ts";
import { readStatus } from "../drivers/git/status.ts";

export interface ProjectStatus extends StatusRecords {
  repository: Repository;
  truncated: boolean;
}

/** A status is good for this long, or for some times as long as it took to read: a slow one is not asked for at once again. */
const FRESH_MS = 2_000;
const FRESH_TIMES = 4;
const PROJECTS_MAX = 50;

interface Known {
  /** Null without a repository. */
  status: Promise<ProjectStatus | null>;
  stamp: string;
  /** Epoch ms after which it is read again; infinite while it is being read. */
  good_until: number;
  value: ProjectStatus | null;
}

export class StatusCache {
  private readonly known = new Map<string, Known>();

  /** Not older than FRESH_MS, nor than the index. Throws Refusal when git will not look. */
  async read(root: string): Promise<ProjectStatus | null> {
    const stamp = await indexStamp(root);
    const before = this.known.get(root);
    if (before && before.stamp === stamp && Date.now() < before.good_until) return before.status;
    return this.start(root, stamp);
  }

  /** As it is now. */
  async readNow(root: string): Promise<ProjectStatus | null> {
    return this.start(root, await indexStamp(root));
  }

  /** What is known already, however old; null when nothing is. Costs nothing. */
  peek(root: string): ProjectStatus | null {
    return this.known.get(root)?.value ?? null;
  }

  /** After a change: whoever asks next waits for a new one, and one under way is for those who asked before. */
  forget(root: string): void {
    const known = this.known.get(root);
    if (known) known.good_until = 0;
  }

  private start(root: string, stamp: string): Promise<ProjectStatus | null> {
    const began = performance.now();
    const status = load(root);
    const value = this.known.get(root)?.value ?? null;
    const known: Known = { status, stamp, good_until: Number.POSITIVE_INFINITY, value };
    this.known.delete(root);
    this.known.set(root, known);
    if (this.known.size > PROJECTS_MAX) this.known.delete(this.known.keys().next().value!);
    status.then(
      (result) => {
        known.value = result;
        if (known.good_until === 0) return;
        known.good_until = Date.now() + Math.max(FRESH_MS, FRESH_TIMES * (performance.now() - began));
      },
      () => {
        known.good_until = 0;
      },
    );
    return status;
  }
}

async function load(root: string): Promise<ProjectStatus | null> {
  const repository = await findRepository(root);
  if (!repository) return null;
  const status = await readStatus(repository);
  const records = status.records.map((record) => relative(record, repository.prefix));
  return { ...status, records, repository };
}

function relative(record: StatusRecord, prefix: string): StatusRecord {
  if (prefix === "") return record;
  const cut = (path: string) => (path.startsWith(prefix) ? path.slice(prefix.length) : path);
  // A project that is itself untracked in the repository around it: git names the directory above or itself.
  const path = prefix.startsWith(record.path) ? "./" : cut(record.path);
  return { ...record, path, from: record.from === null ? null : cut(record.from) };
}

/** Changes whenever something is staged, committed or checked out. */
async function indexStamp(root: string): Promise<string> {
  const directory = await gitDirectoryOf(root);
  if (directory === null) return "none";
  const times = await Promise.all(
    ["index", "HEAD"].map((name) =>
      stat(join(directory, name)).then(
        (s) => `${s.mtimeMs}-${s.size}`,
        () => "",
      ),
    ),
  );
  return times.join(" ");
}
