/** The file tree: directories that fetch what is in them when they are first opened, files that open in a pane. */
import type { OpenLevels, TreeEntry, TreeLevel, TreeMark, TreeMatches } from "../../src/domain/tree.ts";
import { count, counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

export interface TreeProps {
  project_id: string;
  /** Also what git ignores. */
  ignored: boolean;
  filter: string;
  /** Directories that are shown open. */
  open: OpenLevels;
}

/** The form that asks for the tree, and the list it fills. By itself it asks once more as soon as it is on the page. */
export function FileTree({ list, ...props }: TreeProps & { list: TreeLevel | TreeMatches }) {
  return (
    <div class="files">
      <TreeForm {...props} />
      <div class="scroll treebox" id={ids.treeList(props.project_id)}>
        <TreeList {...props} list={list} />
      </div>
    </div>
  );
}

function TreeForm({ project_id, ignored, filter }: TreeProps) {
  const list = ids.treeList(project_id);
  return (
    <form
      class="treeform"
      id={ids.treeForm(project_id)}
      role="search"
      method="get"
      action={urls.tree(project_id)}
      data-tree={project_id}
      hx-get={urls.tree(project_id)}
      hx-trigger="load, submit, boocode:refresh, input changed delay:150ms from:find input[type=search], change from:find input[type=checkbox]"
      hx-target={`#${list}`}
      hx-swap="innerMorph"
      hx-sync="this:replace"
    >
      <input
        class="input"
        type="search"
        name="filter"
        value={attr(filter)}
        placeholder="Filter files"
        aria-label="Filter files"
        maxlength="200"
        autocomplete="off"
      />
      <label class="check" title="Also files that .gitignore leaves out">
        <input type="checkbox" name="ignored" value="1" checked={ignored} />
        Ignored
      </label>
      <button type="submit" class="btn btn-quiet btn-i btn-sm" aria-label="Read again" title="Read again">
        <Icon name="refresh" />
      </button>
    </form>
  );
}

/** What the form's answer puts into the list. */
export function TreeList({ list, ...props }: TreeProps & { list: TreeLevel | TreeMatches }) {
  return "filter" in list ? <Matches {...props} matches={list} /> : <Level {...props} level={list} />;
}

interface LevelProps extends TreeProps {
  level: TreeLevel;
}

/** One directory's list, with the open ones below it. */
export function Level({ level, ...props }: LevelProps) {
  return (
    <ul class="tree">
      {level.entries.map((entry) =>
        entry.kind === "directory" && !entry.secret && !entry.lossy ? (
          <Directory {...props} entry={entry} />
        ) : (
          <File project_id={props.project_id} entry={entry} />
        ),
      )}
      <Rest {...props} level={level} />
    </ul>
  );
}

function Directory({ entry, ...props }: TreeProps & { entry: TreeEntry }) {
  const { project_id, ignored } = props;
  // A directory may be called "constructor".
  const open = Object.hasOwn(props.open, entry.path) ? props.open[entry.path] : undefined;
  const url = urls.tree(project_id, { path: entry.path, ...(ignored && { ignored: 1 }) });
  return (
    <li>
      <details
        id={ids.treeDirectory(project_id, entry.path)}
        data-path={attr(entry.path)}
        open={open !== undefined || undefined}
      >
        <summary class={entry.ignored ? "row ignored" : "row"}>
          <Icon name="caret" />
          <Name entry={entry} />
          <Mark mark={entry.mark} below />
        </summary>
        {open ? (
          <Level {...props} level={open} />
        ) : (
          <ul class="tree" hx-get={url} hx-trigger="toggle once from:'closest details'" hx-swap="outerHTML">
            <li>
              <a class="row dim" href={url}>
                List it
              </a>
            </li>
          </ul>
        )}
      </details>
    </li>
  );
}

function File({ project_id, entry, path }: { project_id: string; entry: TreeEntry; path?: boolean }) {
  const klass = `row${entry.ignored ? " ignored" : ""}${entry.gone ? " gone" : ""}`;
  const why = whyClosed(entry);
  if (why !== null) {
    return (
      <li>
        <span class={klass} title={attr(`${shownPath(entry.path)}: ${why}`)}>
          <Icon name={entry.secret ? "lock" : "file"} />
          <Name entry={entry} path={path} />
          {entry.gone ? "" : <small class="dim">{SHORT[why] as "safe"}</small>}
          <Mark mark={entry.mark} />
        </span>
      </li>
    );
  }
  return (
    <li>
      <a class={klass} href={urls.file(project_id, entry.path)} data-path={attr(entry.path)}>
        <Icon name="file" />
        <Name entry={entry} path={path} />
        <Mark mark={entry.mark} />
      </a>
    </li>
  );
}

const SECRET = "a file of secrets, never opened";
const LOSSY = "its name is not valid UTF-8, so no address leads to it";
const OTHER = "neither a file nor a directory, or a link that leads outside";
const GONE = "deleted";
const SHORT: Record<string, string> = { [SECRET]: "secret", [LOSSY]: "bad name", [OTHER]: "closed" };

function whyClosed(entry: TreeEntry): string | null {
  if (entry.gone) return GONE;
  if (entry.secret) return SECRET;
  if (entry.lossy) return LOSSY;
  return entry.kind === "other" ? OTHER : null;
}

function Name({ entry, path }: { entry: TreeEntry; path?: boolean | undefined }) {
  const folder = path ? entry.path.slice(0, -entry.name.length - 1) : "";
  return (
    <span class="cut" title={attr(shownPath(entry.path))}>
      <span safe>{shownPath(entry.name)}</span>
      {entry.link ? <span class="dim" safe>{` → ${shownPath(entry.link)}`}</span> : ""}
      {folder ? <span class="dim" safe>{` ${shownPath(folder)}`}</span> : ""}
    </span>
  );
}

const WORDS: Record<TreeMark, string> = {
  M: "modified",
  A: "added",
  D: "deleted",
  R: "renamed",
  U: "in conflict",
  "?": "untracked",
};

function Mark({ mark, below }: { mark: TreeMark | null; below?: boolean }) {
  if (mark === null) return "";
  const words = below ? `${WORDS[mark]} files in it` : WORDS[mark];
  return (
    <abbr class={`mark mark-${mark === "?" ? "new" : mark}`} title={words}>
      {mark}
    </abbr>
  );
}

/** How much of a directory is not here, and where the rest can be seen. */
function Rest({ level, project_id, ignored }: TreeProps & { level: TreeLevel }) {
  const all = urls.tree(project_id, { path: level.path, ignored: 1 });
  return (
    <>
      {level.more > 0 ? (
        <li class="rest" safe>{`${counted(level.more, "more entry", "more entries")}: filter to find them.`}</li>
      ) : (
        ""
      )}
      {level.entries.length === 0 && level.more === 0 && !ignored ? (
        <li class="rest">
          {level.ignored > 0 ? <a href={all} safe>{`Only ignored files here (${count(level.ignored)})`}</a> : "Empty"}
        </li>
      ) : (
        ""
      )}
    </>
  );
}

function Matches({ project_id, matches }: TreeProps & { matches: TreeMatches }) {
  const { entries, total, truncated } = matches;
  return (
    <>
      <p class="rest" role="status" safe>
        {total === 0
          ? "No file has that in its path."
          : `${counted(total, "file")}${truncated ? " of those that were looked at" : ""}`}
      </p>
      <ul class="tree">
        {entries.map((entry) => (
          <File project_id={project_id} entry={entry} path />
        ))}
        {total > entries.length ? (
          <li class="rest" safe>{`${count(total - entries.length)} more: type on to narrow it down.`}</li>
        ) : (
          ""
        )}
      </ul>
    </>
  );
}
