/** The frame and the simple pages' data, for tests and for looking at. */
import type { EndpointCheck } from "../../src/domain/endpoint.ts";
import type { AccessToken } from "../../src/domain/identity.ts";
import type { Desk, NavProject, NavSession, RunRow, Status } from "../../src/domain/nav.ts";
import type { Frame } from "../../src/domain/page.ts";
import type { OnboardingFact } from "../../views/onboarding/onboarding.tsx";
import { ago, aProgress, aRun, NOW } from "./chat-fixtures.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const aSession = (
  id: string,
  project_id: string,
  title: string,
  status: Status,
  age_ms: number,
): NavSession => ({
  id,
  project_id,
  title,
  status,
  active_at: ago(age_ms),
});

export const projects: NavProject[] = [
  {
    id: "p1",
    name: "relay",
    path: "/srv/code/relay",
    total: 11,
    sessions: [
      aSession("s9", "p1", "Lease-based claims", "needs", 2 * MINUTE),
      aSession("s1", "p1", "Double deliveries after restart", "running", 1000),
      aSession("s2", "p1", "Rate limit the public API", "done", 2 * HOUR),
      aSession("s3", "p1", "Dead-letter table and replay", "idle", DAY),
      aSession("s4", "p1", "Upgrade to Fastify 5", "stopped", 3 * DAY),
    ],
  },
  {
    id: "p2",
    name: "fieldnotes",
    path: "/srv/code/fieldnotes",
    total: 2,
    sessions: [
      aSession("s5", "p2", "Search index without a server", "running", 14_000),
      aSession("s6", "p2", "RSS drops code blocks", "failed", 5 * HOUR),
    ],
  },
  {
    id: "p3",
    name: "meterd",
    path: "/srv/code/meterd",
    total: 1,
    sessions: [aSession("s7", "p3", "MQTT reconnect storm", "queued", 3000)],
  },
  { id: "p4", name: "dotfiles", path: "/home/me/dotfiles", total: 0, sessions: [] },
];

const row = (
  id: string,
  title: string,
  project_name: string,
  over: Partial<RunRow["run"]>,
  progress: RunRow["progress"],
): RunRow => ({
  run: aRun({ id, chat_id: `c-${id}`, state: "running", started_at: ago(MINUTE), ended_at: null, ...over }),
  session_title: title,
  chat_title: title,
  project_name,
  progress,
});

export const running: RunRow[] = [
  row("r1", "Double deliveries after restart", "relay", {}, aProgress()),
  row(
    "r2",
    "Search index without a server",
    "fieldnotes",
    { model: "unsloth/gpt-oss-20b.Q4_K_M.gguf" },
    aProgress({ phase: "loading", percent: 63, tokens_out: 0, tokens_per_s: null, last_byte_at: NOW - 3000 }),
  ),
  row(
    "r3",
    "tmux 3.5 status line",
    "dotfiles",
    {},
    aProgress({ phase: "tools", detail: "grep", tokens_per_s: null, last_byte_at: NOW - 250_000 }),
  ),
  row(
    "r4",
    "MQTT reconnect storm",
    "meterd",
    { state: "queued", started_at: null, created_at: ago(40_000) },
    aProgress({ phase: "queued", queue_position: 2, last_byte_at: NOW - 40_000 }),
  ),
];

export const desk: Desk = {
  needs: [
    {
      kind: "continue",
      request: null,
      run: aRun({ id: "n1", chat_id: "c9", state: "limited", reason: "tool_cap", tool_calls: 100 }),
      title: "Lease-based claims",
      who: "qwen3-coder-30b in relay",
      since: ago(2 * MINUTE),
    },
    {
      kind: "failed",
      request: null,
      run: aRun({
        id: "n2",
        chat_id: "c8",
        state: "failed",
        reason: "endpoint",
        error: "the endpoint closed the stream",
      }),
      title: "Throughput notes",
      who: "devstral-24b in fieldnotes",
      since: ago(31 * MINUTE),
    },
  ],
  running,
  recent: [
    { session: projects[0]!.sessions[2]!, project_name: "relay", note: "12 messages, 3,180 tokens out" },
    {
      session: projects[1]!.sessions[1]!,
      project_name: "fieldnotes",
      note: "llama-swap closed the stream at 3,102 tokens; text kept",
    },
    { session: projects[0]!.sessions[3]!, project_name: "relay", note: "4 messages, 812 tokens out" },
    { session: projects[0]!.sessions[4]!, project_name: "relay", note: "nothing asked yet" },
  ],
  total_sessions: 14,
};
export const emptyDesk: Desk = { needs: [], running: [], recent: [], total_sessions: 0 };

export const aFrame = (over: Partial<Frame> = {}): Frame => ({
  nav: { projects, running, needs: desk.needs.length },
  stream: null,
  asset: (name) => `/assets/${name}`,
  who: null,
  can_sign_out: false,
  now: NOW,
  path: "/",
  ...over,
});

export const checks: EndpointCheck[] = [
  { label: "llama-swap", url: "http://127.0.0.1:8080/v1/models", ok: false, note: "connection refused" },
  { label: "Ollama", url: "http://127.0.0.1:11434/v1/models", ok: false, note: "connection refused" },
  { label: "LM Studio", url: "http://127.0.0.1:1234/v1/models", ok: false, note: "answered 401" },
];
export const facts: OnboardingFact[] = [
  { label: "Postgres 18.4", detail: "embedded", ok: true, note: "schema current" },
  { label: "git, ripgrep, tmux", detail: "2.43, 14.1, 3.4", ok: true, note: "found on PATH" },
  { label: "Projects", detail: "/home/me", ok: null, note: "none added yet" },
];
export const tokens: AccessToken[] = [
  { id: "t1", label: "laptop", created_at: ago(12 * DAY), last_used_at: ago(3 * MINUTE), revoked_at: null },
  { id: "t2", label: "ci", created_at: ago(40 * DAY), last_used_at: null, revoked_at: ago(2 * DAY) },
];
