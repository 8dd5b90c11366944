/** Settings: one page with a section a subject; later subjects add a line to SECTIONS and a component. */
import type { Endpoint } from "../../src/domain/endpoint.ts";
import type { AccessToken } from "../../src/domain/identity.ts";
import type { McpServer } from "../../src/domain/mcp.ts";
import type { Look } from "../../src/domain/page.ts";
import type { Provider } from "../../src/domain/provider.ts";
import type { TerminalSettings } from "../../src/domain/terminal-settings.ts";
import { PageHeader } from "../layout/header.tsx";
import type { FormError } from "../ui/fields.tsx";
import { urls } from "../urls.ts";
import { About, type AboutFacts } from "./about.tsx";
import type { RefusedProvider } from "./add-provider.tsx";
import { Appearance } from "./appearance.tsx";
import type { EndpointValues } from "./endpoint-form.tsx";
import { Endpoints } from "./endpoints.tsx";
import { McpServers } from "./mcp.tsx";
import { type ListedPersonas, PersonasSection } from "./personas.tsx";
import { Providers } from "./providers.tsx";
import { type ListedRule, RulesSection } from "./rules.tsx";
import { type RunSettings, RunsSection } from "./runs.tsx";
import { type ListedSkills, SkillsSection } from "./skills.tsx";
import { TerminalsSection } from "./terminals.tsx";
import { Tokens } from "./tokens.tsx";
import { WebSection } from "./web.tsx";

const SECTIONS = [
  { id: "models", label: "Models" },
  { id: "providers", label: "Agents" },
  { id: "personas", label: "Personas" },
  { id: "skills", label: "Skills" },
  { id: "mcp", label: "MCP servers" },
  { id: "runs", label: "Defaults and limits" },
  { id: "web", label: "Web" },
  { id: "terminals", label: "Terminals" },
  { id: "rules", label: "Always allowed" },
  { id: "tokens", label: "Access tokens" },
  { id: "look", label: "Appearance" },
  { id: "about", label: "About" },
] as const;

export interface SettingsProps {
  endpoints: Endpoint[];
  providers: readonly Provider[];
  /** What is wrong with providers.json. */
  providers_problem: string | null;
  personas: ListedPersonas;
  skills: ListedSkills;
  /** MCP servers, and what is wrong with mcp.json. */
  mcp: { servers: readonly McpServer[]; problem: string | null };
  tokens: AccessToken[];
  look: Look;
  runs: RunSettings;
  searxng_url: string | null;
  terminals: TerminalSettings;
  rules: readonly ListedRule[];
  most: { steps: number; tool_calls: number; ask_minutes: number };
  about: AboutFacts;
  now: number;
  /** A token that was just made: the only time it is shown. */
  made?: { label: string; token: string } | null;
  /** What a refused form said, and what was typed in it. */
  refused?: {
    endpoint?: { values: EndpointValues; error: FormError };
    provider?: RefusedProvider;
    mcp?: { values: Record<string, string>; error: FormError };
    token?: { label: string; error: FormError };
    runs?: { values: Record<string, string>; error: FormError };
    web?: { values: Record<string, string>; error: FormError };
    terminals?: { values: Record<string, string>; error: FormError };
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
            <a href={urls.worktrees}>Worktrees</a>
            <a href={urls.processes}>Processes</a>
          </nav>
          <div>
            <Endpoints endpoints={props.endpoints} now={props.now} refused={props.refused?.endpoint} />
            <Providers
              providers={props.providers}
              problem={props.providers_problem}
              now={props.now}
              refused={props.refused?.provider}
            />
            <PersonasSection {...props.personas} />
            <SkillsSection {...props.skills} />
            <McpServers {...props.mcp} now={props.now} refused={props.refused?.mcp} />
            <RunsSection
              settings={props.runs}
              most={props.most}
              endpoints={props.endpoints}
              refused={props.refused?.runs}
            />
            <WebSection searxng_url={props.searxng_url} refused={props.refused?.web} />
            <TerminalsSection settings={props.terminals} refused={props.refused?.terminals} />
            <RulesSection rules={props.rules} now={props.now} />
            <Tokens tokens={props.tokens} now={props.now} made={props.made} refused={props.refused?.token} />
            <Appearance look={props.look} />
            <About facts={props.about} />
          </div>
        </div>
      </div>
    </>
  );
}
