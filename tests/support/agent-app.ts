/** A program with the scripted agent as provider "fake", and a coder's chat that uses it. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type SettledRun, type TestApp, testApp } from "./app.ts";
import { fakeAgentCommand } from "./fake-agent.ts";
import { type TempDir, type TempRepo, tempDir } from "./repo.ts";

export interface AgentApp extends AsyncDisposable {
  boo: TestApp;
  home: TempDir;
  project: string;
  session: string;
  chat: string;
  /** Sends a message to the scripted agent; what it takes is in scripts/fake-agent/directives.ts. */
  ask(text: string, more?: Record<string, unknown>): ReturnType<TestApp["ask"]>;
  /** The same, to its end. In mode "auto" unless said otherwise: nothing is asked. */
  run(text: string, more?: Record<string, unknown>): Promise<SettledRun>;
  /** Where the session's worktree is. */
  worktree(): string;
}

export async function agentApp(
  options: {
    repo?: TempRepo;
    files?: Record<string, string>;
    agent?: string[];
    env?: Record<string, string>;
    llm?: { url: string };
    /** A data directory that outlives the program. */
    home?: TempDir;
  } = {},
): Promise<AgentApp> {
  const home = options.home ?? (await tempDir());
  const { repo, files, llm } = options;
  const boo = await testApp({
    env: { BOOCODE_HOME: home.root, ...options.env },
    ...(repo && { repo }),
    ...(files && { files }),
    ...(llm && { llm }),
  });
  await boo.repo.git("config", "user.name", "Ada").catch(() => {});
  await boo.repo.git("config", "user.email", "ada@example.org").catch(() => {});
  const command = fakeAgentCommand("--home", join(home.root, "kept"), ...(options.agent ?? [])).join(" ");
  await boo.send("POST", "/providers", { id: "fake", command });
  const { project } = await boo.chat();
  const made = await boo.send<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project}/sessions`,
    { kind: "coder" },
  );
  const session = made.session.id;
  const chat = made.chat.id;
  const ask: AgentApp["ask"] = (text, more = {}) => boo.ask(chat, text, { provider: "fake", ...more });
  const directory = join(home.root, "worktrees");
  return {
    ...{ boo, home, project, session, chat, ask },
    async run(text, more = {}) {
      const { run } = await ask(text, { mode: "auto", ...more });
      return boo.settled(run.id, session);
    },
    worktree: () => join(directory, readdirSync(directory).find((name) => name.includes(session))!),
    async [Symbol.asyncDispose]() {
      await boo[Symbol.asyncDispose]();
      if (!options.home) await home[Symbol.asyncDispose]();
    },
  };
}
