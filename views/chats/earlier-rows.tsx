/** What was put aside for a message, as rows and as a page of their own. */
import type { Entry } from "../../src/domain/message.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { Rows } from "./message.tsx";

interface EarlierProps {
  entries: readonly Entry[];
  project_id: string;
  now: number;
}

/** Read only: nothing in it can be continued or answered again. */
export function EarlierRows({ entries, project_id, now }: EarlierProps) {
  if (entries.length === 0) return <p class="dim">Nothing was put aside here.</p>;
  return (
    <Rows
      entries={entries}
      progress={null}
      live_run_id={null}
      now={now}
      project_id={project_id}
      newest={false}
      put_aside
    />
  );
}

export function EarlierContent({ back, ...rows }: EarlierProps & { back: string }) {
  return (
    <>
      <PageHeader title="Put aside">
        <span class="grow"></span>
        <Back href={back} to="the chat" />
      </PageHeader>
      <div class="page">
        <div class="sheet narrow earlier-page">
          <EarlierRows {...rows} />
        </div>
      </div>
    </>
  );
}
