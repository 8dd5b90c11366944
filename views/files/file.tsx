/** A file of a project, read-only: where it lies, how large it is, its lines with numbers to link to. */

import type { Children } from "@kitajs/html";
import { FILE_WINDOW_LINES, type FileInWorktree, type FileView } from "../../src/domain/file.ts";
import type { Project } from "../../src/domain/project.ts";
import { bytes, count, counted } from "../../src/lib/format.ts";
import { languageOfPath } from "../../src/lib/highlight.ts";
import { MenuButton } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { SourceLines } from "./source-lines.tsx";

interface FileProps {
  project: Project;
  file: FileView;
  /** Null where the session has no worktree, or none was asked for: the file is the project's. */
  worktree: FileInWorktree | null;
  /** Where the bytes themselves can be had: pictures are shown from there. */
  raw_url?: string | null;
}

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

function Crumbs({ project, path }: { project: Project; path: string }) {
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

function FileFacts({ file }: { file: FileView }) {
  const lines = file.binary ? null : file.total_lines;
  return (
    <span class="dim filefacts">
      {lines === null ? "" : <span safe>{counted(lines, "line")}</span>}
      <span safe>{bytes(file.size_bytes)}</span>
    </span>
  );
}

/** Answered by the server with the window that holds the line; within the window the script goes there at once. */
function GoTo({
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

function FileBody({ project, file, worktree, raw_url, pane }: FileProps & { pane?: boolean }) {
  if (file.image && raw_url) {
    return (
      <div class="picture">
        <img src={raw_url} alt={attr(file.path)} />
      </div>
    );
  }
  if (file.binary)
    return (
      <Instead
        words={`A binary file of ${bytes(file.size_bytes)}. Its bytes are not text, so there is nothing to read here.`}
      />
    );
  if (file.size_bytes === 0) return <Instead words="The file is empty." />;
  if (file.lines.length === 0) return <NoLines project={project} file={file} worktree={worktree} />;
  return (
    <>
      <Windows project={project} file={file} worktree={worktree} pane={pane} />
      <SourceLines file={file} pane={pane} />
      <Windows project={project} file={file} worktree={worktree} pane={pane} />
    </>
  );
}

function Instead({ words }: { words: string }) {
  return (
    <p class="instead" safe>
      {words}
    </p>
  );
}

function NoLines({ project, file, worktree }: Pick<FileProps, "project" | "file" | "worktree">) {
  const total = file.total_lines;
  return (
    <p class="instead">
      <span safe>
        {total === null
          ? `Line ${count(file.from)} lies too deep in a file of ${bytes(file.size_bytes)} to be shown.`
          : `The file ends after ${counted(total, "line")}; line ${count(file.from)} does not exist.`}
      </span>{" "}
      <a href={urls.file(project.id, file.path, null, worktree?.chat_id)}>Show it from line 1</a>
    </p>
  );
}

type WindowsProps = Pick<FileProps, "project" | "file" | "worktree"> & { pane?: boolean | undefined };

/** Which part of a long file this is, and the way to the parts around it. */
function Windows({ project, file, worktree, pane }: WindowsProps) {
  const last = file.from + file.lines.length - 1;
  if (file.from === 1 && file.next === null) return "";
  const total = file.total_lines === null ? "a file too large to count" : count(file.total_lines);
  return (
    <nav class="windows" aria-label="Parts of the file">
      {file.from > 1 ? (
        <WindowLink
          project={project}
          file={file}
          worktree={worktree}
          from={previous(file.from)}
          rel="prev"
          pane={pane}
        />
      ) : (
        ""
      )}
      <span class="mid" safe>{`Lines ${count(file.from)}–${count(last)} of ${total}`}</span>
      {file.next === null ? (
        ""
      ) : (
        <WindowLink project={project} file={file} worktree={worktree} from={file.next} rel="next" pane={pane} />
      )}
    </nav>
  );
}

interface WindowLinkProps extends WindowsProps {
  from: number;
  rel: "prev" | "next";
}

function WindowLink({ project, file, worktree, from, rel, pane }: WindowLinkProps) {
  const chat = worktree?.chat_id ?? null;
  const fetching = pane
    ? {
        "hx-get": urls.fileWindow(project.id, file.path, { from, pane: true, chat }),
        "hx-target": "closest .fetched",
        "hx-swap": "innerHTML show:top",
      }
    : {};
  return (
    <a
      class="btn btn-sm"
      rel={rel}
      href={urls.fileWindow(project.id, file.path, { from, pane: false, chat })}
      {...fetching}
    >
      {rel === "prev" ? "Previous" : "Next"}
    </a>
  );
}

const previous = (from: number) => Math.max(1, from - FILE_WINDOW_LINES);
