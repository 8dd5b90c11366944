/** A directory of a project as a page, and as a pane's content; also what a filter finds. */
import type { Project } from "../../src/domain/project.ts";
import type { TreeEntry, TreeLevel } from "../../src/domain/tree.ts";
import { bytes, counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import { MenuButton } from "../layout/header.tsx";
import { FileTree } from "../rail/tree.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

interface DirectoryProps {
  project: Project;
  level: TreeLevel;
  ignored: boolean;
}

/** Everything inside `main`. */
export function DirectoryContent({ project, level, ignored }: DirectoryProps) {
  return (
    <>
      <header class="bar filebar">
        <MenuButton />
        <h1 class="crumbs path" title={attr(level.path)}>
          <DirectoryCrumbs project={project} path={level.path} />
        </h1>
        <span class="dim filefacts" safe>
          {counted(level.entries.length + level.more, "entry", "entries")}
        </span>
        <a class="btn btn-sm" href={urls.tree(project.id, { path: level.path, ...(!ignored && { ignored: 1 }) })}>
          {ignored ? "Hide ignored" : "Show ignored"}
        </a>
      </header>
      <div class="page">
        <Entries project={project} level={level} ignored={ignored} />
      </div>
    </>
  );
}

/** The whole tree with its filter, as a page. */
export function TreeContent({
  project,
  ...props
}: { project: Project } & Omit<Parameters<typeof FileTree>[0], "project_id">) {
  return (
    <>
      <header class="bar filebar">
        <MenuButton />
        <h1 class="crumbs path">
          <DirectoryCrumbs project={project} path="" />
        </h1>
        <a class="btn btn-sm" href={urls.git(project.id)}>
          <Icon name="branch" />
          Git
        </a>
      </header>
      <div class="page treepage">
        <FileTree project_id={project.id} {...props} />
      </div>
    </>
  );
}

/** The same for a pane: heading, then what is in the directory. */
export function DirectoryPane({ project, level, ignored }: DirectoryProps) {
  return (
    <>
      <header class="bar bar-2 filebar">
        <h2 class="crumbs path" title={attr(level.path)}>
          <DirectoryCrumbs project={project} path={level.path} />
        </h2>
      </header>
      <div class="scroll">
        <Entries project={project} level={level} ignored={ignored} />
      </div>
    </>
  );
}

function DirectoryCrumbs({ project, path }: { project: Project; path: string }) {
  const segments = path === "" ? [] : path.split("/");
  return (
    <>
      <a href={urls.project(project.id)} safe>
        {project.name}
      </a>
      <span class="dir">
        {" / "}
        <a href={urls.tree(project.id)}>Files</a>
        {segments.map((name, i) => (
          <>
            {" / "}
            <a href={urls.tree(project.id, { path: segments.slice(0, i + 1).join("/") })} safe>
              {shownPath(name)}
            </a>
          </>
        ))}
      </span>
    </>
  );
}

function Entries({ project, level, ignored }: DirectoryProps) {
  if (level.entries.length === 0)
    return (
      <p class="instead">
        {level.ignored > 0 ? (
          <span safe>{`Nothing but ${counted(level.ignored, "ignored entry", "ignored entries")}.`}</span>
        ) : (
          "Nothing in here."
        )}
      </p>
    );
  return (
    <div class="sheet narrow">
      <ul class="dirlist">
        {level.entries.map((entry) => (
          <Entry project={project} entry={entry} ignored={ignored} />
        ))}
      </ul>
      {level.more > 0 ? (
        <p class="rest" safe>{`${counted(level.more, "more entry", "more entries")}: filter the tree to find them.`}</p>
      ) : (
        ""
      )}
    </div>
  );
}

function Entry({ project, entry, ignored }: { project: Project; entry: TreeEntry; ignored: boolean }) {
  const closed = entry.secret || entry.lossy || entry.gone || entry.kind === "other";
  const url =
    entry.kind === "directory"
      ? urls.tree(project.id, { path: entry.path, ...(ignored && { ignored: 1 }) })
      : urls.file(project.id, entry.path);
  const name = shownPath(entry.name) + (entry.kind === "directory" ? "/" : "");
  return (
    <li class={entry.ignored ? "ignored" : undefined}>
      <Icon name={entry.kind === "directory" ? "folder" : entry.secret ? "lock" : "file"} />
      {closed ? (
        <span class="cut" safe>
          {name}
        </span>
      ) : (
        <a class="cut" href={url} safe>
          {name}
        </a>
      )}
      <span class="dim" safe>
        {factOf(entry)}
      </span>
      <span class="num" safe>
        {entry.size === null ? "" : bytes(entry.size)}
      </span>
      <b class={`mark mark-${entry.mark === "?" ? "new" : (entry.mark ?? "no")}`}>{entry.mark ?? ""}</b>
    </li>
  );
}

function factOf(entry: TreeEntry): string {
  if (entry.gone) return "deleted";
  if (entry.secret) return "secret, never opened";
  if (entry.lossy) return "name is not valid UTF-8";
  if (entry.link !== null) return entry.link === "" ? "link that leads outside" : `link to ${shownPath(entry.link)}`;
  return entry.ignored ? "ignored" : "";
}
