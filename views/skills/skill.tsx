/** One skill: its instructions as a model gets them, and the files beside it. */
import type { Skill } from "../../src/domain/skill.ts";
import { renderMarkdown } from "../../src/lib/markdown.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { OriginBadge } from "../settings/kept.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

interface SkillProps {
  skill: Skill & { body: string; resources: readonly string[] };
}

/** Everything inside `main`. */
export function SkillContent({ skill }: SkillProps) {
  const safeBody = renderMarkdown(skill.body, {});
  return (
    <>
      <PageHeader title={`/${skill.name}`}>
        <span class="grow"></span>
        <Back href={`${urls.settings}#skills`} to="all skills" />
      </PageHeader>
      <div class="page">
        <div class="sheet narrow">
          <div class="headline">
            <p safe>{skill.description}</p>
            <p>
              <OriginBadge origin={skill.origin} /> <code safe>{skill.place}</code>
            </p>
            <p class="dim">
              Write <code safe>{`/${skill.name}${skill.hint ? ` ${skill.hint}` : ""}`}</code> at the front of a message.
            </p>
          </div>
          <div class="prose">{safeBody}</div>
          {skill.resources.length > 0 ? <Resources paths={skill.resources} /> : ""}
        </div>
      </div>
    </>
  );
}

function Resources({ paths }: { paths: readonly string[] }) {
  return (
    <section class="band" aria-labelledby="skill-files-h">
      <header>
        <Icon name="file" />
        <h2 id="skill-files-h">Files beside it</h2>
        <span class="note d">read by the model when the instructions name them</span>
      </header>
      <ul class="kept">
        {paths.map((path) => (
          <li>
            <code safe>{path}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
