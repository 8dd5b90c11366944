/** Providers and what is known of them; part of RESOURCES. */
import { z } from "zod";
import type * as domain from "../../domain/provider.ts";
import { at, count, type Of } from "./wire.ts";

const choice = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
}) satisfies Of<domain.AgentChoice>;
const command = z.object({
  name: z.string(),
  description: z.string(),
  hint: z.string().nullable(),
}) satisfies Of<domain.AgentCommand>;
const features = z.object({
  load: z.boolean().describe("Takes up a conversation again and tells what was said."),
  resume: z.boolean().describe("Takes one up again in silence."),
  list: z.boolean().describe("Lists those it has on disk."),
  close: z.boolean(),
  images: z.boolean(),
  embedded: z.boolean(),
}) satisfies Of<domain.AgentFeatures>;

const provider = z.object({
  id: z.string(),
  label: z.string(),
  source: z.enum(["native", "builtin", "file"]).describe("`file`: from providers.json."),
  enabled: z.boolean(),
  command: z.string().describe("What is started, as it would be typed."),
  env: z.array(z.string()).describe("Names of variables that it is given."),
  way: z
    .enum(["native", "acp", "json", "terminal"])
    .nullable()
    .describe("How it is spoken to; null while it is not installed."),
  state: z.enum(["unknown", "probing", "ready", "unavailable", "error"]),
  error: z.string().nullable(),
  hint: z.string().nullable().describe("A command that would help: its installation, its login."),
  binary: z.string().nullable(),
  version: z.string().nullable(),
  modes: z.array(choice),
  models: z.array(choice),
  thinking: z.array(choice),
  commands: z.array(command),
  features,
  default_mode: z.string().nullable(),
  default_model: z.string().nullable(),
  default_thinking: z.string().nullable(),
  checked_at: at.nullable().describe("When its version was asked."),
  probed_at: at.nullable().describe("When a conversation was opened last."),
  probe_ms: count.nullable(),
}) satisfies Of<domain.Provider>;

const step = z.object({
  name: z.string(),
  result: z.enum(["ok", "failed", "skipped"]),
  detail: z.string(),
  ms: count.nullable(),
}) satisfies Of<domain.ProbeStep>;

export const PROVIDER_RESOURCES = {
  Provider: provider,
  ProbeStep: step,
} as const;
