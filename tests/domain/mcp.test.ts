import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { callNames } from "../../src/domain/mcp.ts";

const hash = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");
const names = (tools: [string, string][], taken: string[] = []) =>
  callNames(
    tools.map(([server, name]) => ({ server, name })),
    new Set(taken),
    hash,
  );

describe("names of tools", () => {
  test("are the server's and the tool's, in letters that endpoints take", () => {
    expect(
      names([
        ["files", "read"],
        ["My Server!", "täg-it"],
      ]),
    ).toEqual(["files_read", "My_Server_t_g-it"]);
  });
  test("never stand for two, and never for one of ours", () => {
    const [a, b] = names([
      ["a_b", "c"],
      ["a", "b_c"],
    ]);
    expect(a).toMatch(/^a_b_c_[0-9a-f]{6}$/);
    expect(b).not.toBe(a!);
    expect(names([["git", "status"]], ["git_status"])[0]).toMatch(/^git_status_[0-9a-f]{6}$/);
  });
  test("whatever the servers say: right form, unique, and the same whichever order they come in", () => {
    const pair = fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ maxLength: 120 }));
    fc.assert(
      fc.property(fc.uniqueArray(pair, { selector: ([s, t]) => `${s}\0${t}`, maxLength: 30 }), (tools) => {
        const given = names(tools);
        for (const name of given) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/);
        expect(new Set(given).size).toBe(given.length);
        expect(names([...tools].reverse()).reverse()).toEqual(given);
      }),
    );
  });
});
