/** What may be opened for reading beside a project: the nearest project or repository, and nothing that should stay closed. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { findGrantable, isStillThere } from "../../../src/drivers/files/grantable.ts";
import type { Refusal } from "../../../src/drivers/refusal.ts";

let base: string;
let realm: { roots: string[]; projects: string[]; closed: string };
let scope: { root: string; grants: string[] };

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "boo-grantable-")));
  for (const dir of [
    "code/relay/.git",
    "code/relay/src",
    "code/sdk/.git",
    "code/sdk/src/deep",
    "code/sdk/.ssh",
    "code/mono/.git",
    "code/mono/packages/api",
    "code/plain/notes",
    "code/.ssh/.git",
    "data/.git",
    "data/worktrees/one/.git",
    "elsewhere/repo/.git",
  ])
    await mkdir(join(base, dir), { recursive: true });
  await writeFile(join(base, "code/sdk/src/client.ts"), "retry();\n");
  await symlink(join(base, "elsewhere/repo"), join(base, "code/relay/away"));
  await symlink(join(base, "code/sdk"), join(base, "code/relay/sdk"));
  scope = { root: join(base, "code/relay"), grants: [] };
  realm = {
    roots: [join(base, "code")],
    projects: [scope.root, join(base, "code/mono/packages/api")],
    closed: join(base, "data"),
  };
});
afterAll(() => rm(base, { recursive: true }));

const find = (path: string, over: Partial<typeof realm> = {}, grants: string[] = []) =>
  findGrantable({ ...scope, grants }, { ...realm, ...over }, path.replace("~base", base));
const refused = (path: string, over: Partial<typeof realm> = {}) =>
  find(path, over).then(
    (found) => `granted ${found}`,
    (error: Refusal) => error.note,
  );

describe("what is found", () => {
  test.each([
    ["~base/code/sdk", "code/sdk"],
    ["~base/code/sdk/src/client.ts", "code/sdk"],
    ["~base/code/sdk/src/deep/../deep/", "code/sdk"],
    ["~base/code/sdk/no/such/file.ts", "code/sdk"],
    ["../sdk/src/client.ts", "code/sdk"],
    ["~base/code/relay/sdk/src/client.ts", "code/sdk"],
    ["sdk", "code/sdk"],
    ["~base/code/mono/packages/api/x.ts", "code/mono/packages/api"],
    ["~base/code/mono/README.md", "code/mono"],
  ])("%s: %s", async (path, found) => expect(await find(path)).toBe(join(base, found)));

  test("nothing to grant for what can be read already", async () => {
    expect(await find("src/app.ts")).toBeNull();
    expect(await find("~base/code/sdk/src", {}, [join(base, "code/sdk")])).toBeNull();
  });
});

describe("what is never granted, in the same words", () => {
  test.each([
    ["outside the roots", "~base/elsewhere/repo/x"],
    ["outside the roots through a link of the project", "away/x"],
    ["no repository around it", "~base/code/plain/notes/today.md"],
    ["the directory of all code", "~base/code"],
    ["what is not there at all", "~base/nowhere/at/all"],
    ["a directory of keys that is a repository", "~base/code/.ssh/id_rsa"],
    ["the file system", "/"],
    ["a system directory", "/etc/passwd"],
  ])("%s", async (_what, path) => expect(await refused(path)).toBe("cannot be granted"));

  test("our own data, what lies in it, and what holds it", async () => {
    const all = { roots: [base] };
    expect(await refused("~base/data/x", all)).toBe("cannot be granted");
    expect(await refused("~base/data/worktrees/one/x", all)).toBe("cannot be granted");
    await mkdir(join(base, ".git"));
    expect(await refused("~base/elsewhere/x", all)).toBe("cannot be granted");
    await rm(join(base, ".git"), { recursive: true });
  });

  test("a home that is a repository", async () => {
    const home = await realpath(homedir());
    expect(await refused(join(home, "notes.md"), { roots: ["/"], projects: [home] })).toBe("cannot be granted");
  });

  test("what is no path", async () => {
    expect(await refused("a\0b")).toBe("not a path");
    expect(await refused("x".repeat(5000))).toBe("not a path");
  });
});

test("a directory that became something else is not what was asked for", async () => {
  const path = join(base, "code/sdk2");
  await mkdir(path);
  expect(await isStillThere(path)).toBe(true);
  await rename(path, `${path}-old`);
  expect(await isStillThere(path)).toBe(false);
  await symlink(join(base, "elsewhere"), path);
  expect(await isStillThere(path)).toBe(false);
  await rm(path);
  await writeFile(path, "");
  expect(await isStillThere(path)).toBe(false);
});
