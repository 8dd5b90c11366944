/** A commit of what is staged, by whom git's configuration names. */
import { IDENTITY_MISSING } from "../../domain/git.ts";
import type { Finished } from "../proc.ts";
import { Refusal } from "../refusal.ts";
import { gitFailed, gitOk, type Repository } from "./exec.ts";
import { gitWrite } from "./write.ts";

export interface Committed {
  hash: string;
  subject: string;
}

/** Hooks may run a project's checks. */
const HOOKS_TIMEOUT_MS = 180_000;

/** `hooks` is the directory of hooks that the user trusts; null runs none. */
export async function commitStaged(repository: Repository, message: string, hooks: string | null): Promise<Committed> {
  const args = [
    "-c",
    "user.useConfigOnly=true", // else git makes up an address from the host's name
    "-c",
    "i18n.commitEncoding=UTF-8",
    ...(hooks === null ? [] : ["-c", `core.hooksPath=${hooks}`]),
    "commit",
    "--quiet",
    "--no-gpg-sign",
    "--cleanup=whitespace", // a line that begins with "#" is the writer's own
    "--file=-",
  ];
  const timeout = hooks === null ? {} : { timeout_ms: HOOKS_TIMEOUT_MS };
  await gitWrite(repository, args, {
    stdin: message,
    failed: (result) => explained(result, hooks !== null),
    ...timeout,
  });
  const [hash = "", subject = ""] = (
    await gitOk(repository.root, ["log", "--max-count=1", "--format=%H%x00%s", "--no-patch", "HEAD"])
  ).stdout
    .trimEnd()
    .split("\0");
  return { hash, subject };
}

/** What a hook says is told whole: it is why the commit was refused. */
function explained({ stderr, stdout }: Finished, hooks: boolean): Error {
  const said = (stderr.trim() || stdout.trim()).slice(-SAID_CHARS);
  if (/auto-detection is disabled|tell me who you are|empty ident/i.test(said))
    return new Refusal("invalid", "no identity", IDENTITY_MISSING);
  if (!hooks || /^(fatal|error):/.test(said)) return gitFailed(said);
  return new Refusal("invalid", "refused by a hook", `The commit was refused: ${said || "a hook gave no reason"}`);
}

const SAID_CHARS = 2000;
