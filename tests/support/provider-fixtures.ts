/** Providers in every state, for views. */
import { NO_FACTS, type ProbeStep, type Provider } from "../../src/domain/provider.ts";
import { ago } from "./chat-fixtures.ts";

const choice = (id: string, name = id) => ({ id, name, description: null });
const base: Provider = {
  id: "boocode",
  label: "BooCode",
  source: "native",
  enabled: true,
  command: "",
  env: [],
  way: "native",
  state: "ready",
  error: null,
  hint: null,
  binary: null,
  version: null,
  checked_at: null,
  probed_at: null,
  probe_ms: null,
  ...NO_FACTS,
};
const agent = (id: string, over: Partial<Provider>): Provider => ({
  ...base,
  id,
  label: id,
  source: "builtin",
  command: `${id} --acp`,
  way: "acp",
  binary: `/usr/local/bin/${id}`,
  version: "1.2.3",
  state: "unknown",
  checked_at: ago(60_000),
  ...over,
});

export const providers: Provider[] = [
  base,
  agent("claude", {
    label: "Claude Code",
    command: "claude-agent-acp",
    state: "ready",
    probed_at: ago(3_600_000),
    probe_ms: 3100,
    modes: [choice("default", "Ask"), choice("plan", "Plan")],
    models: [choice("sonnet"), choice("opus")],
    thinking: [choice("low"), choice("high")],
    commands: [{ name: "review", description: "Look at the changes", hint: "what" }],
    features: { load: true, resume: true, list: true, close: true, images: true, embedded: true },
    default_mode: "default",
    default_model: "sonnet",
  }),
  agent("opencode", { state: "probing" }),
  agent("goose", {
    state: "unavailable",
    way: null,
    binary: null,
    version: null,
    error: "Not installed: there is no goose on the server's PATH.",
    hint: "see its installer",
  }),
  agent("copilot", {
    state: "error",
    error: "GitHub Copilot wants you to sign in.",
    hint: "copilot login",
    probed_at: ago(5_000),
    probe_ms: 412,
  }),
  agent("codex", { state: "ready", way: "json", probed_at: ago(9_000) }),
  agent("house-agent", {
    source: "file",
    enabled: false,
    command: "deno run -A /srv/agent.ts --acp",
    env: ["LOCAL_KEY"],
  }),
];

export const probeSteps: ProbeStep[] = [
  { name: "initialize", result: "ok", detail: "", ms: 412 },
  { name: "session/new", result: "failed", detail: "wants you to sign in", ms: 20 },
];
