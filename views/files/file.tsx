/** A file of a project, read-only: where it lies, how large it is, its lines with numbers to link to. */
import { FILE_WINDOW_LINES, type FileView } from "../../src/domain/file.ts";
import type { Project } from "../../src/domain/project.ts";
import { bytes, count, counted } from "../../src/lib/format.ts";
import { MenuButton } from "../layout/header.tsx";
import { urls } from "../urls.ts";
import { SourceLines } from "./source-lines.tsx";

interface FileProps {
  project: Project;
  file: FileView;
  /** Where the bytes themselves can be had: pictures are shown from there. */
  raw_url?: string | null;
}

/** Everything inside `main`. */
export function FileContent({ project, file, raw_url }: FileProps) {
  return (
    <>
      <header class="bar filebar">
        <MenuButton />
        <Crumbs project={project} path={file.path} />
        <FileFacts file={file} />
        {raw_url ? (
          <a class="btn btn-sm" href={raw_url}>
            Raw
          </a>
        ) : (
          ""
        )}
      </header>
      <div class="page filepage">
        <FileBody project={project} file={file} raw_url={raw_url} />
      </div>
    </>
  );
}

function Crumbs({ project, path }: { project: Project; path: string }) {
  const cut = path.lastIndexOf("/") + 1;
  return (
    <h1 class="crumbs path" title={path}>
      <a href={urls.project(project.id)} safe>
        {project.name}
      </a>
      <span class="dir" safe>
        {` / ${path.slice(0, cut).replaceAll("/", " / ")}`}
      </span>
      <span class="name" safe>
        {path.slice(cut)}
      </span>
    </h1>
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

function FileBody({ project, file, raw_url }: FileProps) {
  if (file.image && raw_url) {
    return (
      <div class="picture">
        <img src={raw_url} alt={file.path} />
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
  if (file.lines.length === 0) return <NoLines project={project} file={file} />;
  return (
    <>
      <Windows project={project} file={file} />
      <SourceLines file={file} />
      <Windows project={project} file={file} />
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

function NoLines({ project, file }: { project: Project; file: FileView }) {
  const total = file.total_lines;
  return (
    <p class="instead">
      <span safe>
        {total === null
          ? `Line ${count(file.from)} lies too deep in a file of ${bytes(file.size_bytes)} to be shown.`
          : `The file ends after ${counted(total, "line")}; line ${count(file.from)} does not exist.`}
      </span>{" "}
      <a href={urls.file(project.id, file.path)}>Show it from line 1</a>
    </p>
  );
}

/** Which part of a long file this is, and the way to the parts around it. */
function Windows({ project, file }: { project: Project; file: FileView }) {
  const last = file.from + file.lines.length - 1;
  if (file.from === 1 && file.next === null) return "";
  const total = file.total_lines === null ? "a file too large to count" : count(file.total_lines);
  return (
    <nav class="windows" aria-label="Parts of the file">
      {file.from > 1 ? (
        <a class="btn btn-sm" rel="prev" href={urls.fileWindow(project.id, file.path, previous(file.from))}>
          Previous
        </a>
      ) : (
        ""
      )}
      <span class="mid" safe>{`Lines ${count(file.from)}–${count(last)} of ${total}`}</span>
      {file.next === null ? (
        ""
      ) : (
        <a class="btn btn-sm" rel="next" href={urls.fileWindow(project.id, file.path, file.next)}>
          Next
        </a>
      )}
    </nav>
  );
}

const previous = (from: number) => Math.max(1, from - FILE_WINDOW_LINES);
