/** Skills: what there is, from where, and what could not be used. */
import type { Project } from "../../src/domain/project.ts";
import type { Skill, Skills } from "../../src/domain/skill.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { OriginBadge, Problems } from "./kept.tsx";

export interface ListedSkills extends Skills<Skill> {
  /** Projects that keep some of their own, or have a file that could not be used. */
  projects: (Skills<Skill> & { project: Pick<Project, "id" | "name"> })[];
}

export function SkillsSection({ skills, problems, projects }: ListedSkills) {
  return (
    <section class="band" id="skills" aria-labelledby="skills-h">
      <header>
        <Icon name="ledger" />
        <h2 id="skills-h">Skills</h2>
        <span class="note d">
          instructions for one kind of work: <code>/name</code> in a message, and models find them
        </span>
      </header>
      <Problems problems={problems} />
      <SkillList skills={skills} project_id={null} />
      {projects.map(({ project, ...own }) => (
        <>
          <h3 class="kept-of" safe>{`In ${project.name}`}</h3>
          <Problems problems={own.problems} />
          <SkillList skills={own.skills} project_id={project.id} />
        </>
      ))}
      <p class="dim kept-how">
        Yours lie in <code>skills/group/name/SKILL.md</code> of the data directory; a project's in <code>skills/</code>,{" "}
        <code>.boocode/skills/</code>, <code>.claude/skills/</code> or <code>.agents/skills/</code>. One of the same
        name takes the place of what is built in.
      </p>
    </section>
  );
}

function SkillList({ skills, project_id }: { skills: readonly Skill[]; project_id: string | null }) {
  return (
    <ul class="kept">
      {skills.map((skill) => (
        <li>
          <a href={attr(urls.skill(skill.name, project_id))}>
            <code safe>{`/${skill.name}`}</code>
          </a>
          <OriginBadge origin={skill.origin} />
          <span class="mid" safe>
            {skill.description}
          </span>
        </li>
      ))}
    </ul>
  );
}
