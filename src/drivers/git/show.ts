/** One commit, or one file as it was in a commit. */
import { shownPath } from "../../lib/path-guard.ts";
import { type Window, type WindowRequest, windowOfBytes } from "../files/window.ts";
import { Refusal } from "../refusal.ts";
import { readable } from "./diff.ts";
import { DIFF_OPTIONS, gitOk, type Repository } from "./exec.ts";
import { gitPath, resolveCommit } from "./revision.ts";

export interface ShownCommit {
  text: string;
  summary: string | null;
  truncated: boolean;
}
export type ShownEntry =
  | { kind: "file"; path: string; size: number; window: Window }
  | { kind: "directory"; path: string; names: string[] }
  | { kind: "link"; path: string; target: string }
  | { kind: "submodule"; path: string; commit: string };

/** Message, summary and patch of a commit; a merge is compared with its first parent. */
export async function showCommit(repository: Repository, revision: string, signal?: AbortSignal): Promise<ShownCommit> {
  const hash = await resolveCommit(repository, revision, signal);
  const about = "--format=commit %H%d%nauthor %an, %ad%nparents %p%n%n%w(0,4,4)%B";
  const scope = repository.prefix === "" ? ["--"] : ["--", "."];
  const [head, patch] = await Promise.all([
    gitOk(repository.root, ["show", "--no-patch", "--no-notes", "--date=iso", ...DIFF_OPTIONS, about, hash, "--"], {
      signal,
    }),
    gitOk(
      repository.root,
      [
        "show",
        "--format=",
        "--diff-merges=first-parent",
        "--find-renames",
        "--stat=120",
        "--patch",
        ...DIFF_OPTIONS,
        hash,
        ...scope,
      ],
      { signal },
    ),
  ]);
  const { text, summary } = readable(patch.stdout);
  return { text: `${head.stdout.trimEnd()}\n\n${text}`.trimEnd(), summary, truncated: patch.truncated };
}

/** What a path was in a commit. A secret path is refused before git is asked. */
export async function showPath(
  repository: Repository,
  revision: string,
  path: string,
  request: WindowRequest,
): Promise<ShownEntry> {
  const inside = gitPath(repository, path);
  const hash = await resolveCommit(repository, revision, request.signal);
  const { signal } = request;
  const full = `${repository.prefix}${inside}`.replace(/\/$/, "");
  if (full === "") return { kind: "directory", path: ".", names: await namesIn(repository, hash, "", signal) };
  const listed = await gitOk(repository.root, ["ls-tree", "-z", "-l", "--full-tree", hash, "--", full], { signal });
  const match = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t/.exec(listed.stdout);
  const shown = shownPath(inside || ".");
  if (!match) {
    throw new Refusal("not_found", "no such file", `There was no ${shown} in that commit.`, {
      field: "path",
      hint: "git_log with this path tells the commits that touched it.",
    });
  }
  const [, mode, type, object, size] = match as unknown as [string, string, string, string, string];
  if (type === "tree")
    return { kind: "directory", path: shown, names: await namesIn(repository, hash, `${full}/`, signal) };
  if (type === "commit") return { kind: "submodule", path: shown, commit: object };
  const blob = await gitOk(repository.root, ["cat-file", "blob", object], { signal });
  if (mode === "120000") return { kind: "link", path: shown, target: shownPath(blob.stdout) };
  return { kind: "file", path: shown, size: Number(size), window: windowOfBytes(blob.bytes, !blob.truncated, request) };
}

async function namesIn(repository: Repository, hash: string, folder: string, signal?: AbortSignal): Promise<string[]> {
  const args = ["ls-tree", "-z", "--full-tree", hash, ...(folder === "" ? [] : ["--", folder])];
  const out = (await gitOk(repository.root, args, { signal })).stdout;
  return out
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const [about, name] = [line.slice(0, line.indexOf("\t")), line.slice(line.indexOf("\t") + 1)];
      return shownPath(name.slice(folder.length)) + (about.includes(" tree ") ? "/" : "");
    });
}
