/**
 * Every setting BooCode reads from its environment, declared once: `docs/operations.md`, `boocode config` and the
 * start read this table. A wrong value stops the start with the setting's name.
 */
import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

const list = z.string().transform((s) => s.split(/[,\s]+/).filter(Boolean));
const paths = z.string().transform((s, ctx) => {
  const all = s
    .split(/[:\n]+/)
    .filter(Boolean)
    .map(expandHome);
  const relative = all.find((p) => !isAbsolute(p));
  if (relative) ctx.addIssue({ code: "custom", message: `"${relative}" is not an absolute path` });
  return all;
});
const url = z.string().refine((s) => /^https?:\/\//.test(s) && URL.canParse(s), "must be an http or https URL");
const seconds = (min: number, max: number) => z.coerce.number().min(min).max(max);

interface Setting<T extends z.ZodType = z.ZodType> {
  env: string;
  type: T;
  default?: string;
  about: string;
  secret?: boolean;
}
const setting = <T extends z.ZodType>(
  env: string,
  type: T,
  about: string,
  rest: { default?: string; secret?: boolean } = {},
): Setting<T> => ({ env, type, about, ...rest });

export const SETTINGS = {
  home: setting(
    "BOOCODE_HOME",
    z.string().transform(expandHome).refine(isAbsolute, "must be an absolute path"),
    "Data directory: database, outputs, worktrees.",
    { default: "~/.boocode" },
  ),
  host: setting(
    "BOOCODE_HOST",
    z.string().min(1),
    "Address to listen on; anything but loopback needs BOOCODE_AUTH=token or proxy.",
    { default: "127.0.0.1" },
  ),
  port: setting("BOOCODE_PORT", z.coerce.number().int().min(0).max(65535), "Port to listen on; 0 takes a free one.", {
    default: "9500",
  }),
  socket: setting(
    "BOOCODE_SOCKET",
    z.string().refine(isAbsolute, "must be an absolute path"),
    "Listen on this unix socket instead of host and port, for a proxy on the same machine.",
  ),
  database_url: setting(
    "DATABASE_URL",
    z.string().regex(/^postgres(ql)?:\/\//, "must start with postgres://"),
    "A Postgres of your own; without it BooCode runs one in the data directory.",
    { secret: true },
  ),
  auth: setting(
    "BOOCODE_AUTH",
    z.enum(["loopback", "token", "proxy"]),
    "Who may call: loopback (this machine only), token, or proxy (a login proxy's Remote-User).",
    { default: "loopback" },
  ),
  allowed_hosts: setting(
    "BOOCODE_ALLOWED_HOSTS",
    list,
    "Host names beside localhost that requests may carry, separated by commas.",
  ),
  trusted_proxies: setting(
    "BOOCODE_TRUSTED_PROXIES",
    list,
    "Addresses or CIDR ranges whose Remote-User header is believed (proxy mode).",
  ),
  proxy_secret: setting(
    "BOOCODE_PROXY_SECRET",
    z.string().min(16, "must have 16 characters or more"),
    "Secret that the proxy sends as X-BooCode-Proxy-Secret (proxy mode over TCP).",
    { secret: true },
  ),
  project_roots: setting(
    "BOOCODE_PROJECT_ROOTS",
    paths,
    "Directories under which projects may be registered, separated by colons; your home by default.",
  ),
  llama_swap_url: setting("LLAMA_SWAP_URL", url, "Base URL of a llama-swap server."),
  llm_url: setting("BOOCODE_LLM_URL", url, "Base URL of any OpenAI-compatible endpoint."),
  llm_key: setting("BOOCODE_LLM_KEY", z.string().min(1), "API key for BOOCODE_LLM_URL.", { secret: true }),
  default_model: setting(
    "DEFAULT_MODEL",
    z.string().min(1),
    "Model for new chats; the endpoint's first model otherwise.",
  ),
  fast_model: setting(
    "FAST_MODEL",
    z.string().min(1),
    "Small model that names chats; without one a chat is named by its first message.",
  ),
  discover: setting(
    "BOOCODE_DISCOVER",
    z.enum(["on", "off"]),
    "Ask the usual local ports for model servers at start.",
    { default: "on" },
  ),
  stall_s: setting(
    "BOOCODE_STALL_S",
    seconds(0.1, 3600),
    "Seconds without a token, after the first, until a run fails as stalled.",
    { default: "90" },
  ),
  first_token_s: setting(
    "BOOCODE_FIRST_TOKEN_S",
    seconds(0.1, 86_400),
    "Seconds without any sign of life before the first token until a run fails.",
    { default: "900" },
  ),
  agents_max: setting(
    "BOOCODE_AGENTS_MAX",
    z.coerce.number().int().min(1).max(100),
    "Outside agents that live at a time; further runs wait in line. Each takes some hundred megabytes.",
    { default: "6" },
  ),
  agent_idle_s: setting(
    "BOOCODE_AGENT_IDLE_S",
    seconds(1, 86_400),
    "Seconds that an outside agent is kept warm after its last message, and an MCP server after its last call.",
    { default: "900" },
  ),
  agent_silence_s: setting(
    "BOOCODE_AGENT_SILENCE_S",
    seconds(1, 86_400),
    "Seconds without a sign of an outside agent until its run fails; waiting for a human does not count.",
    { default: "3600" },
  ),
  log_level: setting(
    "BOOCODE_LOG",
    z.enum(["debug", "info", "warn", "error"]),
    "How much goes to the log on standard error.",
    { default: "info" },
  ),
} satisfies Record<string, Setting>;

type Key = keyof typeof SETTINGS;
type Value<K extends Key> = z.output<(typeof SETTINGS)[K]["type"]>;
type Read = { [K in Key]: Value<K> | undefined };

/** Settings with a default are always there; the others may be undefined. */
export interface Config extends Read {
  home: string;
  host: string;
  port: number;
  auth: "loopback" | "token" | "proxy";
  allowed_hosts: string[];
  trusted_proxies: string[];
  project_roots: string[];
  discover: "on" | "off";
  stall_s: number;
  first_token_s: number;
  agents_max: number;
  agent_idle_s: number;
  agent_silence_s: number;
  log_level: "debug" | "info" | "warn" | "error";
}

export class ConfigError extends Error {}

/** Reads and checks all settings; throws ConfigError that names the first wrong one. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const read: Record<string, unknown> = {};
  for (const [key, s] of Object.entries(SETTINGS) as [Key, Setting][]) {
    const raw = env[s.env]?.trim() || s.default;
    if (raw === undefined) continue;
    const result = s.type.safeParse(raw);
    if (!result.success) {
      const shown = s.secret ? "" : ` (it is "${raw}")`;
      throw new ConfigError(`${s.env} is wrong${shown}: ${result.error.issues[0]?.message ?? "not a valid value"}`);
    }
    read[key] = result.data;
  }
  const config = { allowed_hosts: [], trusted_proxies: [], project_roots: [homedir()], ...read } as unknown as Config;
  checkTogether(config);
  return config;
}

function checkTogether(config: Config): void {
  if (config.auth === "loopback" && !config.socket && !LOOPBACK.has(config.host)) {
    throw new ConfigError(
      `BOOCODE_HOST is wrong (it is "${config.host}"): an address other than loopback needs BOOCODE_AUTH=token or BOOCODE_AUTH=proxy`,
    );
  }
  if (config.auth === "proxy" && !config.socket) {
    if (config.trusted_proxies.length === 0)
      throw new ConfigError("BOOCODE_TRUSTED_PROXIES is missing: BOOCODE_AUTH=proxy needs the proxy's address");
    if (!config.proxy_secret)
      throw new ConfigError(
        "BOOCODE_PROXY_SECRET is missing: BOOCODE_AUTH=proxy over TCP needs it (or use BOOCODE_SOCKET)",
      );
  }
}

function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? resolve(homedir(), path.slice(2)) : path;
}
