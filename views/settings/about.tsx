import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

/** Figures of this server, as pairs of label and value: version, Bun, Postgres, data directory, … */
export interface AboutFacts {
  version: string;
  facts: { label: string; value: string }[];
}

export function About({ facts: about }: { facts: AboutFacts }) {
  return (
    <section class="band" id="about" aria-labelledby="about-h">
      <header>
        <Icon name="info" />
        <h2 id="about-h">About</h2>
      </header>
      <dl class="facts">
        <dt>BooCode</dt>
        <dd safe>{about.version}</dd>
        {about.facts.map((fact) => (
          <>
            <dt safe>{fact.label}</dt>
            <dd>
              <code safe>{fact.value}</code>
            </dd>
          </>
        ))}
        <dt>API</dt>
        <dd>
          <a href={urls.reference}>reference</a>, <a href={urls.openapi}>OpenAPI description</a>,{" "}
          <a href={urls.health}>health</a>
        </dd>
        <dt>Licence</dt>
        <dd>AGPL-3.0-only</dd>
      </dl>
    </section>
  );
}
