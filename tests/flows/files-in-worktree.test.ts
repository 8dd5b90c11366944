/** Links of a transcript lead to files as its session has them: in the worktree, applied or not. */
import { expect, test } from "bun:test";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { FileInWorktree, FileView } from "../../src/domain/file.ts";
import { agentApp } from "../support/agent-app.ts";
import { LivePage } from "../support/live-page.ts";
import { until } from "../support/until.ts";

const PIXEL = Buffer.from("R0lGODlhAQABAAAAACw=", "base64");

type Answer = { file: FileView; worktree: FileInWorktree | null };

/** An agent has made a file and changed another; nothing is applied. */
async function worked() {
  const at = await agentApp({ files: { "README.md": "# Relay\n\nAt least once.\n", "same.md": "same\n" } });
  const { boo, project, chat, session } = at;
  const page = await LivePage.load(boo.url, `/chats/${chat}`);
  await page.connect();
  await at.run(
    "[[edit:README.md|At least once.|At most twice.]][[write:src/agent.ts|one\ntwo\n]][[say:See `src/agent.ts:2`.]]",
  );
  const html = async (path: string) => {
    const response = await fetch(boo.url + path, { headers: { accept: "text/html" } });
    return { status: response.status, text: await response.text() };
  };
  const links = (text: string) =>
    [...text.matchAll(/href="(\/projects\/[^"]*\/files\/[^"]*)"/g)].map(([, url]) => url!.replaceAll("&amp;", "&"));
  return {
    ...{ at, boo, page, html, links, chat, session },
    own: (path: string) => `/projects/${project}/files/${path}`,
    file: (path: string, more = "") => boo.get<Answer>(`/projects/${project}/files/${path}?chat=${chat}${more}`),
    async [Symbol.asyncDispose]() {
      await page[Symbol.asyncDispose]();
      await at[Symbol.asyncDispose]();
    },
  };
}

test("a link in a row and one in the text open what the agent wrote, and say that it is not the project's", async () => {
  await using w = await worked();
  const links = w.links((await w.html(`/chats/${w.chat}`)).text);
  const made = links.filter((url) => url.includes("/src/agent.ts"));
  expect(made.length).toBeGreaterThanOrEqual(2);
  expect(made.some((url) => url.endsWith("line=2#L2"))).toBe(true);
  for (const url of made) {
    const { status, text } = await w.html(url);
    expect(status).toBe(200);
    expect(text).toContain("two");
    expect(text).toContain("Not in the project.");
  }
  const [changed] = links.filter((url) => url.includes("/README.md"));
  const { text } = await w.html(changed!);
  expect(text).toContain("At most twice.");
  expect(text).toContain("not as in the project");
  const [own] = w.links(text).filter((url) => url.startsWith(w.own("README.md")) && !url.includes("chat="));
  expect((await w.html(own!)).text).toContain("At least once.");
  // The stream brought the same links as the page has.
  await until(async () => w.page.count('.turn.answered a[href*="/files/src/agent.ts?chat="]') >= 2, 10_000);
});

test("once it is applied the two are the same; what only the project has is shown as its own", async () => {
  await using w = await worked();
  expect((await w.file("README.md")).worktree).toMatchObject({ session_id: w.session, beside: "differs" });
  expect((await w.file("same.md")).worktree?.beside).toBe("same");
  for (const { id } of (await w.boo.get<{ changes: { id: string }[] }>(`/sessions/${w.session}/changes`)).changes)
    await w.boo.send("PUT", `/changes/${id}/verdict`, { verdict: "accepted" });
  await w.boo.send("POST", `/sessions/${w.session}/applies`, {});
  expect((await w.file("src/agent.ts")).worktree?.beside).toBe("same");
  await w.boo.repo.write({ "notes.txt": "mine\n" });
  const notes = await w.file("notes.txt");
  expect(notes.worktree?.beside).toBe("missing");
  expect(notes.file.lines).toEqual(["mine"]);
  // Without a worktree it is the project's, and nothing is said.
  await rm(w.at.worktree(), { recursive: true });
  expect((await w.file("README.md")).worktree).toBe(null);
});

test("the guard holds there, pictures come from there, and a line is gone to there", async () => {
  await using w = await worked();
  const root = w.at.worktree();
  const status = async (path: string, more = "") =>
    (await fetch(`${w.boo.url}${w.own(path)}?chat=${w.chat}${more}`, { redirect: "manual" })).status;
  await symlink("/etc", join(root, "out"));
  await Bun.write(join(root, ".env"), "KEY=1\n");
  for (const path of ["out/hostname", ".env", ".git", "/etc/hostname"])
    expect([403, 422]).toContain(await status(path));
  expect(await status("nowhere.ts")).toBe(404);
  await mkdir(join(root, "art"));
  await Bun.write(join(root, "art/a.gif"), PIXEL);
  const shown = (await w.html(`${w.own("art/a.gif")}?chat=${w.chat}`)).text;
  const src = /<img src="([^"]+)"/.exec(shown)![1]!.replaceAll("&amp;", "&");
  expect(Buffer.from(await (await fetch(w.boo.url + src)).arrayBuffer()).equals(PIXEL)).toBe(true);
  const gone = await fetch(`${w.boo.url}${w.own("src/agent.ts")}?chat=${w.chat}&goto=2`, {
    headers: { accept: "text/html" },
    redirect: "manual",
  });
  expect(gone.headers.get("location")).toEndWith(`?chat=${w.chat}&line=2#L2`);
  // A chat of nobody, or of another project, opens nothing.
  expect(await (await fetch(`${w.boo.url}${w.own("README.md")}?chat=nope`)).json()).toMatchObject({
    error: { code: "invalid", field: "chat" },
  });
});
