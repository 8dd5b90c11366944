/** What stands in the bar over a file: where it lies, how large it is, and a field to go to a line. */
import type { FileView } from "../../src/domain/file.ts";
import type { Project } from "../../src/domain/project.ts";
import { bytes, counted } from "../../src/lib/format.ts";
import { attr } from "../ui/attr.ts";
import { urls } from "../urls.ts";
import type { FileProps } from "./file-body.tsx";

export function Crumbs({ project, path }: { project: Project; path: string }) {
  const cut = path.lastIndexOf("/") + 1;
  const folder = path.slice(0, Math.max(0, cut - 1));
  return (
    <>
      <a href={urls.project(project.id)} safe>
        {project.name}
      </a>
      <span class="dir">
        {" / "}
        {folder === "" ? (
          ""
        ) : (
          <a href={urls.tree(project.id, { path: folder })} safe>
            {folder.replaceAll("/", " / ")}
          </a>
        )}
        {folder === "" ? "" : " / "}
      </span>
      <span class="name" safe>
        {path.slice(cut)}
      </span>
    </>
  );
}

export function FileFacts({ file }: { file: FileView }) {
  const lines = file.binary ? null : file.total_lines;
  return (
    <span class="dim filefacts">
      {lines === null ? "" : <span safe>{counted(lines, "line")}</span>}
      <span safe>{bytes(file.size_bytes)}</span>
    </span>
  );
}

/** Answered by the server with the window that holds the line; within the window the script goes there at once. */
export function GoTo({
  project,
  file,
  worktree,
  pane,
}: Pick<FileProps, "project" | "file" | "worktree"> & { pane?: boolean }) {
  if (file.binary || file.size_bytes === 0) return "";
  const url = urls.fileLine(project.id, file.path);
  const fetching = pane ? { "hx-get": url, "hx-target": "closest .fetched", "hx-swap": "innerHTML" } : {};
  return (
    <form class="goto" method="get" action={url} data-goto {...fetching}>
      {pane ? <input type="hidden" name="pane" value="1" /> : ""}
      {worktree ? <input type="hidden" name="chat" value={attr(worktree.chat_id)} /> : ""}
      <input
        class="input"
        name="goto"
        inputmode="numeric"
        pattern="[0-9]{1,9}"
        size="5"
        required
        placeholder="Line"
        aria-label="Go to line"
        title="Go to line"
        autocomplete="off"
      />
      <button type="submit" class="vh">
        Go to line
      </button>
    </form>
  );
}
