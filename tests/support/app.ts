/** The whole program on a fresh database and a free port: `await using boo = await testApp({ llm })`. */
import { type App, startApp } from "../../src/app.ts";
import { type Config, readConfig } from "../../src/config.ts";
import { Tmux } from "../../src/drivers/tmux/server.ts";
import type { WebReader } from "../../src/engine/web.ts";
import { createLog } from "../../src/lib/log.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { EventReader } from "./events.ts";
import { type TempRepo, tempRepo } from "./repo.ts";

export interface TestAppOptions {
  /** Base URL of the scripted model server; without it only the demo model is there. */
  llm?: { url: string };
  env?: Record<string, string>;
  files?: Record<string, string>;
  /** What web tools reach: local servers of the test. */
  web?: WebReader;
  /** An existing database and repository: the server starts again on what another one left. */
  database?: TestDatabase;
  repo?: TempRepo;
}

export interface TestApp extends AsyncDisposable {
  app: App;
  url: string;
  database: TestDatabase;
  repo: TempRepo;
  config: Config;
  /** JSON request; throws with the body when the status is not in the 200s. */
  get<T = never>(path: string): Promise<T>;
  send<T = never>(method: string, path: string, body?: unknown): Promise<T>;
  /** A project of `repo` with a session and its first chat. */
  chat(): Promise<{ project: string; session: string; chat: string }>;
  ask(
    chat: string,
    text: string,
    more?: Record<string, unknown>,
  ): Promise<{ message: { id: string }; run: { id: string } }>;
  /** Journal events of a session, from now or from `since`. */
  events(session: string, since?: number): Promise<EventReader>;
  /** Resolves with the run once it is settled. */
  settled(run: string, session: string): Promise<SettledRun>;
  /** Ends the server and leaves database and repository for the next one. */
  stop(): Promise<void>;
}

export interface SettledRun {
  id: string;
  state: string;
  reason: string | null;
  error: string | null;
  answer_id: string;
  [key: string]: unknown;
}

export const urlOf = (db: TestDatabase) =>
  `postgres://${db.target.user}@localhost/${db.target.database}?host=${encodeURIComponent(db.target.socket_dir)}`;

export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const repo = options.repo ?? (await tempRepo({ files: options.files ?? FILES }));
  const database = options.database ?? (await testDatabase());
  const config = readConfig({
    BOOCODE_HOME: repo.root,
    BOOCODE_PORT: "0",
    BOOCODE_DISCOVER: "off",
    BOOCODE_PROJECT_ROOTS: repo.root,
    DATABASE_URL: urlOf(database),
    ...(options.llm && { BOOCODE_LLM_URL: options.llm.url }),
    ...options.env,
  });
  const app = await startApp(config, {
    log: createLog((process.env.TEST_LOG as "debug") ?? "error"),
    ...(options.web && { web: options.web }),
  });
  const send = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(app.url + path, {
      method,
      headers: { accept: "application/json", ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : null) as T;
  };
  const get = <T>(path: string) => send<T>("GET", path);
  const events = (session: string, since?: number) =>
    EventReader.open(`${app.url}/stream?as=json&session=${session}${since === undefined ? "" : `&since=${since}`}`);
  let stopped = false;
  const stop = async () => {
    if (!stopped) await app.close();
    stopped = true;
  };
  return {
    app,
    url: app.url,
    database,
    repo,
    config,
    get,
    send,
    events,
    stop,
    async chat() {
      const { project } = await send<{ project: { id: string } }>("POST", "/projects", { path: repo.root }).catch(() =>
        listed(get),
      );
      const made = await send<{ session: { id: string }; chat: { id: string } }>(
        "POST",
        `/projects/${project.id}/sessions`,
        {},
      );
      return { project: project.id, session: made.session.id, chat: made.chat.id };
    },
    ask: (chat, text, more = {}) => send("POST", `/chats/${chat}/messages`, { text, ...more }),
    async settled(run, session) {
      await using reader = await events(session, 0);
      const now = await get<{ run: SettledRun & { ended_at: string | null } }>(`/runs/${run}`);
      if (now.run.ended_at) return now.run;
      await reader.find(
        (e) =>
          e.kind === "run.changed" &&
          e.payload.run_id === run &&
          !["queued", "running", "waiting"].includes(e.payload.state),
      );
      return (await get<{ run: SettledRun }>(`/runs/${run}`)).run;
    },
    async [Symbol.asyncDispose]() {
      await stop();
      // Terminals outlive their server by design; those of a test go with it.
      if (!options.repo && Tmux.wasUsed(config.home)) await new Tmux(config.home).killServer();
      if (!options.database) await database.drop();
      if (!options.repo) await repo[Symbol.asyncDispose]();
    },
  };
}

async function listed(get: <T>(path: string) => Promise<T>): Promise<{ project: { id: string } }> {
  const { projects } = await get<{ projects: { id: string }[] }>("/projects");
  return { project: projects[0]! };
}

const FILES = {
  "README.md": "# Relay\n\nDelivers webhooks.\n",
  "src/claim.ts": "export async function claimDue(limit = 50) {\n  return limit;\n}\n",
  "src/deliver.ts": 'import { claimDue } from "./claim.ts";\n\nawait claimDue();\n',
  ".env": "SECRET=hunter2\n",
};
