/** Calls of a worktree's finish that no example makes: they need a worktree with something in it, a conflict, and a remote. */
import { expect } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestApp } from "../support/app.ts";
import { tempDir } from "../support/repo.ts";

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; json?: unknown }>;

export async function finishCalls(boo: TestApp, call: Call, session: string): Promise<void> {
  const at = `/sessions/${session}/worktree`;
  const ok = async (path: string, body: object = {}) => {
    const { status, json } = await call("POST", at + path, body);
    expect([path, status < 300]).toEqual([path, true]);
    return json;
  };
  const { worktree } = await boo.get<{ worktree: { id: string; path: string } }>(at);
  const git = async (...args: string[]) => {
    const child = Bun.spawn(["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
      cwd: worktree.path,
    });
    expect([args, await child.exited]).toEqual([args, 0]);
  };
  await using bare = await tempDir();
  await git("init", "--quiet", "--bare", bare.root);
  await git("remote", "add", "docs", bare.root);
  await writeFile(join(worktree.path, "README.md"), "# Ours\n");
  await ok("/carryings").catch(() => {});
  await ok("/commits", { message: "Ours" });
  await ok("/pushes", { remote: "docs" });
  await git("checkout", "--quiet", "--detach");
  await ok("/branches");
  await boo.repo.write({ "README.md": "# Theirs\n" });
  await boo.repo.git("commit", "--quiet", "--message", "Theirs", "--", "README.md");
  await ok("/merges");
  await ok("/merges/cancellation");
  await ok("/merges");
  await ok("/merges/resolutions", { path: "README.md", side: "ours" });
  await ok("/merges/continuation");
  await git("remote", "remove", "docs");
  const { processes } = await boo.get<{ processes: { id: string }[] }>("/processes");
  expect((await call("POST", `/processes/${processes[0]!.id}/ending`)).status).toBe(200);
  expect((await call("GET", `/worktrees/${worktree.id}/retirement`)).status).toBe(200);
  expect((await call("POST", `/worktrees/${worktree.id}/retirement`, { force: true })).status).toBe(200);
  expect((await call("POST", `/worktrees/${worktree.id}/restoration`)).status).toBe(201);
}
