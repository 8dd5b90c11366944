/** Every page as it is sent, from fixed data. One line a story: path → document. */

import type { Frame } from "../../src/domain/page.ts";
import { TERMINAL_DEFAULTS } from "../../src/domain/terminal-settings.ts";
import { ChatContent } from "../../tests/support/chat-content.tsx";
import { away, demo, local, NOW, project, session } from "../../tests/support/chat-fixtures.ts";
import { emptyComposer } from "../../tests/support/chat-page.tsx";
import { running as chatRunning, compacted, empty, endings, waiting, writing } from "../../tests/support/chat-story.ts";
import { aFrame, checks, desk, emptyDesk, facts, projects, tokens } from "../../tests/support/frame-fixtures.ts";
import { mcpServers } from "../../tests/support/mcp-fixtures.ts";
import { probeSteps, providers } from "../../tests/support/provider-fixtures.ts";
import { GRANTS, RULES } from "../../tests/support/request-fixtures.ts";
import { emptyReview, reviewPage } from "../../tests/support/review-fixtures.ts";
import { listedPersonas, listedSkills } from "../../tests/support/skill-fixtures.ts";
import { aUsage, sums } from "../../tests/support/usage-fixtures.ts";
import { DeskContent } from "../../views/desk/desk.tsx";
import { AWAY_REFRESH_S, DatabaseAwayContent, ErrorContent } from "../../views/errors/error.tsx";
import { BarePage, Page } from "../../views/layout/page.tsx";
import { LoginContent } from "../../views/login/login.tsx";
import { OnboardingContent } from "../../views/onboarding/onboarding.tsx";
import { KeptContent } from "../../views/projects/kept.tsx";
import { NewProjectContent } from "../../views/projects/new-project.tsx";
import { ProjectContent, ProjectRemovalContent } from "../../views/projects/project.tsx";
import { ReviewContent } from "../../views/review/review.tsx";
import { SessionEditContent, SessionRemovalContent } from "../../views/sessions/edit-session.tsx";
import { NewSessionContent } from "../../views/sessions/new-session.tsx";
import { DiagnosticContent } from "../../views/settings/diagnostic.tsx";
import { McpServerContent } from "../../views/settings/mcp-server.tsx";
import { SettingsContent, type SettingsProps } from "../../views/settings/settings.tsx";
import { UsageContent } from "../../views/usage/usage.tsx";
import { worktreeStories } from "./worktree-stories.tsx";

type Story = (base: Frame) => string;
const at = new Date(NOW);
const request_id = "7f3a19c2";
const noProjects = { projects: [], running: [], needs: 0 };

const usageProjects = [
  { id: "p1", name: "relay" },
  { id: "p2", name: "fieldnotes" },
];
const settings: SettingsProps = {
  endpoints: [local, away, demo],
  providers,
  providers_problem: null,
  personas: listedPersonas,
  skills: listedSkills,
  mcp: { servers: mcpServers, problem: null },
  tokens,
  look: { theme: "system", density: "dense", font_size: "normal" },
  runs: { default_model: null, fast_model: null, steps: 200, tool_calls: 100, ask_minutes: 0 },
  searxng_url: "http://127.0.0.1:8888/",
  terminals: TERMINAL_DEFAULTS,
  most: { steps: 200, tool_calls: 200, ask_minutes: 10080 },
  rules: RULES,
  about: {
    version: "0.1.0",
    facts: [
      { label: "Data directory", value: "/home/me/.boocode" },
      { label: "Postgres", value: "18.4, embedded" },
      { label: "Bun", value: "1.4.5" },
    ],
  },
  now: NOW,
};

const inPage =
  (title: string, content: JSX.Element, over: Partial<Frame> = {}, current = {}): Story =>
  (base) =>
    (
      <Page frame={{ ...base, ...over }} title={title} current={current}>
        {content}
      </Page>
    ) as string;
const bare =
  (title: string, content: JSX.Element): Story =>
  (base) =>
    (
      <BarePage frame={base} title={title}>
        {content}
      </BarePage>
    ) as string;

const chat = (view: ReturnType<typeof writing>) =>
  inPage(
    view.session.title,
    <ChatContent view={view} composer={emptyComposer} now={NOW} />,
    { path: "/chats/c1" },
    { session_id: "s1" },
  );
const listed = projects[0]!.sessions.map((s, i) => ({ ...s, archived_at: i > 3 ? at : null }));

export const stories: Record<string, Story> = {
  desk: inPage("Desk", <DeskContent desk={desk} now={NOW} projects={projects} />),
  "desk-empty": inPage("Desk", <DeskContent desk={emptyDesk} now={NOW} projects={projects} />),
  "desk-first": inPage("Desk", <DeskContent desk={emptyDesk} now={NOW} projects={[]} />, { nav: noProjects }),
  onboarding: bare(
    "First run",
    <OnboardingContent checks={checks} facts={facts} checked_at={at} took_ms={1100} projects={0} />,
  ),
  "onboarding-ready": bare(
    "First run",
    <OnboardingContent
      checks={[{ ...checks[0]!, ok: true, note: "6 models" }, ...checks.slice(1)]}
      facts={facts}
      checked_at={at}
      took_ms={120}
      projects={0}
    />,
  ),
  login: bare("Sign in", <LoginContent host="nas.home.arpa" error={null} next="/" />),
  "login-error": bare("Sign in", <LoginContent host="nas.home.arpa" error="That token is not known or was revoked." />),
  "error-404": inPage(
    "Not found",
    <ErrorContent status={404} message="There is no such session." request_id={request_id} at={at} />,
  ),
  "error-500": inPage(
    "Error",
    <ErrorContent
      status={500}
      message="Something in BooCode failed while this page was made. What runs goes on."
      request_id={request_id}
      at={at}
      kept={["Your draft, in this browser.", "The answer in progress: it is stored as it is written."]}
    />,
  ),
  "error-503": (base) =>
    (
      <BarePage frame={base} title="The database is away" refresh_s={AWAY_REFRESH_S}>
        <DatabaseAwayContent request_id={request_id} at={at} />
      </BarePage>
    ) as string,
  provider: inPage(
    "Claude Code",
    <DiagnosticContent
      found={{
        provider: providers[1]!,
        steps: probeSteps,
        stderr: "Warning: something",
        command: "claude-agent-acp",
        looked_for: ["claude-agent-acp"],
        file_error: null,
        other_way: "json-claude",
      }}
      now={NOW}
    />,
    { path: "/providers/claude/diagnostic" },
  ),
  "kept-conversations": inPage(
    "Conversations of relay",
    <KeptContent
      project={project}
      providers={providers.filter((p) => p.way === "acp")}
      provider="claude"
      kept={{
        provider: "claude",
        label: "Claude Code",
        can: { list: true, load: true },
        conversations: [
          { id: "0b1c", title: "Why does the claim query scan?", cwd: project.path, updated_at: at, chat_id: null },
          { id: "0b1d", title: null, cwd: project.path, updated_at: null, chat_id: "chat" },
        ],
      }}
      problem={null}
      now={NOW}
    />,
  ),
  "mcp-server": inPage(
    "postgres",
    <McpServerContent
      server={mcpServers[2]!}
      complaints="Warning: something"
      values={{ command: "npx -y mcp-postgres", env: "PGPASSWORD", tools: "*\n!drop" }}
      now={NOW}
    />,
    { path: "/mcp-servers/postgres" },
  ),
  usage: inPage("Usage", <UsageContent usage={aUsage()} projects={usageProjects} />, { path: "/usage" }),
  "usage-free": inPage(
    "Usage",
    <UsageContent
      usage={aUsage({ total: sums({ cost_usd: null }), budgets: [] })}
      projects={usageProjects}
      refused={{
        scope: "day",
        values: { usd: "-3", tokens: "" },
        field: "usd",
        message: "A budget is more than nothing.",
      }}
    />,
    { path: "/usage" },
  ),
  settings: inPage("Settings", <SettingsContent {...settings} />, {
    path: "/settings",
    can_sign_out: true,
    who: "laptop",
  }),
  "settings-refused": inPage(
    "Settings",
    <SettingsContent
      {...settings}
      made={{ label: "phone", token: "boo_3f9c2b7e51a04d6c8e2f90b1a7d35c4e6f8091a2b3c4d5e6f708192a3b4c5d6e" }}
      refused={{
        endpoint: {
          values: { url: "http://10.0.0.8:8401/v1", label: "nas" },
          error: { field: "url", message: "http://10.0.0.8:8401/v1/models: connection refused." },
        },
      }}
    />,
    { path: "/settings" },
  ),
  "project-new": inPage(
    "Add a project",
    <NewProjectContent
      values={{ path: "/srv/code/relya", name: "", create: false }}
      error={{ field: "path", message: "There is no directory at /srv/code/relya." }}
      roots={["/home/me", "/srv/code"]}
    />,
    { path: "/projects/new" },
  ),
  project: inPage(
    "relay",
    <ProjectContent project={project} sessions={listed} archived now={NOW} />,
    { path: "/projects/p1" },
    { project_id: "p1" },
  ),
  "project-removal": inPage(
    "relay",
    <ProjectRemovalContent project={project} sessions={11} running={1} />,
    {},
    { project_id: "p1" },
  ),
  "session-new": inPage(
    "New session",
    <NewSessionContent projects={projects} values={{ project_id: "p1", kind: "coder", title: "", text: "" }} />,
    { path: "/sessions/new" },
  ),
  "session-edit": inPage(
    "Edit",
    <SessionEditContent session={session} project={project} grants={GRANTS} />,
    {},
    { session_id: "s1" },
  ),
  "session-removal": inPage(
    "Delete",
    <SessionRemovalContent session={session} chats={2} messages={12} running={0} changes={3} />,
    {},
    { session_id: "s1" },
  ),
  "chat-writing": chat(writing()),
  "chat-running": chat(chatRunning()),
  "chat-endings": chat(endings()),
  "chat-compacted": chat(compacted()),
  "chat-waiting": chat(waiting()),
  "chat-empty": chat(empty()),
};

const review = (page: typeof reviewPage) =>
  inPage("Review", <ReviewContent page={page} colours={() => ({ old: () => undefined, new: () => undefined })} />, {
    path: "/sessions/s1/review",
  });
Object.assign(stories, {
  review: review(reviewPage),
  "review-split": review({ ...reviewPage, look: { split: true, blanks: false } }),
  "review-empty": review(emptyReview),
});

for (const [name, { title, content }] of Object.entries(worktreeStories)) stories[name] = inPage(title, content);

/** The document of a story, or null for an unknown name. */
export function storyDocument(name: string, over: Partial<Frame>): string | null {
  return stories[name]?.(aFrame(over)) ?? null;
}
