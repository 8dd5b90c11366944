import { PersonaList, PersonaPick } from "../../views/chats/persona.tsx";
import { SlashOptions } from "../../views/chats/slash.tsx";
/** Titles, paths, URLs and model names are other people's text: none of it may become markup. */

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Frame } from "../../src/domain/page.ts";
import { TERMINAL_DEFAULTS } from "../../src/domain/terminal-settings.ts";
import { DeskContent } from "../../views/desk/desk.tsx";
import { ErrorContent, ErrorNote } from "../../views/errors/error.tsx";
import { BarePage, Page } from "../../views/layout/page.tsx";
import { LoginContent } from "../../views/login/login.tsx";
import { OnboardingContent } from "../../views/onboarding/onboarding.tsx";
import { KeptContent } from "../../views/projects/kept.tsx";
import { DirectoryOptions, NewProjectContent } from "../../views/projects/new-project.tsx";
import { ProjectContent, ProjectRemovalContent } from "../../views/projects/project.tsx";
import { RequestCards } from "../../views/requests/card.tsx";
import { RequestContent } from "../../views/requests/page.tsx";
import { ReviewContent } from "../../views/review/review.tsx";
import { SessionEditContent, SessionRemovalContent } from "../../views/sessions/edit-session.tsx";
import { NewSessionContent } from "../../views/sessions/new-session.tsx";
import { DiagnosticContent } from "../../views/settings/diagnostic.tsx";
import { McpServerContent } from "../../views/settings/mcp-server.tsx";
import { SettingsContent } from "../../views/settings/settings.tsx";
import { SkillContent } from "../../views/skills/skill.tsx";
import { aChat, local, NOW, project, session } from "../support/chat-fixtures.ts";
import { aFrame, checks, desk, facts, projects, tokens } from "../support/frame-fixtures.ts";
import { all, attributeNames, parse } from "../support/html.ts";
import { mcpServers } from "../support/mcp-fixtures.ts";
import { probeSteps, providers } from "../support/provider-fixtures.ts";
import { aPermission, aReadAccess, endedRequests, GRANTS, RULES, twoQuestions } from "../support/request-fixtures.ts";
import { reviewPage } from "../support/review-fixtures.ts";
import { aSkill, listedPersonas, listedSkills, personaPicks, slashCommands } from "../support/skill-fixtures.ts";

const EVIL = `"'><evil-tag data-evil="1" onclick='x()'></textarea></option></title><script>evil()</script>&lt;\u2028`;

/** The same data with every string that a person, a model or a file system wrote replaced. */
function soil<T>(value: T, text: string, key = ""): T {
  if (typeof value === "string") return (WRITTEN.has(key) ? text : value) as T;
  if (Array.isArray(value)) return value.map((item) => soil(item, text, key)) as T;
  if (value && typeof value === "object" && !(value instanceof Date)) {
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [k, soil(v, text, k === "id" && "context_window" in value ? "model" : k)]),
    ) as T;
  }
  return value;
}
const WRITTEN = new Set(
  "said,tool,section,theirs,ours,title,name,path,who,note,error,model,provider,session_title,chat_title,project_name,label,url,detail,message,text,value,subject,asked,reason,question,options,selected,comment,via,command,hint,binary,version,description,default_mode".split(
    ",",
  ),
);

/** Maps are soiled by their values; paths, lines and what was said are other people's. */
function soiledReview(text: string) {
  const files = new Map([...reviewPage.files].map(([id, file]) => [id, soil(file, text)]));
  const page = { ...soil({ ...reviewPage, files: null }, text), files };
  return <ReviewContent page={page} colours={() => ({ old: () => undefined, new: () => undefined })} />;
}

function pages(text: string): Record<string, string> {
  const frame = soil<Frame>({ ...aFrame({ can_sign_out: true }), asset: () => "" }, text);
  const base = { ...frame, asset: (name: string) => `/assets/${name}`, path: "/", who: text };
  const error = { field: "path", message: text };
  const [p, s] = [soil(project, text), soil(session, text)];
  const contents = {
    desk: <DeskContent desk={soil(desk, text)} now={NOW} projects={soil(projects, text)} />,
    error: (
      <ErrorContent
        status={404}
        message={text}
        title={text}
        request_id={text}
        at={new Date(NOW)}
        kept={[text]}
        actions={[{ label: text, href: "/" }]}
      />
    ),
    project_new: <NewProjectContent values={{ path: text, name: text, create: true }} error={error} roots={[text]} />,
    project: (
      <ProjectContent
        project={p}
        sessions={soil(projects[0]!.sessions, text).map((row) => ({ ...row, archived_at: null }))}
        archived
        now={NOW}
        rename={{ name: text, error: { field: "name", message: text } }}
      />
    ),
    project_removal: <ProjectRemovalContent project={p} sessions={2} running={1} />,
    review: soiledReview(text),
    session_new: (
      <NewSessionContent
        projects={soil(projects, text)}
        values={{ project_id: "p1", kind: "chat", title: text, text }}
        error={{ field: "text", message: text }}
        client_id={text}
      />
    ),
    request: <RequestContent request={soil(aPermission(), text)} now={NOW} refused={{ message: text, values: {} }} />,
    question: (
      <RequestContent
        request={soil(twoQuestions(), text)}
        now={NOW}
        refused={{ message: text, values: { t0: text } }}
      />
    ),
    requests: <RequestCards requests={soil([aReadAccess(), ...endedRequests()], text)} now={NOW} />,
    session_edit: (
      <SessionEditContent
        session={s}
        project={p}
        grants={soil(GRANTS, text)}
        rename={{ title: text, error: { field: null, message: text } }}
      />
    ),
    session_removal: <SessionRemovalContent session={s} chats={1} messages={1} running={1} changes={1} />,
    mcp_server: (
      <McpServerContent
        server={soil(mcpServers[2]!, text)}
        complaints={text}
        values={{ command: text, env: text }}
        now={NOW}
        refused={{ values: { command: text, env: text }, error: { field: "command", message: text } }}
      />
    ),
    settings: (
      <SettingsContent
        endpoints={[soil(local, text)]}
        providers={soil(providers, text)}
        providers_problem={text}
        personas={soil(listedPersonas, text)}
        skills={soil(listedSkills, text)}
        mcp={{ servers: soil(mcpServers, text), problem: text }}
        tokens={soil(tokens, text)}
        look={{ theme: "dark", density: "dense", font_size: "normal" }}
        runs={{ default_model: text, fast_model: text, steps: 1, tool_calls: 1, ask_minutes: 0 }}
        terminals={{ ...TERMINAL_DEFAULTS, terminal_shell: text, terminal_env: text, terminal_targets: text }}
        searxng_url={text}
        rules={soil(RULES, text)}
        most={{ steps: 200, tool_calls: 200, ask_minutes: 10080 }}
        about={{ version: text, facts: [{ label: text, value: text }] }}
        now={NOW}
        made={{ label: text, token: text }}
        refused={{
          mcp: { values: { name: text, command: text, env: text }, error: { field: "name", message: text } },
          endpoint: { values: { url: text, label: text }, error: { field: "url", message: text } },
          token: { label: text, error: { field: "label", message: text } },
          provider: {
            values: { id: text, label: text, command: text, env: text, way: text },
            error: { field: "command", message: text },
          },
        }}
      />
    ),
    skill: <SkillContent skill={soil({ ...aSkill(), body: text, resources: [text] }, text)} />,
    persona: (
      <>
        <PersonaPick chat={soil(aChat(), text)} personas={soil(personaPicks, text)} />
        <PersonaList chat={soil(aChat(), text)} personas={soil(personaPicks, text)} />
      </>
    ),
    slash: <SlashOptions commands={soil(slashCommands, text)} chat_id="c1" />,
    kept: (
      <KeptContent
        project={soil({ id: "p", name: text, path: text, created_at: new Date(NOW), is_git: true } as never, text)}
        providers={[soil(providers[1]!, text)]}
        provider={text}
        kept={{
          provider: text,
          label: text,
          can: { list: true, load: true },
          conversations: [{ id: text, title: text, cwd: text, updated_at: new Date(NOW), chat_id: null }],
        }}
        problem={text}
        now={NOW}
      />
    ),
    diagnostic: (
      <DiagnosticContent
        found={{
          provider: soil(providers[1]!, text),
          steps: soil(probeSteps, text),
          stderr: text,
          command: text,
          looked_for: [text],
          other_way: null,
          file_error: text,
        }}
        now={NOW}
      />
    ),
  };
  const framed = Object.entries(contents).map(([name, content]) => [
    name,
    <Page frame={base} title={text}>
      {content}
    </Page>,
  ]);
  return {
    ...Object.fromEntries(framed),
    login: (
      <BarePage frame={base} title={text}>
        <LoginContent host={text} error={text} next={text} />
      </BarePage>
    ),
    onboarding: (
      <BarePage frame={base} title={text}>
        <OnboardingContent
          checks={soil(checks, text)}
          facts={soil(facts, text)}
          checked_at={new Date(NOW)}
          took_ms={1}
          projects={0}
          endpoint={{ values: { url: text, label: text }, error: { field: "url", message: text } }}
        />
      </BarePage>
    ),
    note: <ErrorNote message={text} passing />,
    directories: <DirectoryOptions paths={[text]} />,
  } as Record<string, string>;
}

describe.each(Object.entries(pages(EVIL)))("%s", (name, html) => {
  const doc = parse(html);

  test("nothing of the hostile text is markup, and all of it is shown", () => {
    expect(all(doc, "evil-tag, [data-evil]")).toHaveLength(0);
    expect(all(doc, "script:not([src])")).toHaveLength(0);
    expect(attributeNames(doc).filter((n) => n.startsWith("on"))).toEqual([]);
    const shown =
      name === "directories" ? doc.querySelector("option")?.getAttribute("value") : doc.documentElement.textContent;
    expect(shown).toContain(EVIL);
  });
});

/** Any characters, and much of what HTML reads as something else. */
const typedText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom("&lt;", "&amp;", "&copy", "&#34;", '"', "'", "<b>", "</textarea>", "&"),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(""));

test("what was typed comes back character by character", () => {
  fc.assert(
    fc.property(typedText, (typed) => {
      const doc = parse(
        String(
          <NewSessionContent
            projects={projects}
            values={{ project_id: "p2", kind: "chat", title: typed, text: typed }}
          />,
        ),
      );
      // What no HTML document can hold as it is: NUL, and line ends other than a newline.
      if (/[\0\r]/.test(typed)) return;
      expect(doc.getElementById("session-title")?.getAttribute("value")).toBe(typed);
      expect(doc.querySelector("option[selected]")?.getAttribute("value")).toBe("p2");
    }),
    { numRuns: 60 },
  );
  const doc = parse(
    String(
      <NewSessionContent
        projects={projects}
        values={{ project_id: null, kind: "chat", title: "", text: "\n\n  two lines" }}
      />,
    ),
  );
  expect(
    String(
      <NewSessionContent projects={projects} values={{ project_id: null, kind: "chat", title: "", text: "\n a" }} />,
    ),
  ).toContain(">\n\n a</textarea>");
  expect(doc.querySelector("textarea")).not.toBeNull();
});
