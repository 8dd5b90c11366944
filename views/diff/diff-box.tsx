/** A difference with its heading: the content of the dialog beside the git panel, and of a page of its own. */
import type { FileDiff } from "../../src/domain/diff.ts";
import { ids } from "../ids.ts";
import { MenuButton } from "../layout/header.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { DiffCounts, DiffName, FileDiffBody } from "./file-diff.tsx";

interface DiffBoxProps {
  project_id: string;
  diff: FileDiff;
  staged: boolean;
}

/** What is swapped into the dialog. */
export function DiffBox({ project_id, diff, staged }: DiffBoxProps) {
  return (
    <>
      <header class="fhead">
        <h2 class="cut">
          <DiffName diff={diff} />
        </h2>
        <DiffCounts diff={diff} />
        <span class="badge">{staged ? "staged" : "not staged"}</span>
        <span class="grow"></span>
        <a class="btn btn-quiet btn-sm" href={urls.gitDiff(project_id, diff.path, { staged: staged ? 1 : undefined })}>
          As a page
        </a>
        <button type="button" class="btn btn-quiet btn-i btn-sm" data-close-dialog aria-label="Close">
          <Icon name="x" />
        </button>
      </header>
      <div class="diffscroll" tabindex="0" role="region" aria-label="Difference">
        <FileDiffBody project_id={project_id} diff={diff} staged={staged} />
      </div>
    </>
  );
}

/** Everything inside `main` of the page of one difference. */
export function DiffContent({ project_id, project_name, diff, staged }: DiffBoxProps & { project_name: string }) {
  return (
    <>
      <header class="bar filebar">
        <MenuButton />
        <h1 class="crumbs path">
          <a href={urls.git(project_id)} safe>
            {project_name}
          </a>
          <span class="dir"> / </span>
          <DiffName diff={diff} />
        </h1>
        <DiffCounts diff={diff} />
        <span class="badge">{staged ? "staged" : "not staged"}</span>
      </header>
      <div class="page diffbox">
        <FileDiffBody project_id={project_id} diff={diff} staged={staged} />
      </div>
    </>
  );
}

/** Empty until a difference is fetched into it; `public/js/rail.js` opens it then. */
export function DiffDialog() {
  return (
    <dialog class="dlg diffdlg" id={ids.diffDialog} aria-label="Difference">
      <div class="diffbox" id={ids.diffBody}></div>
    </dialog>
  );
}
