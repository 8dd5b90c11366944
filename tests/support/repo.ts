/** Directories and git repositories for one test, gone at its end: `await using repo = await tempRepo({ files })`. */
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export type Files = Record<string, string | Uint8Array>;

export interface TempDir extends AsyncDisposable {
  /** Real path. */
  root: string;
  write(files: Files): Promise<void>;
}
export interface TempRepo extends TempDir {
  /** Runs git, throws when it fails, gives its output without the last line end. */
  git(...args: string[]): Promise<string>;
  /** Adds everything (also ignored files) and commits it. */
  commit(message: string): Promise<string>;
}

export async function tempDir(files: Files = {}): Promise<TempDir> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "boo-")));
  const write = async (more: Files) => {
    for (const [path, content] of Object.entries(more)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  };
  await write(files);
  return { root, write, [Symbol.asyncDispose]: () => remove(root) };
}

/** A repository on branch main; the files, if any, are its first commit. */
export async function tempRepo({ files = {} }: { files?: Files } = {}): Promise<TempRepo> {
  const dir = await tempDir(files);
  const git = (...args: string[]) => runGit(dir.root, args);
  const commit = async (message: string) => {
    await git("add", "--all", "--force");
    await git("commit", "--quiet", "--allow-empty", "--message", message);
    return git("rev-parse", "HEAD");
  };
  await git("init", "--quiet", "--initial-branch=main");
  if (Object.keys(files).length > 0) await commit("first");
  return { ...dir, git, commit };
}

async function remove(root: string): Promise<void> {
  await chmod(root, 0o700);
  await rm(root, { recursive: true, force: true });
}

async function runGit(cwd: string, args: string[]): Promise<string> {
  const who = {
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
  };
  const env = { PATH: process.env.PATH, HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", ...who };
  const child = Bun.spawn(["git", ...args], { cwd, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`git ${args.join(" ")}: ${err}`);
  return out.replace(/\n$/, "");
}
