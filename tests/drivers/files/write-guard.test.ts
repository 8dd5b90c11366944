/** Where a proposal may be written: whatever a path looks like, and whatever lies on the way, it never leads out. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realpathSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { resolveWrite } from "../../../src/drivers/files/write-guard.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { isGitInternal, isSecretPath } from "../../../src/lib/path-guard.ts";
import { mkfifo } from "../../support/fifo.ts";
import { type TempDir, tempDir } from "../../support/repo.ts";

const CASES = 100_000;

let all: TempDir;
let root: string;
beforeAll(async () => {
  all = await tempDir({
    "project/src/a.ts": "a\n",
    "project/src/deep/b.ts": "b\n",
    "project/.env": "KEY=1\n",
    "project/.env.example": "KEY=\n",
    "project/.git/config": "x\n",
    "project/keys/id_rsa": "x\n",
    "project-evil/c.ts": "c\n",
    "outside/d.ts": "d\n",
  });
  root = join(all.root, "project");
  const links: Record<string, string> = {
    out: "../outside",
    "out.ts": "../outside/d.ts",
    sibling: "../project-evil",
    inner: "src/deep",
    "inner.ts": "src/a.ts",
    dangling: "../nowhere/yet.ts",
    "inside-dangling": "src/not-there.ts",
    loop: "loop",
    etc: "/etc",
    git: ".git",
    secret: ".env",
    up: "..",
  };
  for (const [name, to] of Object.entries(links)) await symlink(to, join(root, name));
  mkfifo(join(root, "pipe"));
});
afterAll(() => all[Symbol.asyncDispose]());

const place = (path: string) => resolveWrite(root, path);
const refusal = (path: string): Promise<AppError> =>
  place(path).then(
    (p) => {
      throw new Error(`${JSON.stringify(path)} leads to ${p.real}`);
    },
    (error) => {
      expect(error).toBeInstanceOf(AppError);
      return error;
    },
  );

describe("writes", () => {
  test.each([
    ["src/a.ts", "src/a.ts"],
    ["./src//a.ts", "src/a.ts"],
    ["src/../src/a.ts", "src/a.ts"],
    ["new/dir/x.ts", "new/dir/x.ts"],
    ["inner/b.ts", "src/deep/b.ts"],
    ["inner/new.ts", "src/deep/new.ts"],
    ["inner.ts", "src/a.ts"],
    [".env.example", ".env.example"],
    ["%2e%2e/x", "%2e%2e/x"],
    [".gitignore", ".gitignore"],
    [".github/workflows/ci.yml", ".github/workflows/ci.yml"],
  ])("%s goes to %s", async (path, to) => {
    expect(await place(path)).toMatchObject({ path: to, real: join(root, to) });
    expect((await place(join(root, path))).path).toBe(to);
  });

  test.each([
    ["../outside/d.ts", "forbidden"],
    ["src/../../outside/d.ts", "forbidden"],
    ["/etc/passwd", "forbidden"],
    ["../project-evil/c.ts", "forbidden"],
    ["out/d.ts", "forbidden"],
    ["out/new/e.ts", "forbidden"],
    ["out.ts", "forbidden"],
    ["sibling/c.ts", "forbidden"],
    ["etc/cron.d/x", "forbidden"],
    ["up/outside/d.ts", "forbidden"],
    ["dangling", "forbidden"],
    ["inside-dangling", "forbidden"],
    ["loop", "forbidden"],
    ["loop/x", "forbidden"],
    [".git/hooks/pre-commit", "forbidden"],
    [".GIT/config", "forbidden"],
    [".git./config", "forbidden"],
    ["GIT~1/config", "forbidden"],
    ["src/.git/config", "forbidden"],
    [".\u200bgit/config", "forbidden"],
    ["git/config", "forbidden"],
    [".env", "forbidden"],
    [".ENV.local", "forbidden"],
    ["secret", "forbidden"],
    ["keys/id_rsa", "forbidden"],
    ["certs/server.pem", "forbidden"],
    ["a\0b.ts", "invalid"],
    ["src\\..\\..\\x.ts", "invalid"],
    ["a\nb.ts", "invalid"],
    ["", "invalid"],
    [" ", "invalid"],
    [".", "invalid"],
    ["src", "invalid"],
    ["src/", "invalid"],
    ["src/..", "invalid"],
    ["inner", "invalid"],
    ["src/a.ts/b.ts", "invalid"],
    ["pipe", "invalid"],
    ["x".repeat(300), "invalid"],
    [`${"x/".repeat(3000)}y`, "invalid"],
    ["\ud800.ts", "invalid"],
  ])("%j is refused: %s", async (path, code) => {
    expect((await refusal(path)).code).toBe(code as never);
  });

  test(`${CASES.toLocaleString("en")} generated paths: none leads out, into .git, or to a secret`, async () => {
    const name = fc.constantFrom(
      ...["..", ".", "", "src", "deep", "a.ts", "b.ts", "new", "out", "out.ts", "sibling", "inner", "inner.ts", "up"],
      ...[
        "dangling",
        "loop",
        "etc",
        "git",
        "secret",
        ".git",
        ".GIT",
        ".Git",
        ".git ",
        "git~1",
        ".env",
        ".Env",
        "id_rsa",
      ],
      ...[
        "project",
        "project-evil",
        "outside",
        "%2e%2e",
        "..%2f..",
        "\u2025",
        "．．",
        "..\\..",
        "a\0b",
        "~",
        "-rf",
        "pipe",
      ],
      ...["\u202e", "con", " ", "x".repeat(260), ".env.example", "...", "\t", "é", "e\u0301"],
    );
    const path = fc
      .tuple(
        fc.constantFrom(
          "",
          "/",
          "./",
          "//",
          "../",
          () => `${root}/`,
          () => `${root}-evil/`,
          () => `${root}/../`,
        ),
        fc.array(name, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("", "/", "/.", "\0"),
      )
      .map(([head, names, tail]) => `${typeof head === "string" ? head : head()}${names.join("/")}${tail}`);
    let allowed = 0;
    for (const candidate of fc.sample(path, { numRuns: CASES, seed: 20_261_129 })) {
      const found = await place(candidate).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code === "internal") throw error;
        return null;
      });
      if (!found) continue;
      allowed++;
      // Judged by other means than the guard's: the deepest directory that is there, as the kernel resolves it.
      const real = deepest(found.real);
      const escapes = real !== root && !real.startsWith(`${root}/`);
      const wrong =
        escapes || isGitInternal(found.path) || isSecretPath(found.path) || found.real !== join(root, found.path);
      if (wrong) throw new Error(`${JSON.stringify(candidate)} leads to ${found.real} (${real})`);
    }
    expect(allowed).toBeGreaterThan(1_000);
  }, 120_000);

  test("a directory swapped for a link between two looks is seen at the second", async () => {
    await mkdir(join(root, "swap"));
    expect((await place("swap/x.ts")).path).toBe("swap/x.ts");
    await using other = await tempDir();
    await Bun.$`rm -r ${join(root, "swap")}`.quiet();
    await symlink(other.root, join(root, "swap"));
    expect((await refusal("swap/x.ts")).code).toBe("forbidden");
    await Bun.$`rm ${join(root, "swap")}`.quiet();
  });
});

/** The real path of the file, or of the nearest directory above it that exists. */
function deepest(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    try {
      return realpathSync(at);
    } catch {
      if (at === dirname(at)) return at;
    }
  }
}
