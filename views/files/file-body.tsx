/** The lines of a file, or what is shown in their place; of a long one a window, with the ways to the parts around it. */
import { FILE_WINDOW_LINES, type FileInWorktree, type FileView } from "../../src/domain/file.ts";
import type { Project } from "../../src/domain/project.ts";
import { bytes, count, counted } from "../../src/lib/format.ts";
import { attr } from "../ui/attr.ts";
import { urls } from "../urls.ts";
import { SourceLines } from "./source-lines.tsx";

export interface FileProps {
  project: Project;
  file: FileView;
  /** Null where the session has no worktree, or none was asked for: the file is the project's. */
  worktree: FileInWorktree | null;
  /** Where the bytes themselves can be had: pictures are shown from there. */
  raw_url?: string | null;
}

export function FileBody({ project, file, worktree, raw_url, pane }: FileProps & { pane?: boolean }) {
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
