/** Settings: one page with a section a subject; later subjects add a line to SECTIONS and a component. */
import type { Endpoint } from "../../src/domain/endpoint.ts";
import type { AccessToken } from "../../src/domain/identity.ts";
import type { Theme } from "../../src/domain/page.ts";
import { PageHeader } from "../layout/header.tsx";
import type { FormError } from "../ui/fields.tsx";
import { About, type AboutFacts } from "./about.tsx";
import { Appearance } from "./appearance.tsx";
import type { EndpointValues } from "./endpoint-form.tsx";
import { Endpoints } from "./endpoints.tsx";
import { Tokens } from "./tokens.tsx";

const SECTIONS = [
  { id: "models", label: "Models" },
  { id: "tokens", label: "Access tokens" },
  { id: "look", label: "Appearance" },
  { id: "about", label: "About" },
] as const;

export interface SettingsProps {
  endpoints: Endpoint[];
  tokens: AccessToken[];
  theme: Theme;
  about: AboutFacts;
  now: number;
  /** A token that was just made: the only time it is shown. */
  made?: { label: string; token: string } | null;
  /** What a refused form said, and what was typed in it. */
  refused?: {
    endpoint?: { values: EndpointValues; error: FormError };
    token?: { label: string; error: FormError };
  };
}

/** Everything inside `main`. */
export function SettingsContent(props: SettingsProps) {
  return (
    <>
      <PageHeader title="Settings" />
      <div class="page">
        <div class="sheet split2">
          <nav class="subnav" aria-label="Settings">
            {SECTIONS.map((section) => (
              <a href={`#${section.id}`}>{section.label}</a>
            ))}
          </nav>
          <div>
            <Endpoints endpoints={props.endpoints} now={props.now} refused={props.refused?.endpoint} />
            <Tokens tokens={props.tokens} now={props.now} made={props.made} refused={props.refused?.token} />
            <Appearance theme={props.theme} />
            <About facts={props.about} />
          </div>
        </div>
      </div>
    </>
  );
}
