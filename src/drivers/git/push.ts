/** Push and fetch, by a human. */
import { Refusal } from "../refusal.ts";
import { gitFailed, type Repository } from "./exec.ts";
import { gitRemote, type RemoteInput, remoteFailed, remoteWords } from "./remotes.ts";

export interface Pushed {
  remote: string;
  branch: string;
  /** False when the remote had everything already. */
  moved: boolean;
  /** What the remote said about it; may be empty. */
  said: string;
}

/** Sends the branch under its own name and makes it the upstream. Never forced. */
export async function pushBranch(
  repository: Repository,
  remote: string,
  branch: string,
  input: RemoteInput,
): Promise<Pushed> {
  const ref = `refs/heads/${branch}`;
  const args = [
    ...["-c", "push.gpgSign=false", "-c", "push.followTags=false"],
    ...["push", "--porcelain", "--set-upstream", "--recurse-submodules=no"],
    ...["--end-of-options", remote, `${ref}:${ref}`],
  ];
  const { code, stdout, stderr } = await gitRemote(repository, args, input);
  const line = stdout.split("\n").find((each) => each.includes(`${ref}:${ref}`)) ?? "";
  if (code === 0) return { remote, branch, moved: !line.startsWith("="), said: remoteWords(stderr) };
  if (line.startsWith("!")) throw rejected(remote, branch, line.split("\t")[2] ?? "", remoteWords(stderr));
  if (/hook/.test(stderr) && !/^fatal:/m.test(stderr)) throw gitFailed(stderr);
  throw remoteFailed(stderr);
}

function rejected(remote: string, branch: string, summary: string, said: string): Refusal {
  const why = /\((.+)\)/.exec(summary)?.[1] ?? summary.trim();
  if (/non-fast-forward|fetch first/.test(why))
    return new Refusal(
      "conflict",
      "rejected",
      `${remote} has commits on ${branch} that are not here. Bring ${remote}/${branch} in, then push again; nothing is ever forced.`,
    );
  return new Refusal("conflict", "rejected", `${remote} rejected the push: ${[why, said].filter(Boolean).join("\n")}`);
}

/** Reads what the remote has; no branch of ours moves. */
export async function fetchRemote(repository: Repository, remote: string, input: RemoteInput): Promise<void> {
  const args = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--end-of-options", remote];
  const { code, stderr } = await gitRemote(repository, args, input);
  if (code !== 0) throw remoteFailed(stderr);
}
