/** What was put aside for a message: a row that opens, and its rows, also as a page of their own. */
import type { Entry } from "../../src/domain/message.ts";
import { counted } from "../../src/lib/format.ts";
import { PageHeader } from "../layout/header.tsx";
import { urls } from "../urls.ts";
import { ERRORS_INSIDE } from "./action.ts";
import { Rows } from "./message.tsx";

/** Fetched when it is opened; without script the link inside leads to it. */
export function Earlier({ message_id, count }: { message_id: string; count: number }) {
  const url = urls.earlier(message_id);
  return (
    <details class="earlier">
      <summary safe>{`${counted(count, "message")} put aside`}</summary>
      <div class="lazy" hx-get={url} hx-trigger="intersect once" hx-morph-skip {...ERRORS_INSIDE}>
        <a href={url}>Show</a>
      </div>
    </details>
  );
}

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
        <a class="btn" href={back}>
          Back to the chat
        </a>
      </PageHeader>
      <div class="page">
        <div class="sheet narrow earlier-page">
          <EarlierRows {...rows} />
        </div>
      </div>
    </>
  );
}
