/** A file of a project, read-only: where it lies, how large it is, its lines with numbers to link to. */

import type { Children } from "@kitajs/html";
import type { FileInWorktree, FileView } from "../../src/domain/file.ts";
import type { Project } from "../../src/domain/project.ts";
import { languageOfPath } from "../../src/lib/highlight.ts";
import { MenuButton } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { Crumbs, FileFacts, GoTo } from "./file-bar.tsx";
import { FileBody, type FileProps } from "./file-body.tsx";

/** Everything inside `main`. */
export function FileContent({ project, file, worktree, raw_url }: FileProps) {
  return (
    <>
      <header class="bar filebar">
        <MenuButton />
        <h1 class="crumbs path" title={attr(file.path)}>
          <Crumbs project={project} path={file.path} />
        </h1>
        <FileFacts file={file} />
        <GoTo project={project} file={file} worktree={worktree} />
        {raw_url ? (
          <a class="btn btn-sm" href={raw_url}>
            Raw
          </a>
        ) : (
          ""
        )}
      </header>
      <Viewer project={project} file={file} worktree={worktree}>
        <FileBody project={project} file={file} worktree={worktree} raw_url={raw_url} />
      </Viewer>
    </>
  );
}

/** The same for a pane: a heading of its own rank, and a way to the page. */
export function FilePane({ project, file, worktree, raw_url }: FileProps) {
  return (
    <>
      <header class="bar bar-2 filebar">
        <h2 class="crumbs path" title={attr(file.path)}>
          <Crumbs project={project} path={file.path} />
        </h2>
        <FileFacts file={file} />
        <GoTo project={project} file={file} worktree={worktree} pane />
        <a
          class="btn btn-quiet btn-i btn-sm"
          href={urls.file(project.id, file.path, file.marked, worktree?.chat_id)}
          aria-label="Open as a page"
          title="Open as a page"
        >
          <Icon name="out" />
        </a>
      </header>
      <Viewer project={project} file={file} worktree={worktree} pane>
        <FileBody project={project} file={file} worktree={worktree} raw_url={raw_url} pane />
      </Viewer>
    </>
  );
}

/** Where the lines scroll, and what can be done with those that are selected; `public/js/file-lines.js`. */
function Viewer({
  project,
  file,
  worktree,
  pane,
  children,
}: Pick<FileProps, "project" | "file" | "worktree"> & { pane?: boolean; children: Children }) {
  const language = languageOfPath(file.path);
  return (
    <div
      class="viewer"
      data-path={attr(file.path)}
      data-project={project.id}
      data-url={urls.file(project.id, file.path, null, worktree?.chat_id)}
      data-from={String(file.from)}
      data-language={language ?? ""}
      data-pane={pane || undefined}
    >
      {worktree ? <InWorktree project={project} file={file} worktree={worktree} /> : ""}
      <div class="filepage scroll">{children}</div>
      <footer class="bar bar-foot linebar" hidden>
        <span role="status" data-said></span>
        <span class="grow"></span>
        <button type="button" class="btn btn-sm" data-lines="link">
          <Icon name="link" />
          <span data-label>Copy link</span>
        </button>
        <button type="button" class="btn btn-sm" data-lines="text">
          <Icon name="copy" />
          <span data-label>Copy lines</span>
        </button>
        {isOfProject(worktree) ? (
          <button type="button" class="btn btn-sm" data-lines="attach">
            <Icon name="clip" />
            <span data-label>Attach to chat</span>
          </button>
        ) : (
          ""
        )}
        <button type="button" class="btn btn-quiet btn-i btn-sm" data-lines="none" aria-label="Clear the selection">
          <Icon name="x" />
        </button>
      </footer>
    </div>
  );
}

/** What is attached is read from the project. */
const isOfProject = (worktree: FileInWorktree | null) => worktree === null || worktree.beside === "missing";

/** Whose file this is, and the ways to the other one and to what can be done about the difference. */
function InWorktree({ project, file, worktree }: { project: Project; file: FileView; worktree: FileInWorktree }) {
  const { chat_id, session_title, beside } = worktree;
  const open = beside === "differs" || beside === "only";
  return (
    <p class="whence" role="note">
      <span>
        {beside === "missing" ? "The project’s own file: not in the worktree of " : "In the worktree of "}
        <a href={urls.chat(chat_id)} safe>
          {session_title}
        </a>
        {BESIDE[beside]}
      </span>
      {beside === "differs" || beside === "same" ? (
        <a href={urls.file(project.id, file.path, file.marked)}>The project’s own</a>
      ) : (
        ""
      )}
      {open ? <a href={urls.reviewOf(chat_id, file.path)}>Review</a> : ""}
    </p>
  );
}

const BESIDE = {
  same: ". The project’s own is the same.",
  differs: ", not as in the project.",
  only: ". Not in the project.",
  missing: ".",
} as const satisfies Record<FileInWorktree["beside"], string>;
