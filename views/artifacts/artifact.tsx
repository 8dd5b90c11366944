/** An answer by itself: as a document to read, copy and keep, or as the HTML page it holds, in a sandbox. */
import type { Artifact } from "../../src/domain/artifact.ts";
import { renderMarkdown } from "../../src/lib/markdown.ts";
import { markdownOptions } from "../chats/markdown-options.ts";
import { Back, MenuButton } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

interface ArtifactProps {
  artifact: Artifact;
  /** Shows the source of an HTML artifact instead of the page. */
  source: boolean;
}

/** Everything inside `main`. */
export function ArtifactContent({ artifact, source }: ArtifactProps) {
  return (
    <>
      <header class="bar">
        <MenuButton />
        <h1 class="cut" safe>
          {artifact.title}
        </h1>
        <span class="grow"></span>
        <Back href={urls.chat(artifact.chat_id)} to="the chat" />
      </header>
      <div class="artifact">
        <ArtifactPane artifact={artifact} source={source} />
      </div>
    </>
  );
}

/** The content of an artifact's tab. */
export function ArtifactPane({ artifact, source }: ArtifactProps) {
  const page = artifact.html !== null && !source;
  return (
    <>
      <div class="bar bar-2" data-artifact={artifact.message_id}>
        <span class="cut mid">{kindWords(artifact, source) as "safe"}</span>
        <span class="grow"></span>
        {artifact.html === null ? (
          ""
        ) : (
          <a
            class="btn btn-quiet btn-sm"
            href={urls.artifactSource(artifact.message_id, !source)}
            hx-get={urls.artifactPane(artifact.message_id, !source)}
            hx-target="closest .fetched"
            hx-swap="innerHTML"
          >
            {source ? "Page" : "Source"}
          </a>
        )}
        <pre id={`src-${artifact.message_id}`} hidden safe>
          {`\n${artifact.html ?? artifact.markdown}`}
        </pre>
        <button type="button" class="btn btn-quiet btn-sm" data-copy={`#src-${artifact.message_id}`}>
          <Icon name="copy" />
          <span data-label>Copy</span>
        </button>
        <a class="btn btn-quiet btn-sm" href={urls.artifactFile(artifact.message_id)}>
          <Icon name="down" />
          Download
        </a>
      </div>
      {page ? (
        <iframe
          class="sandbox"
          sandbox="allow-scripts"
          src={urls.artifactFrame(artifact.message_id)}
          title={attr(artifact.title)}
          referrerpolicy="no-referrer"
          loading="lazy"
        ></iframe>
      ) : (
        <div class="scroll">
          <div class="prose doc">
            {renderMarkdown(artifact.markdown, markdownOptions(artifact.project_id, artifact.chat_id)) as "safe"}
          </div>
        </div>
      )}
    </>
  );
}

function kindWords(artifact: Artifact, source: boolean): string {
  if (artifact.html === null) return "Markdown";
  return source ? "HTML, as written" : "HTML, without network and without your data";
}
