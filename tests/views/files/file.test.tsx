import { describe, expect, test } from "bun:test";
import type { FileInWorktree, FileView } from "../../../src/domain/file.ts";
import type { Project } from "../../../src/domain/project.ts";
import { FileContent } from "../../../views/files/file.tsx";
import { all, parse } from "../../support/html.ts";

const project: Project = { id: "p1", path: "/srv/relay", name: "relay <1>", is_git: true, created_at: new Date(0) };
const file = (over: Partial<FileView> = {}): FileView => ({
  path: "src/<b>/a'b.ts",
  size_bytes: 1_234,
  lines: ["/* <x>", "*/ const a = 1;", ""],
  from: 1,
  total_lines: 3,
  next: null,
  binary: false,
  image: false,
  marked: null,
  marked_to: null,
  ...over,
});
const show = (
  over: Partial<FileView> = {},
  raw_url: string | null = null,
  beside: FileInWorktree["beside"] | null = null,
) => {
  const worktree = beside && { chat_id: "c1", session_id: "s1", session_title: "retry <2>", beside };
  return parse(String(<FileContent project={project} file={file(over)} worktree={worktree} raw_url={raw_url} />));
};
const words = (doc: ReturnType<typeof show>, selector: string) =>
  doc.querySelector(selector)?.textContent?.replace(/\s+/g, " ").trim() ?? "";

describe("file page", () => {
  test("shows numbered, highlighted lines, each to link to", () => {
    const doc = show({ marked: 2 });
    const lines = all(doc, ".src code > span");
    expect(lines.map((line) => line.id)).toEqual(["L1", "L2", "L3"]);
    expect(lines.map((line) => line.textContent)).toEqual(["1/* <x>\n", "2*/ const a = 1;\n", "3\n"]);
    expect(lines.map((line) => line.querySelector("a")?.getAttribute("href"))).toEqual(["#L1", "#L2", "#L3"]);
    expect(lines[1]?.querySelector(".k")?.textContent).toBe("const");
    expect(all(doc, ".marked").map((line) => line.id)).toEqual(["L2"]);
    expect(doc.querySelector("nav")).toBe(null);
  });

  test("says where the file lies, how long and how large it is", () => {
    const doc = show();
    expect(words(doc, "h1")).toBe("relay <1> / src / <b> / a'b.ts");
    expect(doc.querySelector("h1 a")?.getAttribute("href")).toBe("/projects/p1");
    expect(words(doc, ".filefacts")).toBe("3 lines1.2 kB");
  });

  test("shows a long file in parts", () => {
    const lines = ["one", "two", "three"];
    const links = (from: number, next: number | null) =>
      all(show({ path: "a b.txt", lines, from, total_lines: 9_000, next }), "nav:first-of-type a").map((a) =>
        a.getAttribute("href"),
      );
    expect(links(1, 2_001)).toEqual(["/projects/p1/files/a%20b.txt?from=2001"]);
    expect(links(2_001, 4_001)).toEqual(["/projects/p1/files/a%20b.txt", "/projects/p1/files/a%20b.txt?from=4001"]);
    expect(links(501, null)).toEqual(["/projects/p1/files/a%20b.txt"]);
    const doc = show({ lines, from: 2_001, total_lines: null, next: 4_001 });
    expect(words(doc, "nav span")).toBe("Lines 2,001–2,003 of a file too large to count");
    expect(all(doc, ".src code > span")[0]?.id).toBe("L2001");
    expect(all(doc, "nav")).toHaveLength(2);
  });

  test("a file of a worktree says so, how it stands to the project's own, and leads on within the worktree", () => {
    const of = (beside: FileInWorktree["beside"]) => {
      const doc = show({ path: "a.ts", marked: 2, from: 2, next: 4 }, null, beside);
      return {
        said: words(doc, ".whence span"),
        ways: all(doc, ".whence a").map((a) => a.getAttribute("href")),
        attaches: doc.querySelector('[data-lines="attach"]') !== null,
        doc,
      };
    };
    const [own, review] = ["/projects/p1/files/a.ts?line=2#L2", "/chats/c1/review?path=a.ts"];
    const chat = "/chats/c1";
    const differs = of("differs");
    expect(differs).toMatchObject({
      said: "In the worktree of retry <2>, not as in the project.",
      ways: [chat, own, review],
      attaches: false,
    });
    expect(of("same")).toMatchObject({
      said: "In the worktree of retry <2>. The project’s own is the same.",
      ways: [chat, own],
    });
    expect(of("only")).toMatchObject({
      said: "In the worktree of retry <2>. Not in the project.",
      ways: [chat, review],
    });
    expect(of("missing")).toMatchObject({
      said: "The project’s own file: not in the worktree of retry <2>.",
      ways: [chat],
      attaches: true,
    });
    expect(differs.doc.querySelector(".viewer")?.getAttribute("data-url")).toBe("/projects/p1/files/a.ts?chat=c1");
    expect(differs.doc.querySelector("form.goto [name=chat]")?.getAttribute("value")).toBe("c1");
    expect(all(differs.doc, "nav:first-of-type a").map((a) => a.getAttribute("href"))).toEqual([
      "/projects/p1/files/a.ts?chat=c1",
      "/projects/p1/files/a.ts?chat=c1&from=4",
    ]);
    expect(show().querySelector(".whence")).toBe(null);
  });

  test("says honestly what it cannot show", () => {
    const none = { lines: [], total_lines: null, next: null };
    expect(words(show({ ...none, binary: true }), ".instead")).toStartWith("A binary file of 1.2 kB.");
    expect(words(show({ ...none, size_bytes: 0, total_lines: 0 }), ".instead")).toBe("The file is empty.");
    expect(words(show({ ...none, from: 50, total_lines: 3 }), ".instead")).toStartWith(
      "The file ends after 3 lines; line 50 does not exist.",
    );
    expect(words(show({ ...none, from: 9_000_000, size_bytes: 6e8 }), ".instead")).toStartWith(
      "Line 9,000,000 lies too deep in a file of 600 MB to be shown.",
    );
  });

  test("shows pictures only where their bytes can be had", () => {
    const picture = { path: "a.png", lines: [], total_lines: null, binary: true, image: true };
    expect(show(picture, "/raw/a.png").querySelector(".picture img")?.getAttribute("src")).toBe("/raw/a.png");
    expect(words(show(picture), ".instead")).toStartWith("A binary file");
  });
});
