/** A provider: who executes a run. Built-in ones are data (provider-list.ts), others come from providers.json. */

export type ProviderState = "unknown" | "probing" | "ready" | "unavailable" | "error";
/** How a provider is spoken to: our own loop, the agent client protocol, a JSON stream, or a terminal one types into. */
export type ProviderWay = "native" | "acp" | "json" | "terminal";
export type ProviderSource = "native" | "builtin" | "file";

/** One choice that an agent offers: a mode, a model, a level of thinking. */
export interface AgentChoice {
  id: string;
  name: string;
  description: string | null;
}
export interface AgentCommand {
  name: string;
  description: string;
  /** What to write after it, as the agent puts it. */
  hint: string | null;
}
/** What the agent said it can do; false until it was asked. */
export interface AgentFeatures {
  load: boolean;
  resume: boolean;
  list: boolean;
  close: boolean;
  images: boolean;
  embedded: boolean;
}
export const NO_FEATURES: AgentFeatures = {
  load: false,
  resume: false,
  list: false,
  close: false,
  images: false,
  embedded: false,
};

/** A way to sign in that an agent names. */
export interface AgentLogin {
  id: string;
  name: string;
  description: string | null;
  /** It does that itself when it is asked by the protocol; else its program is run in a terminal, with `args`. */
  by: "agent" | "terminal";
  args: string[];
}

/** What a probe, or a real conversation, learned of an agent. */
export interface AgentFacts {
  modes: AgentChoice[];
  models: AgentChoice[];
  thinking: AgentChoice[];
  commands: AgentCommand[];
  features: AgentFeatures;
  logins: AgentLogin[];
  /** What a fresh conversation begins with. */
  default_mode: string | null;
  default_model: string | null;
  default_thinking: string | null;
}
export const NO_FACTS: AgentFacts = {
  modes: [],
  models: [],
  thinking: [],
  commands: [],
  features: NO_FEATURES,
  logins: [],
  default_mode: null,
  default_model: null,
  default_thinking: null,
};

/** One line of a diagnosis. */
export interface ProbeStep {
  name: string;
  result: "ok" | "failed" | "skipped";
  detail: string;
  ms: number | null;
}

export interface Provider extends AgentFacts {
  id: string;
  label: string;
  source: ProviderSource;
  enabled: boolean;
  /** As it would be typed; empty for the native loop. */
  command: string;
  /** Names of the variables it is given; values stay on the server. */
  env: string[];
  /** Null until it was found. */
  way: ProviderWay | null;
  state: ProviderState;
  /** A sentence, and what to do about it. */
  error: string | null;
  hint: string | null;
  binary: string | null;
  version: string | null;
  /** When binary and version were looked at, and when a conversation was opened for the last time. */
  checked_at: Date | null;
  probed_at: Date | null;
  probe_ms: number | null;
}

/** JSON streams that we read: Claude Code's (which cursor and qwen write, too), Codex', Gemini's. */
const STREAM_FORMATS = ["claude", "codex", "gemini"] as const;
export type StreamFormat = (typeof STREAM_FORMATS)[number];

/** How a command of one's own is spoken to, as providers.json and the page name it. */
export const OWN_WAYS = ["acp", "terminal", "json-claude", "json-codex", "json-gemini"] as const;
export type OwnWay = (typeof OWN_WAYS)[number];

export const formatOf = (way: OwnWay): StreamFormat | null => STREAM_FORMATS.find((f) => way === `json-${f}`) ?? null;

/**
 * How to have an agent without its protocol: a command line for one message. `{prompt}` stands for the message; without it
 * the message is its standard input (a JSON stream) or is typed in (a terminal). `{options}` is where `modes` and `model` go.
 */
export interface FallbackSpec {
  way: "json" | "terminal";
  argv: readonly string[];
  /** Which JSON stream it writes. */
  format?: StreamFormat;
  /** Goes on with an earlier conversation, `{session}`. */
  resume?: readonly string[];
  /** Arguments that stand for our modes: it asks nobody, so they say what it may do by itself. */
  modes?: Partial<Record<"plan" | "ask" | "bypass", readonly string[]>>;
  /** Arguments for a model, `{model}`. */
  model?: readonly string[];
}

/** What is known of a provider without running it. */
export interface ProviderSpec {
  id: string;
  label: string;
  source: Exclude<ProviderSource, "native">;
  /** Speaks the agent client protocol on standard input and output. Several: the first that is installed. */
  acp: readonly (readonly string[])[];
  fallback: FallbackSpec | null;
  /** The program people know it by; asked for its version. */
  program: string;
  /** Modes that are known before a probe. */
  modes: readonly AgentChoice[];
  /** Which of its modes stand for ours. */
  our_modes: Partial<Record<"plan" | "ask" | "bypass", string>>;
  install: string;
  login: string | null;
  /** Set for every start; a value may be `{env:NAME}`. */
  env: Readonly<Record<string, string>>;
  /** Variables of the server's own environment that it may see, if they are set. */
  passes: readonly string[];
  /** Its conversations cannot be gone on with in another directory. */
  stays?: boolean;
  /** False for one that gets on better when it reads and writes files by itself. */
  client_fs?: boolean;
}

export const PROVIDER_ID = /^[a-z][a-z0-9-]{0,39}$/;
