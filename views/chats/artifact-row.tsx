/** The row of an HTML document that an answer holds: opens it in a pane beside the chat, or as a page. */
import type { ArtifactPart } from "../../src/domain/message.ts";
import { bytes } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { changing } from "../workspace/changing.ts";

export function ArtifactRow({ part }: { part: ArtifactPart }) {
  const { session_id, title, bytes: size } = part.meta;
  return (
    <p class="artifact-row" id={ids.part(part.id)}>
      <a
        class="chip"
        href={urls.artifact(part.message_id)}
        title="Opens in a sandbox: without network and without your data"
        {...changing(session_id, { change: "open", kind: "artifact", message_id: part.message_id })}
      >
        <Icon name="out" />
        <span class="cut" safe>
          {title}
        </span>
        <span class="dim" safe>{`HTML, ${bytes(size)}`}</span>
      </a>
      <a class="btn btn-quiet btn-sm" href={urls.artifactFile(part.message_id)}>
        <Icon name="down" />
        Download
      </a>
    </p>
  );
}
