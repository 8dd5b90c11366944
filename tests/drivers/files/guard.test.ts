import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, link, mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { openFile, resolvePath } from "../../../src/drivers/files/guard.ts";
import { readFileView } from "../../../src/drivers/files/view.ts";
import { Refusal } from "../../../src/drivers/refusal.ts";
import { isInside, isSecretPath } from "../../../src/lib/path-guard.ts";
import { type TempDir, tempDir } from "../../support/repo.ts";

let dir: TempDir;
let root: string;
let granted: string;
const read = (path: string) => readFileView(root, [granted], path);
const refusal = async (path: string): Promise<Refusal> => {
  const error = await read(path).then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof Refusal)) throw new Error(`${path} was not refused: ${error}`);
  return error;
};

beforeAll(async () => {
  dir = await tempDir({
    "root/a.txt": "OPEN a\n",
    "root/src/b.ts": "OPEN b\n",
    "root/src/.env.example": "OPEN names\n",
    "root/.env": "SECRET\n",
    "root/src/server.PEM": "SECRET\n",
    "root/keys/id_rsa": "SECRET\n",
    "root/.git/config": "SECRET\n",
    "root/we ird\n\"name'.txt": "OPEN odd\n",
    "root-evil/a.txt": "OUTSIDE\n",
    "outside/a.txt": "OUTSIDE\n",
    "granted/g.txt": "OPEN g\n",
    "granted/.env": "SECRET\n",
  });
  root = join(dir.root, "root");
  granted = join(dir.root, "granted");
  const links: [string, string][] = [
    ["../outside", "out"],
    ["../outside/a.txt", "out.txt"],
    ["/etc", "etc"],
    [".env", "notes.txt"],
    ["src", "code"],
    ["../root/src", "round"],
    ["a.txt", ".env.local"],
    ["loop2", "loop1"],
    ["loop1", "loop2"],
    ["../outside/missing", "dangling"],
    [".git", "g"],
    ["../root-evil", "evil"],
    ["../granted", "shared"],
    ["../keys/id_rsa", "src/key.txt"],
  ];
  for (const [target, path] of links) await symlink(target, join(root, path));
  const fifo = Bun.spawnSync(["mkfifo", join(root, "fifo")]);
  expect(fifo.exitCode).toBe(0);
});
afterAll(() => dir[Symbol.asyncDispose]());

describe("no path leads out or to a secret", () => {
  const odd = fc.constantFrom(
    "..", ".", "", "a.txt", "src", "b.ts", ".env", ".ENV", "out", "out.txt", "etc", "passwd", "notes.txt", "code", "round", "g", "config", ".git", "evil",
    "shared", "g.txt", "key.txt", "keys", "id_rsa", "root", "root-evil", "outside", "granted", "server.PEM", "dangling", "loop1", "fifo", "~", "\\", "a\nb", "%2e%2e", "．．",
  ); // biome-ignore format: a table
  const piece = fc.oneof(
    { weight: 2, arbitrary: odd },
    { weight: 3, arbitrary: fc.constantFrom("a.txt", "src", "b.ts", "code", "round", "..", ".") },
  );
  const start = fc.constantFrom(
    "",
    "",
    "",
    "",
    "/",
    "./",
    "../",
    "//",
    "ROOT/",
    "GRANT/",
    "ROOT/../",
    "/proc/self/root/",
    "/proc/self/cwd/",
  );
  const soup = fc
    .tuple(start, fc.array(piece, { minLength: 1, maxLength: 5 }))
    .map(([s, pieces]) => (s + pieces.join("/")).replace("ROOT", () => root).replace("GRANT", () => granted));

  test("whatever the soup, only open content comes back", async () => {
    let opened = 0;
    await fc.assert(
      fc.asyncProperty(soup, async (path) => {
        const place = await resolvePath({ root, grants: [granted] }, path).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Refusal);
          return null;
        });
        if (!place) return;
        expect(isInside(root, place.real) || isInside(granted, place.real)).toBe(true);
        expect(isSecretPath(place.inside)).toBe(false);
        if (!place.stats.isFile()) return;
        const view = await read(path);
        expect(view.lines.join()).toStartWith("OPEN");
        opened++;
      }),
      { numRuns: 300 },
    );
    expect(opened).toBeGreaterThan(0);
  });

  test.each([
    ["notes.txt", "refused: secret file"],
    ["src/key.txt", "refused: secret file"],
    [".env", "refused: secret file"],
    [".env.local", "refused: secret file"],
    ["src/server.PEM", "refused: secret file"],
    [".env.production", "refused: secret file"],
    ["shared/.env", "refused: secret file"],
    [".git/config", "refused: inside .git"],
    ["g/config", "refused: inside .git"],
    ["out/a.txt", "outside the project"],
    ["out.txt", "outside the project"],
    ["../root-evil/a.txt", "outside the project"],
    ["evil/a.txt", "outside the project"],
    ["/etc/passwd", "outside the project"],
    ["/proc/self/environ", "outside the project"],
    ["dangling", "outside the project"],
    ["loop1", "a loop of links"],
    ["src", "is a directory"],
    ["fifo", "not a file"],
    ["a\0.txt", "not a path"],
    ["\ud800", "not a path"],
    ["x".repeat(300), "name too long"],
    ["x/".repeat(3000), "not a path"],
    ["nothing.txt", "no such file"],
    ["a.txt/below", "no such file"],
  ])("%p: %s", async (path, note) => expect((await refusal(path)).note).toBe(note));

  test.each([
    ["a.txt", "a.txt"],
    ["./src//b.ts", "src/b.ts"],
    ["code/b.ts", "src/b.ts"],
    ["round/b.ts", "src/b.ts"],
    ["src/.env.example", "src/.env.example"],
    ["we ird\n\"name'.txt", `"we ird\\n\\"name'.txt"`],
  ])("%p opens as %p", async (path, shown) => expect((await read(path)).path).toBe(shown));

  test("absolute paths in the root and in a grant open", async () => {
    expect((await read(join(root, "a.txt"))).path).toBe("a.txt");
    expect((await read(join(granted, "g.txt"))).path).toBe(join(granted, "g.txt"));
    expect((await readFileView(root, [], join(granted, "g.txt")).catch((e) => e)).note).toBe("outside the project");
  });
});

describe("what is told", () => {
  test("outside, it makes no difference whether a file exists", async () => {
    for (const [there, not] of [
      ["../outside/a.txt", "../outside/b.txt"],
      ["/etc/passwd", "/etc/nothing"],
      ["out/a.txt", "out/b.txt"],
      ["out.txt", "dangling"],
    ] as const) {
      const [one, other] = [await refusal(there), await refusal(not)];
      expect(one.message.replace(there, "*")).toBe(other.message.replace(not, "*"));
      expect(one.code).toBe(other.code);
    }
  });

  test.each([
    ["src/B.ts", "src/b.ts"],
    ["b.ts", "src/b.ts"],
    ["src/b.tsx", "src/b.ts"],
    ["src/b.ts:12", "src/b.ts"],
    ["src\\b.ts", "src/b.ts"],
    ["/src/b.ts", "src/b.ts"],
  ])("%p suggests %p", async (path, like) => expect((await refusal(path)).hint).toContain(`Did you mean ${like}`));

  test("no secret is suggested", async () => expect((await refusal("id_rs")).hint).not.toContain("id_rsa"));

  test("a project whose directory is gone says so", async () => {
    const error = await readFileView("/no/such/project", [], "a.txt").catch((e) => e);
    expect(error.note).toBe("the project is gone");
  });
});

test("a directory swapped for a link while the file is opened is noticed", async () => {
  await mkdir(join(root, "swap"));
  await Bun.write(join(root, "swap/a.txt"), "OPEN swap\n");
  await link(join(dir.root, "outside/a.txt"), join(dir.root, "outside/kept.txt"));
  let stop = false;
  const swapping = (async () => {
    while (!stop) {
      await rename(join(root, "swap"), join(root, "swap.real"));
      await symlink("../outside", join(root, "swap"));
      await rm(join(root, "swap"));
      await rename(join(root, "swap.real"), join(root, "swap"));
    }
  })();
  for (let i = 0; i < 60; i++) {
    const view = await read("swap/a.txt").catch((error: unknown) => {
      expect(error).toBeInstanceOf(Refusal);
      return null;
    });
    if (view) expect(view.lines).toEqual(["OPEN swap"]);
  }
  stop = true;
  await swapping;
});

test.skipIf(process.getuid?.() === 0)("a file without permission says so", async () => {
  await chmod(join(root, "a.txt"), 0);
  try {
    expect((await refusal("a.txt")).note).toBe("no permission");
  } finally {
    await chmod(join(root, "a.txt"), 0o644);
  }
});

test("an opened file is closed by the caller and is the one that was judged", async () => {
  const { place, handle } = await openFile({ root, grants: [] }, "a.txt");
  expect(await handle.readFile("utf8")).toBe("OPEN a\n");
  expect(place).toMatchObject({ base: root, inside: "a.txt", shown: "a.txt" });
  await handle.close();
});
