/** The git panel as a page of its own: without script, and where there is no session beside it. */
import { DiffDialog } from "../diff/diff-box.tsx";
import { PageHeader } from "../layout/header.tsx";
import { urls } from "../urls.ts";
import { type GitPanelProps, GitPanelView } from "./git-panel.tsx";

export function GitContent(props: GitPanelProps) {
  return (
    <>
      <PageHeader title={`Git of ${props.project.name}`}>
        <a class="btn btn-sm end" href={urls.tree(props.project.id)}>
          Files
        </a>
      </PageHeader>
      <div class="page">
        <div class="sheet narrow gitpage">
          <GitPanelView {...props} />
          <DiffDialog />
        </div>
      </div>
    </>
  );
}
