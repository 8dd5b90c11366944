/** Personas: who there is, from where, with what, and what could not be used. */
import type { ParsedPersonas, Persona } from "../../src/domain/persona.ts";
import type { Project } from "../../src/domain/project.ts";
import { counted } from "../../src/lib/format.ts";
import { Icon } from "../ui/icons.tsx";
import { OriginBadge, Problems } from "./kept.tsx";

export interface ListedPersonas extends ParsedPersonas {
  /** Projects that keep some of their own, or have a section that could not be used. */
  projects: (ParsedPersonas & { project: Pick<Project, "id" | "name"> })[];
}

export function PersonasSection({ personas, problems, projects }: ListedPersonas) {
  return (
    <section class="band" id="personas" aria-labelledby="personas-h">
      <header>
        <Icon name="chat" />
        <h2 id="personas-h">Personas</h2>
        <span class="note d">whom the model of a chat is told to be; picked in the composer</span>
      </header>
      <Problems problems={problems} />
      <PersonaRows personas={personas} />
      {projects.map(({ project, ...own }) => (
        <>
          <h3 class="kept-of" safe>{`In ${project.name}`}</h3>
          <Problems problems={own.problems} />
          <PersonaRows personas={own.personas} />
        </>
      ))}
      <How />
    </section>
  );
}

function PersonaRows({ personas }: { personas: readonly Persona[] }) {
  return (
    <ul class="kept">
      {personas.map((persona) => (
        <li>
          <b safe>{persona.name}</b>
          <OriginBadge origin={persona.origin} />
          <span class="mid" safe>
            {persona.description}
          </span>
          <p class="kept-facts" safe>
            {factsOf(persona)}
          </p>
          <details>
            <summary>
              <Icon name="caret" />
              Prompt
            </summary>
            <pre class="kept-prompt" safe>
              {persona.prompt}
            </pre>
          </details>
        </li>
      ))}
    </ul>
  );
}

function factsOf({ tools, sampling, steps, max_tool_calls, model, origin, place }: Persona): string {
  const numbers = Object.entries(sampling).map(([key, value]) => `${key} ${value}`);
  return [
    tools === null ? "all tools" : tools.length === 0 ? "no tools" : `tools ${tools.join(", ")}`,
    ...numbers,
    steps === null ? "" : counted(steps, "step"),
    max_tool_calls === null ? "" : counted(max_tool_calls, "tool call"),
    model ? `model ${model}` : "",
    origin === "builtin" ? "" : place,
  ]
    .filter(Boolean)
    .join(" · ");
}

const EXAMPLE = `## Migration Writer

\`\`\`
description: Writes migrations for our Postgres.
tools: view_file, grep, git_*, edit_file, create_file
temperature: 0.2
steps: 60
max_tool_calls: 80
\`\`\`

You write migrations. …`;

function How() {
  return (
    <details class="kept-how">
      <summary>
        <Icon name="caret" />
        How to write one, or change one of these
      </summary>
      <p>
        A section of <code>AGENTS.md</code> in the data directory, or in a project: its heading is the name, a fenced
        header says what it has, the rest is its prompt. <code>tools</code> takes globs in order, <code>!</code> takes
        away. One of the same name takes the place of what is built in. Sections without such a header are notes.
      </p>
      <pre class="kept-prompt">{EXAMPLE}</pre>
    </details>
  );
}
