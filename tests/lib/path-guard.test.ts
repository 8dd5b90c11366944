import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  isGitInternal,
  isInside,
  isSecretPath,
  lexicalInside,
  pathProblem,
  relativeInside,
  shownPath,
} from "../../src/lib/path-guard.ts";

const SECRET = [
  ".env", ".ENV", "a/.env.local", "x/.envrc", ".env.example.bak", "server.pem", "tls/Server.KEY", "id_rsa", "id_ed25519.pub", "ID_ECDSA_sk",
  "credentials", "aws/credentials.json", "Credentials.INI", "credentials.toml", "pass.kdbx", ".netrc", ".npmrc", ".git-credentials", ".pgpass",
  ".ssh/config", ".aws/anything", ".docker/config.json", ".boocode/mcp.json", ".boocode/providers.json", "prod.env", "store.p12", "app.jks",
  "server.pem~", "server.pem.bak", ".server.pem.swp", "#id_rsa#", ".#.netrc", "key.key.old.1", ".npmrc ", "server.key.",
  ".e\u200bnv", "．env", ".env/lib/inside.txt",
]; // biome-ignore format: a table
const OPEN = [
  ".env.example", ".env.sample", ".env.template", ".env.production.example", "example.env", "environment.ts", "src/env.ts", "credentials.ts",
  "credentials/index.ts", "monkey", "keys.ts", "src/key.ts", "package.json", "id.ts", "a.pem.ts", ".gitignore", "docs/pem.md", "",
]; // biome-ignore format: a table

describe("secret names", () => {
  test.each(SECRET)("%p is secret", (path) => expect(isSecretPath(path)).toBe(true));
  test.each(OPEN)("%p is not", (path) => expect(isSecretPath(path)).toBe(false));

  test("no folder and no case makes a secret name readable", () => {
    const folders = fc.array(fc.constantFrom("a", "src", "deep er", "ü"), { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...SECRET), folders, fc.func(fc.boolean()), (path, folder, up) => {
        const cased = [...path].map((c, i) => (up(i) ? c.toUpperCase() : c.toLowerCase())).join("");
        expect(isSecretPath([...folder, cased].join("/"))).toBe(true);
      }),
    );
  });
});

test(".git is told by any spelling, .gitignore is not it", () => {
  for (const path of [".git", ".git/config", "a/.GIT/HEAD", ".git./config", ".git /config"])
    expect(isGitInternal(path)).toBe(true);
  for (const path of [".gitignore", ".github/workflows/ci.yml", "a/git/b", "x.git.ts"])
    expect(isGitInternal(path)).toBe(false);
});

describe("inside", () => {
  test("a sibling whose name begins the same is outside", () => {
    expect(isInside("/p/root", "/p/root-evil")).toBe(false);
    expect(relativeInside("/p/root", "/p/root-evil/x")).toBeNull();
    expect(relativeInside("/p/root", "/p/root")).toBe("");
    expect(relativeInside("/", "/etc")).toBe("etc");
  });

  test("lexicalInside never leaves the root, whatever the soup", () => {
    const piece = fc.constantFrom("..", ".", "", "a", "root", "root-evil", "...", "~", " ", "etc", "\\");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, absolute) => {
        const inside = lexicalInside("/p/root", (absolute ? "/" : "") + pieces.join("/"));
        if (inside === null) return;
        expect(inside.split("/")).not.toContain("..");
        expect(inside.startsWith("/")).toBe(false);
        const { pathname } = new URL(`file:///p/root/${encodeURIComponent(inside)}`);
        expect(pathname.startsWith("/p/root/")).toBe(true);
      }),
    );
  });

  test.each([
    ["src/a.ts", "src/a.ts"],
    ["./src//a.ts/", "src/a.ts"],
    ["src/../..", null],
    ["../root-evil/a", null],
    ["/p/root/a", "a"],
    ["/p/roota", null],
    ["", ""],
    [".", ""],
  ])("%p → %p", (path, inside) => expect(lexicalInside("/p/root", path)).toBe(inside));
});

test("paths that cannot be", () => {
  expect(pathProblem("a\0b")).toContain("NUL");
  expect(pathProblem("a\ud800")).toContain("Unicode");
  expect(pathProblem("x".repeat(5000))).toContain("longer");
  expect(pathProblem("a\nb")).toBeNull();
});

test("a path that would break its line, or turn it round, is quoted", () => {
  expect(shownPath("src/a b.ts")).toBe("src/a b.ts");
  expect(shownPath("a\nb")).toBe('"a\\nb"');
  expect(shownPath("a\u202etxt")).toBe('"a\\u202etxt"');
});
