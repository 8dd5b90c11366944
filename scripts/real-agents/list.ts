/** Real coding agents as they were tried: versions, how each is started, and how it is pointed at a model server of ours. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface RealAgent {
  /** Of the provider that it is. */
  id: string;
  packages: Record<string, string>;
  /** Below its directory; what has to be there. */
  entry: string;
  /** Behind the entry, which a runtime runs unless it is a program. */
  args: string[];
  binary?: true;
  /** `home` is the agent's own, `url` the model server without /v1. Files that it needs are written. */
  setUp(home: string, url: string): Record<string, string>;
  /** A directive that has its model write this file. */
  write(path: string, text: string): string;
  /** It cannot take up a conversation in which something was stopped. */
  forgets?: true;
}

const call = (name: string, args: unknown) => `[[tool:${name} ${JSON.stringify(args)}]]`;
const platform = `${process.platform}-${process.arch}`;

function put(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

const homeOf = (home: string) => ({
  HOME: home,
  XDG_CONFIG_HOME: join(home, ".config"),
  XDG_DATA_HOME: join(home, ".local/share"),
  XDG_STATE_HOME: join(home, ".local/state"),
  XDG_CACHE_HOME: join(home, ".cache"),
});

const QUIET = {
  general: { disableAutoUpdate: true, disableUpdateNag: true, enableAutoUpdate: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
};

const opencode: RealAgent = {
  id: "opencode",
  packages: { [`opencode-${platform}`]: "1.18.33" },
  entry: `node_modules/opencode-${platform}/bin/opencode`,
  args: ["acp"],
  binary: true,
  setUp: (home, url) => ({
    ...homeOf(home),
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_CONFIG_CONTENT: JSON.stringify({
      model: "fake/fake-model",
      small_model: "fake/fake-mini",
      share: "disabled",
      autoupdate: false,
      permission: { edit: "ask", bash: "ask" },
      provider: {
        fake: {
          npm: "@ai-sdk/openai-compatible",
          name: "Fake",
          options: { baseURL: `${url}/v1`, apiKey: "sk-fake" },
          models: { "fake-model": { name: "Fake", tool_call: true }, "fake-mini": { name: "Mini" } },
        },
      },
    }),
  }),
  write: (filePath, content) => call("write", { filePath, content }),
};

const claude: RealAgent = {
  id: "claude",
  packages: { "@agentclientprotocol/claude-agent-acp": "0.101.0" },
  entry: "node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js",
  args: [],
  setUp: (home, url) => ({
    ...homeOf(home),
    CLAUDE_CONFIG_DIR: join(home, ".claude"),
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "sk-ant-fake-key-for-loopback",
    ANTHROPIC_MODEL: "claude-sonnet-4-5",
    ANTHROPIC_SMALL_FAST_MODEL: "claude-haiku-4-5",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_ERROR_REPORTING: "1",
  }),
  write: (file_path, content) => call("Write", { file_path, content }),
};

const codex: RealAgent = {
  id: "codex",
  packages: { "@agentclientprotocol/codex-acp": "2.6.0" },
  entry: "node_modules/@agentclientprotocol/codex-acp/dist/index.js",
  args: [],
  setUp: (home, url) => {
    const config = join(home, ".codex");
    put(
      join(config, "config.toml"),
      `model = "fake-model"\nmodel_provider = "fake"\napproval_policy = "on-request"\nsandbox_mode = "read-only"\ncheck_for_update_on_startup = false\n[analytics]\nenabled = false\n[model_providers.fake]\nname = "Fake"\nbase_url = "${url}/v1"\nenv_key = "FAKE_API_KEY"\nwire_api = "responses"\nrequest_max_retries = 1\nstream_max_retries = 1\n`,
    );
    return { ...homeOf(home), CODEX_HOME: config, FAKE_API_KEY: "sk-fake", INITIAL_AGENT_MODE: "read-only" };
  },
  write: (path, text) => {
    const command = `printf '${text.replaceAll("\n", "\\n")}' > ${path}`;
    const escalated = { sandbox_permissions: "require_escalated", justification: "write the file" };
    return call("exec_command|shell_command|shell", { cmd: command, command, ...escalated });
  },
};

const qwen: RealAgent = {
  id: "qwen",
  packages: { "@qwen-code/qwen-code": "0.24.4" },
  entry: "node_modules/@qwen-code/qwen-code/cli.js",
  args: ["--acp"],
  setUp: (home, url) => {
    const settings = { security: { auth: { selectedType: "openai" } }, tools: { approvalMode: "default" } };
    put(join(home, ".qwen/settings.json"), { ...QUIET, ...settings, model: { name: "fake-model" } });
    return { ...homeOf(home), OPENAI_API_KEY: "sk-fake", OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: "fake-model" };
  },
  write: (file_path, content) => call("write_file", { file_path, content }),
};

const gemini: RealAgent = {
  id: "gemini",
  packages: { "@google/gemini-cli": "0.61.0" },
  entry: "node_modules/@google/gemini-cli/bundle/gemini.js",
  args: ["--acp"],
  setUp: (home, url) => {
    const security = { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } };
    put(join(home, ".gemini/settings.json"), { ...QUIET, security });
    return {
      ...homeOf(home),
      GEMINI_API_KEY: "fake-key",
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_MODEL: "gemini-2.5-pro",
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    };
  },
  write: (file_path, content) => call("write_file", { file_path, content }),
  forgets: true,
};

const copilot: RealAgent = {
  id: "copilot",
  packages: { [`@github/copilot-${platform}`]: "1.0.102" },
  entry: `node_modules/@github/copilot-${platform}/copilot`,
  args: ["--acp"],
  binary: true,
  setUp: (home, url) => ({
    ...homeOf(home),
    COPILOT_OFFLINE: "true",
    COPILOT_PROVIDER_TYPE: "openai",
    COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
    COPILOT_PROVIDER_API_KEY: "sk-fake",
    COPILOT_MODEL: "fake-model",
    COPILOT_AUTO_UPDATE: "false",
  }),
  write: (path, file_text) => call("create", { path, file_text }),
};

export const REAL_AGENTS: readonly RealAgent[] = [opencode, claude, codex, qwen, gemini, copilot];

/** Its command line once it is installed in `directory`. */
export function commandLine(agent: RealAgent, directory: string): string[] {
  const entry = join(directory, agent.entry);
  return agent.binary ? [entry, ...agent.args] : [process.execPath, entry, ...agent.args];
}
