/** The git panel and the file tree over the whole program: pages, fragments and JSON on real repositories. */
import { describe, expect, test } from "bun:test";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileDiff } from "../../src/domain/diff.ts";
import type { GitPanel } from "../../src/domain/git.ts";
import type { TreeLevel, TreeMatches } from "../../src/domain/tree.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { all, parse } from "../support/html.ts";
import { tempDir } from "../support/repo.ts";

type Ready = Extract<GitPanel, { state: "ready" }>;
type Done = { said: string; git: Ready };
interface Failed {
  error: { code: string; message: string; field?: string };
}

async function begin(files?: Record<string, string>) {
  const boo = await testApp(files ? { files } : {});
  // The server's home is in the test's repository; what it keeps there is not the project's.
  await boo.repo.write({ ".git/info/exclude": "tmux/\n" });
  await boo.repo.git("config", "user.name", "Ada Lovelace");
  await boo.repo.git("config", "user.email", "ada@example.org");
  const { project, session } = await boo.chat();
  const post = (what: string, body: unknown = {}) => boo.send<Done>("POST", `/projects/${project}/git/${what}`, body);
  const panel = async () => (await boo.get<{ git: Ready }>(`/projects/${project}/git`)).git;
  return { boo, project, session, post, panel };
}

/** As a browser: htmx with `hx`, a form of a page without script else. */
async function form(boo: TestApp, path: string, fields: [string, string][], hx: boolean) {
  const response = await fetch(boo.url + path, {
    method: "POST",
    redirect: "manual",
    headers: {
      accept: "text/html",
      "content-type": "application/x-www-form-urlencoded",
      ...(hx && { "hx-request": "true" }),
    },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, location: response.headers.get("location"), doc: parse(await response.text()) };
}
async function page(boo: TestApp, path: string, hx = false) {
  const headers = { accept: "text/html", ...(hx && { "hx-request": "true" }) };
  const response = await fetch(boo.url + path, { headers, redirect: "manual" });
  return { response, doc: parse(await response.text()) };
}
const refused = (boo: TestApp, path: string, body: unknown) =>
  fetch(boo.url + path, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(body),
  }).then(async (r) => ({ status: r.status, ...((await r.json()) as Failed) }));
const paths = (group: { changes: { path: string }[] }) => group.changes.map((change) => change.path);

describe("the git panel", () => {
  test("from a change to a commit, and a discard that comes back", async () => {
    const { boo, project, post, panel } = await begin();
    await using _ = boo;
    await boo.repo.write({
      "README.md": "# Other\n",
      "src/claim.ts": "changed\n",
      "new/a.ts": "1\n",
      "new/b.ts": "2\n",
    });
    const before = (await panel()).git;
    expect([before.branch, paths(before.unstaged), paths(before.untracked)]).toEqual([
      "main",
      ["README.md", "src/claim.ts"],
      ["new/"],
    ]);
    expect((await post("stagings", { paths: ["README.md", "new/a.ts"] })).said).toBe("Staged 2 files.");
    const { diff } = await boo.get<{ diff: FileDiff }>(`/projects/${project}/git/diff?path=README.md&staged=1`);
    expect([diff.added, diff.removed]).toEqual([1, 3]);

    const discarded = (await post("discards", { path: "src/claim.ts" })) as Done & { discard: { id: string } };
    expect(paths(discarded.git.git.unstaged)).toEqual([]);
    const committed = await post("commits", { message: "Rename", staged_key: discarded.git.git.staged_key });
    expect(committed.said).toMatch(/^Committed [0-9a-f]{10} to main\.$/);
    expect(await boo.repo.git("show", "--name-only", "--format=%an: %s", "HEAD")).toBe(
      "Ada Lovelace: Rename\n\nREADME.md\nnew/a.ts",
    );
    const undone = await post(`discards/${discarded.discard.id}/undo`);
    expect([paths(undone.git.git.unstaged), undone.git.discards]).toEqual([["src/claim.ts"], []]);
    expect(await boo.repo.git("diff", "--stat")).toContain("src/claim.ts");
  });

  test("refuses with a reason: no message, nothing staged, something else staged, gone, changed since, nobody", async () => {
    const { boo, project, post, panel } = await begin();
    await using _ = boo;
    const url = (what: string) => `/projects/${project}/git/${what}`;
    expect(await refused(boo, url("commits"), { message: "x" })).toMatchObject({
      status: 422,
      error: { field: "message", message: "Nothing is staged, so there is nothing to commit." },
    });
    await boo.repo.write({ "README.md": "# Other\n" });
    await post("stagings", { all: true });
    const seen = (await panel()).git.staged_key;
    expect(await refused(boo, url("commits"), { message: " \n" })).toMatchObject({
      status: 422,
      error: { field: "message" },
    });
    await boo.repo.write({ "src/claim.ts": "2\n" });
    await boo.repo.git("add", "src/claim.ts");
    expect((await refused(boo, url("commits"), { message: "x", staged_key: seen })).error.message).toContain(
      "What is staged has changed since you looked",
    );
    expect(await refused(boo, url("stagings"), { path: "nope.txt" })).toMatchObject({
      status: 409,
      error: { message: "There is no such change at nope.txt any more." },
    });
    expect(await refused(boo, url("stagings"), {})).toMatchObject({ status: 422, error: { field: "paths" } });
    for (const path of ["../x", "/etc/passwd", ".git/config", "src"])
      expect((await refused(boo, url("discards"), { path })).status).toBe(409);
    expect((await refused(boo, url("discards/20200101-000000-000/undo"), {})).status).toBe(404);
    await boo.repo.git("config", "user.email", "");
    expect((await panel()).identity).toBe(null);
    expect((await refused(boo, url("commits"), { message: "x" })).error.message).toContain(
      "git config --global user.email",
    );
  });

  test("says how a repository stands: none, none but one around it, no commit, ahead and behind, a merge in conflict", async () => {
    const { boo, project, post, panel } = await begin();
    await using _ = boo;
    await using far = await tempDir();
    await Bun.$`git clone -q --bare ${boo.repo.root} ${far.root}/far.git`.quiet();
    await boo.repo.git("remote", "add", "origin", `${far.root}/far.git`);
    await boo.repo.git("fetch", "-q", "origin");
    await boo.repo.git("branch", "-q", "--set-upstream-to=origin/main");
    await boo.repo.write({ "a.txt": "1" });
    await boo.repo.commit("one ahead");
    expect((await panel()).git).toMatchObject({ upstream: "origin/main", ahead: 1, behind: 0 });
    expect((await panel()).git.fetched_at).not.toBe(null);
    await boo.repo.git("update-ref", "-d", "refs/remotes/origin/main");
    expect((await panel()).git).toMatchObject({ upstream: "origin/main", ahead: null, behind: null });

    await boo.repo.git("checkout", "-q", "-b", "other", "HEAD~1");
    await boo.repo.write({ "a.txt": "theirs" });
    await boo.repo.commit("theirs");
    await boo.repo.git("merge", "-q", "main").catch(() => "conflict");
    const merging = await panel();
    expect(merging.git).toMatchObject({
      operation: "merge",
      conflicts: { changes: [{ path: "a.txt", mark: "U", conflict: "added on both sides" }], total: 1 },
    });
    expect(merging.prepared_message).toStartWith("Merge branch 'main'");
    expect((await refused(boo, `/projects/${project}/git/commits`, { message: "x" })).error.message).toBe(
      "1 file is in conflict. Resolve and stage them first.",
    );
    // "Everything" must not mark a conflict as resolved.
    expect((await post("stagings", { all: true })).git.git.conflicts.total).toBe(1);
    await boo.repo.write({ "a.txt": "both" });
    await post("stagings", { path: "a.txt" });
    await post("commits", { message: "Merge main" });
    expect((await panel()).git).toMatchObject({ operation: null, conflicts: { total: 0 } });

    await boo.repo.git("checkout", "-q", "--detach");
    expect((await panel()).git.branch).toBe(null);
    await rm(join(boo.repo.root, ".git"), { recursive: true });
    expect(await boo.get<{ git: GitPanel }>(`/projects/${project}/git`)).toEqual({ git: { state: "none" } });
    const { doc } = await page(boo, `/projects/${project}/git`);
    expect(doc.querySelector(".gitnone")?.textContent).toContain("not a git repository");
    expect((await form(boo, `/projects/${project}/git`, [], true)).doc.querySelector(".git")?.textContent).toContain(
      "No commits yet",
    );
    await boo.repo.write({ ".git/info/exclude": "tmux/\n" });
    await post("stagings", { all: true });
    expect((await panel()).git).toMatchObject({ head: null, staged: { total: 4 } });
    expect((await post("unstagings", { path: "a.txt" })).git.git.staged.total).toBe(3);
    expect((await refused(boo, `/projects/${project}/git`, {})).status).toBe(409);
  });

  test("answers htmx with the panel, a form without script with a redirect, and keeps what was typed", async () => {
    const { boo, project } = await begin();
    await using _ = boo;
    await boo.repo.write({ "README.md": "# Other\n" });
    const url = (what: string) => `/projects/${project}/git/${what}`;
    const staged = await form(boo, url("stagings"), [["path", "README.md"]], true);
    expect(staged.doc.querySelector(".note-ok")?.textContent).toBe("Staged README.md.");
    expect(staged.doc.querySelector(".gitgroup h3")?.textContent).toBe("Staged");
    const evil = '</textarea><script>alert(1)</script> & "quotes"';
    await boo.repo.git("reset", "-q");
    const no = await form(boo, url("commits"), [["message", evil]], true);
    expect([no.status, no.doc.querySelector("textarea")?.textContent]).toEqual([422, evil]);
    expect(no.doc.querySelector("script")).toBe(null);
    expect(no.doc.querySelector("form[data-commit] [role=alert]")?.textContent).toContain("Nothing is staged");
    const bare = await form(boo, url("commits"), [["message", evil]], false);
    expect([bare.status, bare.doc.querySelector("textarea")?.textContent]).toEqual([422, evil]);
    expect(all(bare.doc, "main")).toHaveLength(1);
    const done = await form(boo, url("stagings"), [["all", "1"]], false);
    expect([done.status, done.location]).toEqual([303, `/projects/${project}/git`]);
  });

  test("takes names with any characters through a form; one that is not UTF-8 is named and refused", async () => {
    const { boo, project, panel } = await begin();
    await using _ = boo;
    const odd = ["Icon\r", 'quo"te & <b>.txt', "line\nend.txt", "größe 文件.txt", "*.ts"];
    await boo.repo.write(Object.fromEntries(odd.map((name) => [name, "x"])));
    await writeFile(Buffer.concat([Buffer.from(`${boo.repo.root}/caf`), Buffer.from([0xe9])]), "latin");
    const { doc } = await page(boo, `/projects/${project}/git`);
    const values = all(doc, '.gitgroup button[name="path"]:not([formaction])').map((b) => b.getAttribute("value")!);
    expect(values.sort()).toEqual([...odd].sort());
    for (const value of values) {
      // As a browser's form sends it.
      const sent = value.replace(/\r\n?|\n/g, "\r\n");
      await form(boo, `/projects/${project}/git/stagings`, [["path", sent]], true);
    }
    const { git } = await panel();
    expect(paths(git.staged).sort()).toEqual([...odd].sort());
    expect(git.untracked.changes).toMatchObject([{ path: "caf\uFFFD", lossy: true }]);
    expect((await refused(boo, `/projects/${project}/git/stagings`, { path: "caf\uFFFD" })).error.message).toContain(
      "not valid UTF-8",
    );
  });

  test("runs hooks of a repository only after its user said so, and quotes one that refuses", async () => {
    const { boo, project, post, panel } = await begin();
    await using _ = boo;
    await boo.repo.write({ ".git/hooks/commit-msg": "#!/bin/sh\necho 'subject too short' >&2\nexit 1\n" });
    await Bun.$`chmod +x ${join(boo.repo.root, ".git/hooks/commit-msg")}`;
    await boo.repo.write({ "README.md": "1" });
    await post("stagings", { all: true });
    expect((await panel()).hooks).toEqual({ names: ["commit-msg"], trusted: false });
    const { doc } = await page(boo, `/projects/${project}/git`);
    expect(doc.querySelector(".gitcommit")?.textContent).toContain("do not run this repository's hooks: commit-msg");
    await post("hooks", { trusted: true });
    expect((await refused(boo, `/projects/${project}/git/commits`, { message: "x" })).error.message).toBe(
      "The commit was refused: subject too short",
    );
    await post("hooks", { trusted: false });
    await post("commits", { message: "x" });
  });

  test("many at once in one repository come one after another", async () => {
    const { boo, post, panel } = await begin();
    await using _ = boo;
    const names = Array.from({ length: 12 }, (_, i) => `f${i}.txt`);
    await boo.repo.write(Object.fromEntries(names.map((name) => [name, name])));
    await Promise.all(names.map((name) => post("stagings", { path: name })));
    expect((await panel()).git.staged.total).toBe(12);
  });
});

describe("the file tree", () => {
  test("has a level with marks, the open ones, and what a filter finds", async () => {
    const { boo, project, post } = await begin();
    await using _ = boo;
    await boo.repo.write({
      "README.md": "x",
      "src/new.ts": "",
      "fresh/deep/a.ts": "",
      ".gitignore": "*.log\n",
      "x.log": "",
    });
    await rm(join(boo.repo.root, "src/deliver.ts"));
    const tree = (query: string) =>
      boo.get<{ tree: TreeLevel; open: TreeLevel[]; matches: TreeMatches }>(`/projects/${project}/tree${query}`);
    const marks = (level: TreeLevel) => level.entries.map((e) => `${e.mark ?? "-"} ${e.name}`);
    const root = await tree("?open=src&open=nope&open=fresh");
    expect(marks(root.tree)).toEqual(["? fresh", "M src", "- .env", "? .gitignore", "M README.md"]);
    expect(root.open.map((level) => [level.path, ...marks(level)])).toEqual([
      ["src", "- claim.ts", "? new.ts", "D deliver.ts"],
      ["fresh", "? deep"],
    ]);
    expect(root.tree.entries.find((e) => e.name === ".env")).toMatchObject({ secret: true });
    // The index changed: marks are not of before.
    await post("stagings", { path: "src/new.ts" });
    expect(marks((await tree("?path=src")).tree)).toEqual(["- claim.ts", "A new.ts", "D deliver.ts"]);
    const { matches } = await tree("?filter=TS%20src");
    expect(matches.entries.map((e) => e.path)).toEqual(["src/new.ts", "src/claim.ts"]);
    expect((await tree("?filter=.log&ignored=1")).matches.total).toBe(1);
    const { doc } = await page(boo, `/projects/${project}/tree?path=src`, true);
    expect(all(doc, "body > ul.tree > li")).toHaveLength(3);
    expect(doc.querySelector(".row.gone")?.textContent).toContain("deliver.ts");
  });

  test("is readable without script: pages of directories, and a directory's address as a file's", async () => {
    const { boo, project } = await begin();
    await using _ = boo;
    const root = await page(boo, `/projects/${project}/tree`);
    expect(root.doc.querySelector(`a[href="/projects/${project}/tree?path=src"]`)).not.toBe(null);
    const src = await page(boo, `/projects/${project}/tree?path=src`);
    expect(all(src.doc, ".dirlist a").map((a) => a.getAttribute("href"))).toEqual([
      `/projects/${project}/files/src/claim.ts`,
      `/projects/${project}/files/src/deliver.ts`,
    ]);
    const moved = await page(boo, `/projects/${project}/files/src`);
    expect([moved.response.status, moved.response.headers.get("location")]).toEqual([
      303,
      `/projects/${project}/tree?path=src`,
    ]);
    expect((await page(boo, `/projects/${project}/files/src?pane=1`, true)).doc.querySelector(".dirlist")).not.toBe(
      null,
    );
    for (const path of ["..", "/etc", "nope", ".git"])
      expect((await page(boo, `/projects/${project}/tree?path=${path}`)).response.status).toBeGreaterThanOrEqual(403);
  });
});

describe("a file", () => {
  test("goes to a line by form, marks a range, and is a fragment for a pane", async () => {
    const { boo, project } = await begin({
      "big.txt": Array.from({ length: 5000 }, (_, i) => `row ${i + 1}\n`).join(""),
    });
    await using _ = boo;
    const url = `/projects/${project}/files/big.txt`;
    const there = await page(boo, `${url}?goto=4500`);
    expect(there.response.headers.get("location")).toBe(`${url}?line=4500#L4500`);
    const range = await page(boo, `${url}?line=4500&to=4502`);
    expect(all(range.doc, ".marked").map((e) => e.id)).toEqual(["L4500", "L4501", "L4502"]);
    const pane = await page(boo, `${url}?line=3&pane=1`, true);
    expect(all(pane.doc, "main, h1, [id]")).toEqual([]);
    expect(all(pane.doc, ".src code > span")).toHaveLength(2000);
    expect(pane.doc.querySelector("a[rel=next]")?.getAttribute("hx-get")).toBe(`${url}?from=2001&pane=1`);
    expect((await page(boo, `${url}?goto=4500&pane=1`, true)).doc.querySelector(".marked")?.textContent).toBe(
      "4500row 4500\n",
    );
  });

  test("that is a picture is shown by its bytes; one that cannot be read says why, in a pane too", async () => {
    const { boo, project } = await begin();
    await using _ = boo;
    await boo.repo.write({ "a.png": "\x89PNG\r\n\x1a\n", "b.bin": "\0\0" });
    await symlink("/etc/passwd", join(boo.repo.root, "out"));
    const picture = await page(boo, `/projects/${project}/files/a.png`);
    expect(picture.doc.querySelector(".picture img")?.getAttribute("src")).toBe(
      `/projects/${project}/files/a.png?raw=1`,
    );
    const raw = await fetch(`${boo.url}/projects/${project}/files/a.png?raw=1`);
    expect([raw.headers.get("content-type"), raw.headers.get("content-security-policy")]).toEqual([
      "image/png",
      "sandbox; default-src 'none'",
    ]);
    for (const [path, words] of [
      [".env", "refused"],
      ["out", "outside the project"],
      ["nope.ts", "There is no nope.ts"],
    ] as const) {
      const { doc } = await page(boo, `/projects/${project}/files/${path}?pane=1`, true);
      expect(doc.querySelector(".note-bad")?.textContent).toContain(words);
    }
  });
});

test("the rail remembers its panel in the browser's own cookie", async () => {
  const { boo, project, session } = await begin();
  await using _ = boo;
  const first = await page(boo, `/sessions/${session}?tab=1`);
  expect(first.doc.querySelector("#right-rail [data-panel]")?.getAttribute("data-panel")).toBe("off");
  const { response } = await page(boo, `/projects/${project}/rail?session=${session}&panel=git`);
  expect([response.status, response.headers.get("location")]).toEqual([303, `/sessions/${session}`]);
  const cookie = response.headers.get("set-cookie")!;
  expect(cookie).toBe("boocode_rail=git; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
  const again = await fetch(`${boo.url}/sessions/${session}?tab=1`, {
    headers: { accept: "text/html", cookie: cookie.split(";")[0]! },
  });
  const doc = parse(await again.text());
  expect(doc.querySelector("#right-rail [data-panel]")?.getAttribute("data-panel")).toBe("git");
});
