/** The agents that BooCode knows, as data. Adding one: docs/adding-a-provider.md. */
import type { AgentChoice, ProviderSpec } from "./provider.ts";

const mode = (id: string, name: string, description: string | null = null): AgentChoice => ({ id, name, description });
const COPILOT = "https://agentclientprotocol.com/protocol/session-modes#";

const CLAUDE_JSON = ["claude", "-p", "--output-format", "stream-json", "--verbose", "--include-partial-messages"];
const permit = (mode: string) => ["--permission-mode", mode];

type Builtin = Omit<ProviderSpec, "source" | "env" | "fallback"> & Partial<Pick<ProviderSpec, "env" | "fallback">>;

const LIST: readonly Builtin[] = [
  {
    id: "claude",
    label: "Claude Code",
    program: "claude",
    acp: [["claude-agent-acp"], ["claude-code-acp"]],
    fallback: {
      way: "json",
      format: "claude",
      argv: [...CLAUDE_JSON, "{options}"],
      resume: [...CLAUDE_JSON, "{options}", "--resume", "{session}"],
      // What it edits waits for review; commands it would have to ask for are refused to it.
      modes: { plan: permit("plan"), ask: permit("acceptEdits"), bypass: permit("acceptEdits") },
      model: ["--model", "{model}"],
    },
    modes: [mode("default", "Ask"), mode("acceptEdits", "Accept edits"), mode("plan", "Plan")],
    our_modes: { plan: "plan", ask: "default", bypass: "acceptEdits" },
    install: "npm install -g @anthropic-ai/claude-code @agentclientprotocol/claude-agent-acp",
    login: "claude",
    passes: [
      "ANTHROPIC_API_KEY",
      "ANTHROPIC_BASE_URL",
      "ANTHROPIC_MODEL",
      "CLAUDE_CONFIG_DIR",
      "CLAUDE_CODE_OAUTH_TOKEN",
    ],
  },
  {
    id: "opencode",
    label: "opencode",
    program: "opencode",
    acp: [["opencode", "acp"]],
    fallback: { way: "terminal", argv: ["opencode", "run", "{options}", "{prompt}"], model: ["-m", "{model}"] },
    modes: [mode("build", "Build"), mode("plan", "Plan")],
    our_modes: { plan: "plan", ask: "build", bypass: "build" },
    install: "npm install -g opencode-ai",
    login: "opencode auth login",
    // Loaded elsewhere it waits for ever at its first call (1.18.33).
    stays: true,
    passes: ["OPENCODE_CONFIG", "OPENCODE_CONFIG_CONTENT", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"],
  },
  {
    id: "goose",
    label: "Goose",
    program: "goose",
    acp: [["goose", "acp"]],
    fallback: { way: "terminal", argv: ["goose", "run", "-t", "{prompt}"] },
    modes: [
      mode("auto", "Auto"),
      mode("approve", "Approve"),
      mode("smart_approve", "Smart approve"),
      mode("chat", "Chat"),
    ],
    our_modes: { plan: "chat", ask: "approve", bypass: "auto" },
    install: "see block.github.io/goose for its installer",
    login: "goose configure",
    passes: ["GOOSE_PROVIDER", "GOOSE_MODEL", "OPENAI_API_KEY", "OPENAI_HOST", "ANTHROPIC_API_KEY"],
  },
  {
    id: "qwen",
    label: "Qwen Code",
    program: "qwen",
    acp: [
      ["qwen", "--acp"],
      ["qwen", "--experimental-acp"],
    ],
    fallback: {
      way: "json",
      format: "claude",
      argv: ["qwen", "--output-format", "stream-json", "{options}"],
      modes: {
        plan: ["--approval-mode", "plan"],
        ask: ["--approval-mode", "auto-edit"],
        bypass: ["--approval-mode", "auto-edit"],
      },
      model: ["-m", "{model}"],
    },
    modes: [mode("plan", "Plan"), mode("default", "Ask"), mode("auto-edit", "Auto edit"), mode("yolo", "YOLO")],
    our_modes: { plan: "plan", ask: "default", bypass: "auto-edit" },
    install: "npm install -g @qwen-code/qwen-code",
    login: "qwen",
    passes: ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"],
  },
  {
    id: "copilot",
    label: "GitHub Copilot",
    program: "copilot",
    acp: [["copilot", "--acp"]],
    fallback: {
      way: "terminal",
      argv: ["copilot", "{options}", "-p", "{prompt}"],
      modes: { plan: [], ask: ["--allow-tool", "write"], bypass: ["--allow-tool", "write"] },
      model: ["--model", "{model}"],
    },
    modes: [mode(`${COPILOT}agent`, "Agent"), mode(`${COPILOT}plan`, "Plan"), mode(`${COPILOT}autopilot`, "Autopilot")],
    our_modes: { plan: `${COPILOT}plan`, ask: `${COPILOT}agent`, bypass: `${COPILOT}autopilot` },
    install: "npm install -g @github/copilot",
    login: "copilot login",
    passes: ["GH_TOKEN", "GITHUB_TOKEN", "COPILOT_GITHUB_TOKEN"],
  },
  {
    id: "cursor",
    label: "Cursor",
    program: "cursor-agent",
    acp: [["cursor-agent", "acp"]],
    fallback: {
      way: "json",
      format: "claude",
      argv: ["cursor-agent", "-p", "--output-format", "stream-json", "{options}", "{prompt}"],
      resume: [
        "cursor-agent",
        "-p",
        "--output-format",
        "stream-json",
        "{options}",
        "--resume",
        "{session}",
        "{prompt}",
      ],
      modes: { plan: [], ask: ["--force"], bypass: ["--force"] },
      model: ["--model", "{model}"],
    },
    modes: [mode("agent", "Agent"), mode("plan", "Plan"), mode("ask", "Ask")],
    our_modes: { plan: "plan", ask: "agent", bypass: "agent" },
    install: "see cursor.com/cli for its installer",
    login: "cursor-agent login",
    passes: ["CURSOR_API_KEY"],
  },
  {
    id: "codex",
    label: "Codex",
    program: "codex",
    acp: [["codex-acp"]],
    fallback: {
      way: "json",
      format: "codex",
      argv: ["codex", "exec", "--json", "{options}", "-"],
      resume: ["codex", "exec", "--json", "{options}", "resume", "{session}", "-"],
      modes: { plan: ["-s", "read-only"], ask: ["-s", "workspace-write"], bypass: ["-s", "workspace-write"] },
      model: ["-m", "{model}"],
    },
    modes: [
      mode("read-only", "Read only"),
      mode("workspace-write", "Workspace"),
      mode("agent", "Agent"),
      mode("agent-full-access", "Full access"),
    ],
    our_modes: { plan: "read-only", ask: "workspace-write", bypass: "agent" },
    install: "npm install -g @openai/codex @agentclientprotocol/codex-acp",
    login: "codex login",
    passes: ["OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_HOME"],
    env: { NO_BROWSER: "1" },
  },
  {
    id: "gemini",
    label: "Gemini",
    program: "gemini",
    acp: [
      ["gemini", "--acp"],
      ["gemini", "--experimental-acp"],
    ],
    fallback: {
      way: "json",
      format: "gemini",
      argv: ["gemini", "--output-format", "stream-json", "{options}"],
      modes: {
        plan: ["--approval-mode", "plan"],
        ask: ["--approval-mode", "auto_edit"],
        bypass: ["--approval-mode", "auto_edit"],
      },
      model: ["-m", "{model}"],
    },
    modes: [mode("default", "Ask"), mode("autoEdit", "Auto edit"), mode("yolo", "YOLO"), mode("plan", "Plan")],
    our_modes: { plan: "plan", ask: "default", bypass: "autoEdit" },
    install: "npm install -g @google/gemini-cli",
    login: "gemini",
    passes: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_CLOUD_PROJECT"],
    client_fs: false,
  },
];

export const BUILTIN_PROVIDERS: readonly ProviderSpec[] = LIST.map((spec) => ({
  env: {},
  fallback: null,
  ...spec,
  source: "builtin",
}));

/** Further agents that speak the protocol, offered where one is added. */
export const CATALOGUE: readonly { id: string; label: string; command: string; install: string }[] = [
  { id: "kilo", label: "Kilo Code", command: "kilo acp", install: "npm install -g @kilocode/cli" },
  { id: "cline", label: "Cline", command: "cline --acp", install: "npm install -g cline" },
  { id: "pi", label: "Pi", command: "pi-acp", install: "npm install -g @earendil-works/pi-coding-agent pi-acp" },
  { id: "droid", label: "Droid", command: "droid exec --output-format acp", install: "npm install -g @factory/cli" },
  {
    id: "nanocoder",
    label: "Nanocoder",
    command: "nanocoder --acp",
    install: "npm install -g @nanocollective/nanocoder",
  },
  { id: "auggie", label: "Auggie", command: "auggie --acp", install: "npm install -g @augmentcode/auggie" },
];
