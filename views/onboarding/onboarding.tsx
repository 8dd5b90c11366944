/** First run: what was looked for, what answered, and the ways to go on. */

import type { EndpointCheck } from "../../src/domain/endpoint.ts";
import type { Status } from "../../src/domain/nav.ts";
import { duration } from "../../src/lib/format.ts";
import { NewProjectForm } from "../projects/new-project.tsx";
import { EndpointForm, type EndpointValues } from "../settings/endpoint-form.tsx";
import { attr } from "../ui/attr.ts";
import type { FormError } from "../ui/fields.tsx";
import { GhostAsleep, Glyph, Icon } from "../ui/icons.tsx";
import { Clock } from "../ui/time.tsx";
import { urls } from "../urls.ts";

/** One thing beside the endpoints: Postgres, git, ripgrep and tmux, projects. `ok` null: nothing there, nothing wrong. */
export interface OnboardingFact {
  label: string;
  /** Shown as code: versions, a path. */
  detail: string;
  ok: boolean | null;
  note: string;
}
interface ContentProps {
  checks: EndpointCheck[];
  facts: OnboardingFact[];
  checked_at: Date;
  took_ms: number;
  /** Number of projects that BooCode knows. */
  projects: number;
  endpoint?: { values: EndpointValues; error: FormError } | null;
}

/** Everything inside `main` of a bare page. */
export function OnboardingContent(props: ContentProps) {
  const ready = props.checks.filter((check) => check.ok).length;
  return (
    <div class="center page">
      <div class="first">
        <GhostAsleep />
        <h1>{ready > 0 ? "A model endpoint answered" : "No model endpoint answered"}</h1>
        <p class="lead">
          {ready > 0
            ? "BooCode runs and can chat. What it found is below; the next step is a project to ask about."
            : "BooCode runs and your data is safe. Real answers need an endpoint that speaks the OpenAI API; until there is one, the built-in demo model answers."}
        </p>
        <Checks {...props} />
        <Ways {...props} ready={ready > 0} />
      </div>
    </div>
  );
}

function Checks({ checks, facts, checked_at, took_ms }: ContentProps) {
  return (
    <section class="band" aria-labelledby="checked-h">
      <header>
        <h2 id="checked-h">What was checked</h2>
        <span class="note">
          <Clock at={checked_at} />
          <span safe>{`, took ${duration(took_ms)}`}</span>
        </span>
        <form method="post" action={urls.endpointChecks}>
          <input type="hidden" name="from" value="onboarding" />
          <button type="submit" class="btn btn-sm">
            <Icon name="refresh" />
            Check again
          </button>
        </form>
      </header>
      <ul class="checks">
        {checks.map((check) => (
          <Check label={check.label} detail={check.url} ok={check.ok} note={check.note} />
        ))}
        {facts.map((fact) => (
          <Check {...fact} />
        ))}
      </ul>
    </section>
  );
}

function Check({ label, detail, ok, note }: OnboardingFact) {
  const status: Status = ok === null ? "idle" : ok ? "done" : "failed";
  return (
    <li>
      <Glyph status={status} label={ok === null ? "Empty" : ok ? "Yes" : "No"} />
      <span safe>{label}</span>
      <code class="cut" title={attr(detail)} safe>
        {detail}
      </code>
      <span class="mid" safe>
        {note}
      </span>
    </li>
  );
}

function Ways({ projects, endpoint, ready }: ContentProps & { ready: boolean }) {
  return (
    <section class="band" aria-labelledby="ways-h">
      <header>
        <h2 id="ways-h">{ready ? "What is next" : "Pick one"}</h2>
      </header>
      <ol class="ways">
        <li>
          <div>
            <h3>{ready ? "Point to another endpoint" : "Point to an endpoint"}</h3>
            <p>Any OpenAI-compatible URL: llama-swap, llama.cpp, Ollama, vLLM, LM Studio, a hosted one.</p>
          </div>
          <EndpointForm from="onboarding" values={endpoint?.values} error={endpoint?.error} primary={!ready} />
        </li>
        <li>
          <div>
            <h3>{ready ? "Go on" : "Go on with the demo model"}</h3>
            <p>
              {ready
                ? "Open the desk and start a session."
                : "It is a few rules, not a language model: it lists, opens and searches files of your project with the real tools and says what they returned. Everything else in BooCode works with it."}
            </p>
          </div>
          <form method="post" action={urls.onboarding}>
            <button type="submit" class={ready ? "btn btn-go" : "btn"}>
              {ready ? "Open the desk" : "Go on with the demo"}
            </button>
          </form>
        </li>
      </ol>
      {projects === 0 ? <FirstProject /> : ""}
    </section>
  );
}

function FirstProject() {
  return (
    <details class="later">
      <summary>
        <Icon name="caret" />
        <h3>Add the first project</h3>
        <span class="mid">now or later: a directory on this machine</span>
      </summary>
      <NewProjectForm />
    </details>
  );
}
