/** Accepted hunks reach the disk, and nothing else does: merged, stale, rewound, and whenever the process dies. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Apply } from "../../src/domain/apply.ts";
import type { Change, ChangeDetail } from "../../src/domain/change.ts";
import { propose } from "../../src/engine/changes/propose.ts";
import { recoverApplies } from "../../src/engine/changes/recover.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { type Coder, changesIn, coder, runCalls } from "../support/coder.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { tempDir, tempRepo } from "../support/repo.ts";

let boo: TestApp;
let llm: TestLlm;
beforeAll(async () => {
  llm = await fakeLlm();
  boo = await testApp({ llm, repo: await tempRepo({ files: { "README.md": "# Relay\n" } }) });
});
afterAll(async () => {
  await boo[Symbol.asyncDispose]();
  await boo.repo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});

const at = (path: string) => join(boo.repo.root, path);
const disk = (path: string) => readFile(at(path), "utf8").catch(() => null);
const lines = (...changed: string[]) =>
  Array.from(
    { length: 60 },
    (_, i) => changed.find((c) => c.startsWith(`${i + 1}:`))?.replace(":", " changed ") ?? `line ${i + 1}`,
  )
    .join("\n")
    .concat("\n");

/** What a tool would have proposed: the whole file as it should be; null deletes it. */
async function suggest(where: Coder, path: string, text: string | null): Promise<Change> {
  const by = {
    session_id: where.session,
    chat_id: where.chat,
    project: { id: where.project, path: boo.repo.root },
    ...{ run_id: null, part_id: null, turn: null, tool: "edit_file", provider: "boocode", model: null, said: "" },
  };
  const content = (mode: number | null) => ({
    bytes: text === null ? null : Buffer.from(text),
    mode: text === null ? null : (mode ?? 0o644),
  });
  const { change } = await propose(boo.app.core, by, path, (seen) => content(seen.mode));
  return change!;
}
const accept = (change: Change, hunks?: string[], verdict = "accepted") =>
  boo.send<{ change: Change }>("PUT", `/changes/${change.id}/verdict`, { verdict, ...(hunks && { hunks }) });
const apply = async (where: Coder) =>
  (await boo.send<{ apply: Apply }>("POST", `/sessions/${where.session}/applies`, {})).apply;
const rewind = async (id: string) => (await boo.send<{ apply: Apply }>("POST", `/applies/${id}/rewind`)).apply;
const change = async (id: string) => (await boo.get<{ change: ChangeDetail }>(`/changes/${id}`)).change;
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => "was not refused",
    (error: Error) => error.message,
  );
const ours = async (dir = ".") => (await readdir(at(dir))).filter((name) => name.includes("boocode"));

describe("apply", () => {
  test("accepted hunks are written; the others stay, on top of what was written", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "a.txt": lines() });
    const first = await suggest(where, "a.txt", lines("2:x", "30:y", "50:z"));
    const [one, two, three] = first.hunks.map((h) => h.id);
    await accept(first, [one!]);
    await accept(first, [three!], "rejected");
    const done = await apply(where);
    expect(done).toMatchObject({
      state: "done",
      via: "api",
      hunks: 1,
      files: [{ path: "a.txt", state: "written", error: null }],
    });
    expect(await disk("a.txt")).toBe(lines("2:x"));
    expect(await change(first.id)).toMatchObject({
      state: "applied",
      hunks: [{ id: one, state: "applied" }],
      added: 1,
    });
    const { changes } = await changesIn(boo, where);
    expect(changes).toHaveLength(1);
    expect(changes[0]!.hunks.map((h) => [h.id, h.state])).toEqual([
      [two!, "pending"],
      [three!, "rejected"],
    ]);
    expect(changes[0]!.hunks[0]!.sources).toHaveLength(1);
    await accept(changes[0]!, [two!]);
    await apply(where);
    expect(await disk("a.txt")).toBe(lines("2:x", "30:y"));
    expect(await ours()).toEqual([]);
  });

  test("nothing accepted is said so; a verdict on what was applied comes too late", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "b.txt": "one\n" });
    const made = await suggest(where, "b.txt", "two\n");
    expect(await refusal(apply(where))).toContain("Nothing is accepted");
    await accept(made);
    await apply(where);
    expect(await refusal(accept(made, [made.hunks[0]!.id], "rejected"))).toContain("applied already");
  });

  test("files are made with their directories and deleted; mode, links, line ends and marks are kept", async () => {
    const where = await coder(boo);
    await boo.repo.write({
      "run.sh": "#!/bin/sh\n",
      "gone.txt": "x\n",
      "crlf.txt": "a\r\nb\r\n",
      "mark.txt": "\ufeffa",
    });
    await chmod(at("run.sh"), 0o750);
    await symlink("run.sh", at("alias.sh"));
    for (const [path, text] of [
      ["alias.sh", "#!/bin/sh\necho\n"],
      ["deep/er/new.txt", "new\n"],
      ["gone.txt", null],
      ["crlf.txt", "a\r\nB\r\n"],
      ["mark.txt", "\ufeffb"],
    ] as const)
      await accept(await suggest(where, path, text));
    await apply(where);
    expect(await disk("run.sh")).toBe("#!/bin/sh\necho\n");
    expect((await stat(at("run.sh"))).mode & 0o777).toBe(0o750);
    expect(await readFile(at("alias.sh"), "utf8")).toContain("echo");
    expect([
      await disk("deep/er/new.txt"),
      await disk("gone.txt"),
      await disk("crlf.txt"),
      await disk("mark.txt"),
    ]).toEqual(["new\n", null, "a\r\nB\r\n", "\ufeffb"]);
    const [done] = (await boo.get<{ applies: Apply[] }>(`/sessions/${where.session}/applies`)).applies;
    await rewind(done!.id);
    expect([await disk("run.sh"), await disk("gone.txt"), await disk("mark.txt")]).toEqual([
      "#!/bin/sh\n",
      "x\n",
      "\ufeffa",
    ]);
    expect(await stat(at("deep")).catch(() => null)).toBe(null);
  });

  test("a file that moved on is merged; where both wrote, it is stale with both sides, and nothing is written", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "c.txt": lines(), "d.txt": lines() });
    const [merges, clashes] = [
      await suggest(where, "c.txt", lines("2:ours")),
      await suggest(where, "d.txt", lines("2:ours")),
    ];
    await boo.repo.write({ "c.txt": lines("50:theirs"), "d.txt": lines("2:theirs") });
    await accept(merges);
    await accept(clashes);
    const done = await apply(where);
    expect(done.files.map((f) => [f.path, f.state])).toEqual([
      ["c.txt", "written"],
      ["d.txt", "stale"],
    ]);
    expect(await disk("c.txt")).toBe(lines("2:ours", "50:theirs"));
    expect(await disk("d.txt")).toBe(lines("2:theirs"));
    expect(await change(clashes.id)).toMatchObject({
      state: "stale",
      error: expect.stringContaining("changed at the same place"),
      clashes: [{ line: 2, base: ["line 2\n"], theirs: ["2 changed theirs\n"], ours: ["2 changed ours\n"] }],
    });
    // What the chat proposes next is on top of the file as it is.
    const again = await suggest(where, "d.txt", lines("2:both"));
    expect(again).toMatchObject({ id: clashes.id, state: "pending", error: null });
    await accept(again);
    await apply(where);
    expect(await disk("d.txt")).toBe(lines("2:both"));
  });

  test("deleted, or made by somebody else, since it was proposed: stale", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "e.txt": "e\n", "f.txt": "f\n" });
    const [edited, deleted, made] = [
      await suggest(where, "e.txt", "E\n"),
      await suggest(where, "f.txt", null),
      await suggest(where, "g.txt", "ours\n"),
    ];
    await rm(at("e.txt"));
    await boo.repo.write({ "f.txt": "f changed\n", "g.txt": "theirs\n" });
    for (const c of [edited, deleted, made]) await accept(c);
    const done = await apply(where);
    expect(done).toMatchObject({ state: "failed" });
    expect(done.files.map((f) => f.error)).toEqual([
      expect.stringContaining("deleted since"),
      expect.stringContaining("changed"),
      expect.stringContaining("was made since"),
    ]);
    expect([await disk("e.txt"), await disk("f.txt"), await disk("g.txt")]).toEqual([null, "f changed\n", "theirs\n"]);
  });

  test("read-only files, links put in the way and directories are refused; the rest is written", async () => {
    const where = await coder(boo);
    await using other = await tempDir();
    await boo.repo.write({ "ro.txt": "a\n", "in/h.txt": "h\n", "i.txt": "i\n", "j.txt": "j\n" });
    const made = [];
    for (const path of ["ro.txt", "in/h.txt", "i.txt", "j.txt", "later/k.txt"])
      made.push(await suggest(where, path, "changed\n"));
    await chmod(at("ro.txt"), 0o444);
    await rm(at("in"), { recursive: true });
    await symlink(other.root, at("in"));
    await rm(at("i.txt"));
    await symlink("j.txt", at("i.txt"));
    await symlink(other.root, at("later"));
    for (const c of made) await accept(c);
    const done = await apply(where);
    expect(done.files.map((f) => [f.path, f.state])).toEqual([
      ["j.txt", "written"],
      ["i.txt", "failed"],
      ["in/h.txt", "failed"],
      ["later/k.txt", "failed"],
      ["ro.txt", "failed"],
    ]);
    expect(await readdir(other.root)).toEqual([]);
    expect([await disk("ro.txt"), await disk("j.txt")]).toEqual(["a\n", "changed\n"]);
    // Its hunks stay accepted: writable again, it goes.
    await chmod(at("ro.txt"), 0o644);
    expect((await apply(where)).files.find((f) => f.path === "ro.txt")).toMatchObject({ state: "written" });
    await rm(at("in"));
    await rm(at("later"));
  });

  test("a full disk: nothing is written at all, and it is said", async () => {
    const mount = at("small");
    await mkdir(mount);
    const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=64k", "none", mount]).exitCode === 0;
    if (!mounted) return void (await rm(mount, { recursive: true }));
    try {
      const where = await coder(boo);
      await boo.repo.write({ "small/a.txt": "a\n", "l.txt": "l\n" });
      for (const [path, text] of [
        ["l.txt", "changed\n"],
        ["small/a.txt", "b\n"],
        ["small/big.txt", "x".repeat(200_000)],
      ] as const)
        await accept(await suggest(where, path, text));
      expect(await refusal(apply(where))).toContain("disk is full");
      expect([await disk("l.txt"), await disk("small/a.txt"), await disk("small/big.txt")]).toEqual([
        "l\n",
        "a\n",
        null,
      ]);
      expect([...(await ours()), ...(await ours("small"))]).toEqual([]);
      expect((await changesIn(boo, where)).totals.accepted).toBe(3);
    } finally {
      Bun.spawnSync(["umount", mount]);
      await rm(mount, { recursive: true });
    }
  });
});

describe("rewind", () => {
  test("while the files hold what was written; not out of order, not over an edit; never twice", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "m.txt": lines(), "n.txt": "n\n" });
    await accept(await suggest(where, "m.txt", lines("2:x")));
    await accept(await suggest(where, "n.txt", "N\n"));
    const first = await apply(where);
    await accept(await suggest(where, "m.txt", lines("2:x", "50:y")));
    const second = await apply(where);
    expect(await refusal(rewind(first.id))).toContain("m.txt: a later apply wrote to it; rewind that one first");
    expect(await disk("n.txt")).toBe("N\n");
    expect(await rewind(second.id)).toMatchObject({ state: "undone", files: [{ state: "undone" }] });
    await boo.repo.write({ "n.txt": "edited\n" });
    const refused = await fetch(`${boo.url}/applies/${first.id}/rewind`, {
      method: "POST",
      headers: { accept: "application/json" },
    });
    expect(refused.status).toBe(409);
    expect(((await refused.json()) as { error: { current: unknown } }).error.current).toEqual({
      blocked: [{ path: "n.txt", why: "it was changed since it was written", apply_id: null }],
    });
    expect(await disk("m.txt")).toBe(lines("2:x"));
    await boo.repo.write({ "n.txt": "N\n" });
    await rewind(first.id);
    expect([await disk("m.txt"), await disk("n.txt")]).toEqual([lines(), "n\n"]);
    expect(await refusal(rewind(first.id))).toContain("rewound already");
    const closed = (await changesIn(boo, where, true)).changes.filter((c) => c.path === "n.txt");
    expect(closed).toMatchObject([{ state: "reverted" }]);
    // What was taken back can be decided anew.
    await accept(closed[0]!, undefined, "pending");
    await accept(closed[0]!);
    await apply(where);
    expect(await disk("n.txt")).toBe("N\n");
  });
});

describe("two at once", () => {
  test("two who decide the same hunk: the first wins, the second sees it", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "o.txt": "o\n" });
    const made = await suggest(where, "o.txt", "O\n");
    const hunks = [made.hunks[0]!.id];
    const put = (verdict: string) =>
      fetch(`${boo.url}/changes/${made.id}/verdict`, {
        method: "PUT",
        headers: { accept: "application/json", "content-type": "application/json" },
        body: JSON.stringify({ verdict, hunks }),
      });
    const [one, two] = await Promise.all([put("accepted"), put("rejected")]);
    expect([one.status, two.status].sort()).toEqual([200, 409]);
    const lost = (await (one.status === 409 ? one : two).json()) as { error: { message: string; current: Change } };
    const won = one.status === 200 ? "accepted" : "rejected";
    expect(lost.error.message).toBe(`This hunk is ${won} already.`);
    expect(lost.error.current.hunks[0]!.state).toBe(won as never);
    expect((await put(won)).status).toBe(200);
    // Whoever saw it may change it.
    const flip = won === "accepted" ? "rejected" : "accepted";
    await boo.send("PUT", `/changes/${made.id}/verdict`, { verdict: flip, hunks, from: won });
    const { decided } = await boo.send<{ decided: number }>("POST", `/sessions/${where.session}/verdict/undo`);
    expect(decided).toBe(1);
    expect((await change(made.id)).state).toBe(won as never);
  });

  test("two applies at once write once", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "p.txt": "p\n" });
    await accept(await suggest(where, "p.txt", "P\n"));
    const ended = await Promise.allSettled([apply(where), apply(where)]);
    expect(ended.map((e) => e.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await disk("p.txt")).toBe("P\n");
  });
});

describe("killed", () => {
  /** Runs the apply, or a rewind, in a process that is killed at its n-th change of a file; false when it was not. */
  async function killedAt(n: number, session: string, rewound: string | null): Promise<boolean> {
    const child = Bun.spawn(
      [
        "bun",
        "--preload",
        "./tests/support/crash-after.ts",
        "tests/support/crashing-apply.ts",
        JSON.stringify({ target: boo.database.target, session, rewind: rewound }),
      ],
      {
        cwd: new URL("../..", import.meta.url).pathname,
        env: { ...process.env, CRASH_AT: String(n) },
        stdout: "ignore",
        stderr: "pipe",
      },
    );
    await child.exited;
    if (child.signalCode !== "SIGKILL" && child.exitCode !== 0)
      throw new Error(await new Response(child.stderr).text());
    return child.signalCode === "SIGKILL";
  }

  test("at any change of a file: each is old or new, and the next start finishes what was begun", async () => {
    const before = { "k/a.txt": lines(), "k/b.txt": "b\n", "k/new/c.txt": null };
    const after = { "k/a.txt": lines("2:x"), "k/b.txt": null, "k/new/c.txt": "c\n" };
    const paths = Object.keys(before) as (keyof typeof before)[];
    for (const direction of ["apply", "rewind"] as const) {
      const [from, to] = direction === "apply" ? [before, after] : [after, before];
      let points = 0;
      for (let n = 1; ; n++) {
        const where = await coder(boo);
        await rm(at("k"), { recursive: true, force: true });
        await boo.repo.write({ "k/a.txt": lines(), "k/b.txt": "b\n" });
        for (const path of paths) await accept(await suggest(where, path, after[path]));
        const done = direction === "rewind" ? (await apply(where)).id : null;
        const killed = await killedAt(n, where.session, done);
        for (const path of paths) expect([from[path], to[path]]).toContain(await disk(path));
        await recoverApplies(boo.app.core);
        for (const path of paths)
          expect([direction, n, path, await disk(path)]).toEqual([direction, n, path, to[path]]);
        expect(await ours("k")).toEqual([]);
        const [row] = (await boo.get<{ applies: Apply[] }>(`/sessions/${where.session}/applies`)).applies;
        expect(row!.state).toBe(direction === "apply" ? "done" : "undone");
        const states = (await changesIn(boo, where, true)).changes.map((c) => c.state);
        expect(new Set(states)).toEqual(new Set([direction === "apply" ? "applied" : "reverted"]));
        if (!killed) break;
        points++;
      }
      expect(points).toBeGreaterThan(6);
    }
  }, 180_000);

  test("an editor that saves in the middle loses nothing: the file stays as it saved it", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "q.txt": lines(), "r.txt": "r\n" });
    const edited = await suggest(where, "q.txt", lines("2:x"));
    await accept(edited);
    await accept(await suggest(where, "r.txt", "R\n"));
    await killedAt(1, where.session, null);
    await writeFile(at("q.txt"), lines("50:saved"));
    await recoverApplies(boo.app.core);
    expect([await disk("q.txt"), await disk("r.txt")]).toEqual([lines("50:saved"), "R\n"]);
    expect((await change(edited.id)).state).toBe("stale");
  }, 60_000);
});

describe("by the agent", () => {
  const edit = (file_path: string, old_string: string, new_string: string) =>
    ["edit_file", { file_path, old_string, new_string }] as const;

  test("bypass writes at the end of the run, says so, and is taken back in one step", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "s.txt": "s\n", "t.txt": "t\n" });
    await runCalls(
      boo,
      llm,
      where,
      [[edit("s.txt", "s", "S"), edit("t.txt", "t", "T")], [["create_file", { file_path: "u.txt", content: "u\n" }]]],
      { mode: "bypass" },
    );
    expect([await disk("s.txt"), await disk("t.txt"), await disk("u.txt")]).toEqual(["S\n", "T\n", "u\n"]);
    const { messages } = await boo.get<{
      messages: { parts: { kind: string; text: string; meta: { apply_id: string } }[] }[];
    }>(`/chats/${where.chat}`);
    const notice = messages.at(-1)!.parts.at(-1)!;
    expect(notice).toMatchObject({ kind: "notice", text: "Applied 3 hunks in 3 files." });
    await rewind(notice.meta.apply_id);
    expect([await disk("s.txt"), await disk("t.txt"), await disk("u.txt")]).toEqual(["s\n", "t\n", null]);
  });

  test("apply_pending writes what the mode lets, and rewind takes back only what the agent wrote", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "v.txt": "v\n", "w.txt": "w\n" });
    const asked = await runCalls(boo, llm, where, [
      [edit("v.txt", "v", "V")],
      [["apply_pending", {}]],
      [["rewind", {}]],
    ]);
    expect(asked.calls.map((c) => c.note)).toEqual(["+1 −1", "nothing accepted", "failed"]);
    expect(asked.calls[1]!.text).toContain("1 hunk waits for the developer's review");
    expect(await disk("v.txt")).toBe("v\n");
    await accept((await changesIn(boo, where)).changes[0]!);
    const let_ = await runCalls(boo, llm, where, [
      [edit("w.txt", "w", "W")],
      [["apply_pending", {}]],
      [["rewind", {}]],
    ]);
    expect(let_.calls.map((c) => c.note)).toEqual(["+1 −1", "1 file written", "1 file taken back"]);
    const bypass = await runCalls(
      boo,
      llm,
      where,
      [[["apply_pending", {}]], [edit("v.txt", "v", "VV")], [["apply_pending", {}]]],
      { mode: "bypass" },
    );
    expect(bypass.calls.map((c) => c.state)).toEqual(["failed", "closed", "closed"]);
    expect(await disk("v.txt")).toBe("VV\n");
  });

  test("the next turn tells what became of the proposals, once, and the prompt before it stays as it was", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "x.txt": lines(), "y.txt": "y\n", "z.txt": "z\n" });
    await runCalls(boo, llm, where, [
      [
        edit("x.txt", "line 2\n", "two\n"),
        edit("x.txt", "line 40\n", "forty\n"),
        edit("y.txt", "y", "Y"),
        edit("z.txt", "z", "Z"),
      ],
    ]);
    const { changes } = await changesIn(boo, where);
    const [x, y, z] = changes;
    await accept(x!, [x!.hunks[0]!.id]);
    await accept(x!, [x!.hunks[1]!.id], "rejected");
    await boo.send("POST", `/changes/${x!.id}/comments`, {
      text: "Forty is wrong.",
      hunk_id: x!.hunks[1]!.id,
      line: 40,
    });
    await accept(y!);
    await boo.repo.write({ "y.txt": "other\n" });
    await apply(where);
    await accept(z!, undefined, "rejected");
    const before = llm.chats().length;
    await runCalls(boo, llm, where, [], { text: "Go on." });
    const sent = llm.chats().at(before)!.messages as { role: string; content: string }[];
    expect(sent.at(-1)!.content).toBe(
      [
        "[Review of your proposals]",
        "Applied, now on disk:",
        "- x.txt: lines 1-5",
        "Rejected; do not propose it again unless asked:",
        "- x.txt: lines 37-43 in line 36",
        "- z.txt: lines 1-1",
        "Stale: the file was changed meanwhile and this does not merge; read it again before you change it:",
        "- y.txt: lines 1-1",
        "Comments of the developer; answer each:",
        "- x.txt:40: Forty is wrong.",
        "[End of the review]",
        "",
        "Go on.",
      ].join("\n"),
    );
    await runCalls(boo, llm, where, [], { text: "And now?" });
    const later = llm.chats().at(-1)!.messages as { role: string; content: string }[];
    expect(later.slice(0, sent.length)).toEqual(sent);
    expect(later.at(-1)!.content).toBe("And now?");
    // Rejected whole, and told: it waits for nobody any more, and stays rejected when it comes again.
    expect((await changesIn(boo, where)).changes.map((c) => c.path)).toEqual(["y.txt"]);
    await runCalls(boo, llm, where, [[edit("z.txt", "z", "Z")]]);
    expect((await changesIn(boo, where)).changes.find((c) => c.path === "z.txt")).toMatchObject({ state: "rejected" });
  });
});

describe("restore to here", () => {
  const edit = (file_path: string, old_string: string, new_string: string) =>
    ["edit_file", { file_path, old_string, new_string }] as const;
  const restore = (message: string) => boo.send<{ applies: number }>("POST", `/messages/${message}/restoration`);

  test("files, proposals and transcript go back together; an edit of one's own is in the way and is shown", async () => {
    const where = await coder(boo);
    await boo.repo.write({ "aa.txt": lines(), "bb.txt": "b\n" });
    await runCalls(boo, llm, where, [[edit("aa.txt", "line 2\n", "two\n"), edit("bb.txt", "b", "BB")]]);
    const second = await runCalls(
      boo,
      llm,
      where,
      [[edit("bb.txt", "BB", "BBB"), edit("aa.txt", "line 40\n", "forty\n")]],
      { text: "More." },
    );
    for (const c of (await changesIn(boo, where)).changes) await accept(c);
    await apply(where);
    await runCalls(boo, llm, where, [[edit("bb.txt", "BBB", "B4")]], { text: "Even more.", mode: "bypass" });
    expect(await disk("bb.txt")).toBe("B4\n");
    await boo.repo.write({ "bb.txt": "mine\n" });
    expect(await refusal(restore(second.message))).toContain("bb.txt: it was changed since it was written");
    expect(await disk("aa.txt")).toContain("forty");
    await boo.repo.write({ "bb.txt": "B4\n" });
    expect(await restore(second.message)).toMatchObject({ applies: 2 });
    expect([await disk("aa.txt"), await disk("bb.txt")]).toEqual([lines(), "b\n"]);
    const { changes } = await changesIn(boo, where);
    expect(changes.map((c) => [c.path, c.state, c.hunks.length])).toEqual([
      ["aa.txt", "pending", 1],
      ["bb.txt", "pending", 1],
    ]);
    const { messages } = await boo.get<{ messages: unknown[] }>(`/chats/${where.chat}`);
    expect(messages).toHaveLength(2);
    for (const c of changes) await accept(c);
    await apply(where);
    expect(await disk("bb.txt")).toBe("BB\n");
  });
});
