/**
 * Talking to remotes: the only place where git may use the network, and only because a human pressed a button. Nothing
 * asks for a password, everything has a time limit, and programs that the repository's own configuration names run only
 * when the human allowed them.
 */
import { shownRemote } from "../../domain/remote.ts";
import type { Finished } from "../proc.ts";
import { Refusal } from "../refusal.ts";
import { type GitOptions, git, gitOk, type Repository } from "./exec.ts";

export const REMOTE_TIMEOUT_MS = 120_000;
const REMOTES_MAX = 20;
const PROTOCOLS = "https:http:ssh:git:file";
/** What credential helpers and proxies need of our environment; none of it is a secret. */
const PASSED_ON = [
  ...["SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "GNUPGHOME", "GIT_CONFIG_GLOBAL"],
  ...["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"],
];

export interface RemoteAddress {
  name: string;
  /** Where a push goes. With a password in it, if it has one: see shownRemote. */
  url: string;
}

export async function listRemotes(root: string): Promise<RemoteAddress[]> {
  const names = (await gitOk(root, ["remote"])).stdout.split("\n").filter(Boolean).slice(0, REMOTES_MAX);
  const urls = await Promise.all(names.map((name) => git(root, ["remote", "get-url", "--push", "--", name])));
  return names.flatMap((name, i) => {
    const url = urls[i]!.code === 0 ? urls[i]!.stdout.trim().split("\n")[0]! : "";
    return url === "" ? [] : [{ name, url }];
  });
}

const PROGRAM_KEYS =
  "^(core\\.(sshcommand|askpass|gitproxy)|credential\\.(.*\\.)?helper|remote\\..*\\.(receivepack|uploadpack|vcs))$";

/** Keys of the repository's own configuration that name programs which take part in talking to a remote. */
export async function remotePrograms(root: string): Promise<string[]> {
  const args = ["config", "--show-scope", "--name-only", "--null", "--get-regexp", PROGRAM_KEYS];
  const fields = (await git(root, args)).stdout.split("\0");
  const found = fields.filter((_, i) => i % 2 === 1 && /^(local|worktree)$/.test(fields[i - 1]!));
  return [...new Set(found)];
}

export interface RemoteInput {
  /** The human said that the repository's own programs may run. */
  allowed: boolean;
  /** The directory of hooks that the user trusts; null runs none. */
  hooks: string | null;
  timeout_ms?: number;
}

/** Runs a git command that talks to a remote; the exit code is the caller's to judge. */
export async function gitRemote(
  repository: Repository,
  args: readonly string[],
  input: RemoteInput,
): Promise<Finished> {
  const { root } = repository;
  const programs = await remotePrograms(root);
  if (programs.length > 0 && !input.allowed) {
    throw new Refusal(
      "conflict",
      "names programs",
      `This repository's own configuration names programs for talking to remotes (${programs.join(", ")}). They came with it, so they run only when you allow it.`,
      { field: "allow_programs" },
    );
  }
  const timeout_ms = input.timeout_ms ?? REMOTE_TIMEOUT_MS;
  const options: GitOptions = { timeout_ms, env: { ...environment(), ...(await sshEnvironment(root)) } };
  const hooks = input.hooks === null ? [] : ["-c", `core.hooksPath=${input.hooks}`];
  try {
    return await git(root, [...hooks, ...args], options);
  } catch (error) {
    if (!(error instanceof Refusal) || error.note !== "took too long") throw error;
    throw new Refusal(
      "unavailable",
      "no answer",
      `The remote did not answer within ${timeout_ms / 1000} s, and was not waited for any longer.`,
    );
  }
}

function environment(): Record<string, string> {
  const passed = PASSED_ON.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  // An empty GIT_ASKPASS is one that is set: git then asks neither core.askPass nor SSH_ASKPASS.
  return { ...Object.fromEntries(passed), GIT_ALLOW_PROTOCOL: PROTOCOLS, GIT_ASKPASS: "", SSH_ASKPASS: "" };
}

/** ssh must not ask either. A command that somebody configured is theirs, and gets no options of ours. */
async function sshEnvironment(root: string): Promise<Record<string, string>> {
  const configured = (await git(root, ["config", "--get", "core.sshCommand"])).stdout.trim();
  return configured === "" ? { GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o ConnectTimeout=20" } : {};
}

const SAID_CHARS = 2_000;

/** What the remote said, without our own words, passwords and progress. */
export function remoteWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).flatMap((line) => /^remote: ?(.*)$/.exec(line)?.[1]?.trimEnd() ?? []);
  return withoutPasswords(lines.filter((line) => line.trim() !== "").join("\n")).slice(0, SAID_CHARS);
}

const withoutPasswords = (text: string) => text.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, (url) => shownRemote(url));

/** Why a remote could not be talked to, as a sentence with the next step. */
export function remoteFailed(stderr: string): Refusal {
  const said = withoutPasswords(stderr.trim()).slice(-SAID_CHARS);
  const refuse = (note: string, message: string) => new Refusal("unavailable", note, message);
  if (/terminal prompts disabled|could not read (Username|Password)|Authentication failed/i.test(said))
    return refuse(
      "wants a password",
      `The remote wants a name and a password, which BooCode never types. Set up a credential helper (for GitHub: gh auth setup-git) or an SSH address, then try again. git says: ${lastLine(said)}`,
    );
  if (/Host key verification failed/i.test(said))
    return refuse(
      "unknown host",
      "SSH does not know this host yet. Connect to it once in a terminal, look at its key, then try again.",
    );
  if (/Permission denied \(/i.test(said))
    return refuse("refused by SSH", `The remote refused the SSH key: ${lastLine(said, /Permission denied/)}`);
  if (/does not appear to be a git repository|Repository not found|not found/i.test(said))
    return refuse(
      "no such repository",
      `There is no such repository at the remote, or it is not shown to you: ${lastLine(said)}`,
    );
  return refuse("remote failed", `The remote could not be reached: ${lastLine(said)}`);
}

function lastLine(said: string, like: RegExp = /^(fatal|error|remote):/): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return (lines.findLast((line) => like.test(line)) ?? lines.at(-1) ?? "it gave no reason").replace(
    /^(fatal|error): /,
    "",
  );
}
