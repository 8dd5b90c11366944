/** The difference of one file: its counts, what is to be said about it, its lines or why there are none. */
import type { FileDiff } from "../../src/domain/diff.ts";
import { count, counted } from "../../src/lib/format.ts";
import { shownPath } from "../../src/lib/path-guard.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { DiffTable } from "./diff-table.tsx";

interface FileDiffProps {
  project_id: string;
  diff: FileDiff;
  staged: boolean;
}

/** Path and counts, for a heading. */
export function DiffName({ diff }: { diff: FileDiff }) {
  const cut = diff.path.replace(/\/$/, "").lastIndexOf("/") + 1;
  return (
    <span class="path cut">
      {diff.from === null ? "" : <span class="dir" safe>{`${shownPath(diff.from)} → `}</span>}
      <span class="dir" safe>
        {shownPath(diff.path.slice(0, cut))}
      </span>
      <span safe>{shownPath(diff.path.slice(cut))}</span>
    </span>
  );
}

export function DiffCounts({ diff }: { diff: FileDiff }) {
  if (diff.added === null) return "";
  return (
    <span class="num">
      <span class="plus" safe>{`+${count(diff.added)}`}</span>{" "}
      <span class="minus" safe>{`−${count(diff.removed ?? 0)}`}</span>
    </span>
  );
}

export function FileDiffBody({ project_id, diff, staged }: FileDiffProps) {
  return (
    <div class="filediff">
      {diff.notes.map((note) => (
        <p class="diffnote" safe>
          {note}
        </p>
      ))}
      <Lines project_id={project_id} diff={diff} staged={staged} />
    </div>
  );
}

function Lines({ project_id, diff, staged }: FileDiffProps) {
  if (diff.kind === "directory") return <Files project_id={project_id} diff={diff} />;
  if (diff.folded) return <Folded project_id={project_id} diff={diff} staged={staged} />;
  if (diff.kind !== "text")
    return diff.notes.length > 0 && diff.kind !== "binary" && diff.kind !== "secret" ? (
      ""
    ) : (
      <Instead kind={diff.kind} />
    );
  return (
    <>
      <DiffTable path={diff.path} hunks={diff.hunks} />
      {diff.left_out === 0 ? (
        ""
      ) : (
        <p class="diffnote" safe>
          {diff.left_out === null
            ? "The rest is too large to be shown here."
            : `${counted(diff.left_out, "more line")} not shown: too many for one page.`}
        </p>
      )}
    </>
  );
}

const INSTEAD: Record<Exclude<FileDiff["kind"], "text" | "directory">, string> = {
  binary: "A binary file: its bytes are not text, so there are no lines to show.",
  secret: "A file of secrets: what is in it is not shown.",
  submodule: "A submodule.",
  none: "No line differs.",
};

function Instead({ kind }: { kind: keyof typeof INSTEAD }) {
  return <p class="diffnote">{INSTEAD[kind] as "safe"}</p>;
}

function Folded({ project_id, diff, staged }: FileDiffProps) {
  const url = urls.gitDiff(project_id, diff.path, { staged: staged ? 1 : undefined, all: 1 });
  const lines = (diff.added ?? 0) + (diff.removed ?? 0);
  return (
    <p class="folded">
      <Icon name="fold" />
      <span safe>
        {diff.added === null ? "Folded: too many lines to count." : `Folded: ${counted(lines, "changed line")}.`}
      </span>
      <a class="btn btn-sm" href={url} hx-get={url} hx-target="closest .diffbox" hx-swap="innerHTML">
        Show them
      </a>
    </p>
  );
}

function Files({ project_id, diff }: Pick<FileDiffProps, "project_id" | "diff">) {
  return (
    <ul class="difffiles">
      {diff.files.map((path) => {
        const url = path.endsWith("/") ? null : urls.gitDiff(project_id, path);
        return (
          <li>
            {url === null ? (
              <span class="path" safe>{`${shownPath(path)} (a repository of its own)`}</span>
            ) : (
              <a class="path" href={url} hx-get={url} hx-target="closest .diffbox" hx-swap="innerHTML" safe>
                {shownPath(path)}
              </a>
            )}
          </li>
        );
      })}
      {diff.more_files > 0 ? <li class="dim" safe>{`and ${counted(diff.more_files, "more file")}`}</li> : ""}
    </ul>
  );
}
