/** Which providers there are, and what is known of each: data, providers.json and the last snapshot, put together. */
import { realpath, stat } from "node:fs/promises";
import type { Db } from "../../db/sql.ts";
import { FALLBACK_MODES, PROMPT } from "../../domain/fallback.ts";
import {
  type AgentFacts,
  formatOf,
  NO_FACTS,
  type OwnWay,
  type ProbeStep,
  type Provider,
  type ProviderSpec,
} from "../../domain/provider.ts";
import { BUILTIN_PROVIDERS } from "../../domain/provider-list.ts";
import { NATIVE_PROVIDER } from "../../domain/run.ts";
import { joinCommand } from "../../lib/command-line.ts";
import { notFound } from "../../lib/errors.ts";
import { findProviderRow, listProviderRows, type ProviderRow } from "../../store/providers.ts";
import type { Core } from "../core.ts";
import { resolveEnv } from "../env-refs.ts";
import { type ProviderEntry, readProvidersFile } from "./file.ts";

export type RegistryCore = Pick<Core, "config" | "sql">;

export interface KnownSpec extends ProviderSpec {
  enabled: boolean;
  /** It is started by a command of one's own, and not as it is built in. */
  own_command?: boolean;
}

/** Built-in agents in their order, then those of the file. The native loop is not among them. */
export async function providerSpecs(core: Pick<Core, "config">): Promise<{ specs: KnownSpec[]; error: string | null }> {
  const { entries, error } = await readProvidersFile(core.config.home);
  const own = new Map(entries.map((entry) => [entry.id, entry]));
  const builtin = BUILTIN_PROVIDERS.map((spec) => overlaid(spec, own.get(spec.id)));
  const known = new Set(BUILTIN_PROVIDERS.map((spec) => spec.id));
  const further = entries.filter((entry) => !known.has(entry.id) && entry.id !== NATIVE_PROVIDER).flatMap(ofFile);
  return { specs: [...builtin, ...further], error };
}

export async function findSpec(core: Pick<Core, "config">, id: string): Promise<KnownSpec | null> {
  return (await providerSpecs(core)).specs.find((spec) => spec.id === id) ?? null;
}

function overlaid(spec: ProviderSpec, entry: ProviderEntry | undefined): KnownSpec {
  if (!entry) return { ...spec, enabled: true };
  return {
    ...spec,
    ...spoken(spec, entry),
    label: entry.label ?? spec.label,
    program: entry.command?.[0] ?? spec.program,
    env: { ...spec.env, ...entry.env },
    enabled: entry.enabled ?? true,
    own_command: entry.command !== undefined,
  };
}

/** By the protocol unless something else is said; then by the command of the entry, else by the one that is built in. */
function spoken(spec: ProviderSpec, { command, way = "acp" }: ProviderEntry): Pick<ProviderSpec, "acp" | "fallback"> {
  if (way === "acp") return { acp: command ? [command] : spec.acp, fallback: spec.fallback };
  const format = formatOf(way);
  if (command)
    return { acp: [], fallback: format ? { way: "json", argv: command, format } : { way: "terminal", argv: command } };
  const { fallback } = spec;
  if (fallback && (format ? fallback.format === format : fallback.way === "terminal")) return { acp: [], fallback };
  // Every one of them takes a message on its command line and shows what it does.
  return format ? spec : { acp: [], fallback: { way: "terminal", argv: [spec.program, PROMPT] } };
}

const NOTHING_SPOKEN = { acp: [], fallback: null, program: "" } as unknown as ProviderSpec;

function ofFile(entry: ProviderEntry): KnownSpec[] {
  if (!entry.command) return [];
  return [
    {
      id: entry.id,
      label: entry.label ?? entry.id,
      source: "file",
      ...spoken(NOTHING_SPOKEN, entry),
      program: entry.command[0]!,
      modes: [],
      our_modes: {},
      install: "",
      login: null,
      env: entry.env ?? {},
      passes: [],
      enabled: entry.enabled ?? true,
    },
  ];
}

/** How a provider would be started now; null when nothing of it is on the PATH. */
export interface Found {
  way: "acp" | "json" | "terminal";
  argv: readonly string[];
  /** Real path of the program. */
  binary: string;
}

/** Costs a look into the directories of PATH and no process: pages may ask. */
export function findProgram(spec: ProviderSpec): Found | null {
  const path = spec.env.PATH && !spec.env.PATH.includes("{env:") ? spec.env.PATH : process.env.PATH;
  const which = (program: string) => Bun.which(program, path === undefined ? {} : { PATH: path });
  for (const argv of spec.acp) {
    const binary = which(argv[0]!);
    if (binary) return { way: "acp", argv, binary };
  }
  const { fallback } = spec;
  const binary = fallback ? which(fallback.argv[0]!) : null;
  return fallback && binary ? { way: fallback.way, argv: fallback.argv, binary } : null;
}

/**
 * How a built-in agent could be run instead, with what is installed: without the protocol, or by it again. Null where there
 * is no other way, or the command is one's own.
 */
export function otherWay(spec: KnownSpec): OwnWay | null {
  const found = findProgram(spec);
  const builtin = BUILTIN_PROVIDERS.find(({ id }) => id === spec.id);
  if (!found || !builtin || spec.own_command) return null;
  if (found.way !== "acp") return findProgram({ ...spec, acp: builtin.acp, fallback: null }) ? "acp" : null;
  const without = findProgram({ ...spec, acp: [] });
  if (!without) return null;
  return without.way === "terminal" ? "terminal" : (`json-${spec.fallback!.format!}` as OwnWay);
}

/** Changes when another program stands in its place. */
export async function stampOf(binary: string): Promise<string> {
  const real = await realpath(binary).catch(() => binary);
  const stats = await stat(real).catch(() => null);
  return `${real} ${stats?.size ?? 0} ${stats?.mtimeMs ?? 0}`;
}

/** The native loop first. Never waits for an agent: what is shown is what is on disk and in the snapshot. */
export async function listProviders(core: RegistryCore, db: Db = core.sql): Promise<Provider[]> {
  const [{ specs }, rows] = await Promise.all([providerSpecs(core), listProviderRows(db)]);
  return [NATIVE, ...specs.map((spec) => asProvider(spec, rows.find((row) => row.id === spec.id) ?? null))];
}

export async function findProvider(core: RegistryCore, id: string, db: Db = core.sql): Promise<Provider | null> {
  if (id === NATIVE_PROVIDER) return NATIVE;
  const spec = await findSpec(core, id);
  return spec ? asProvider(spec, await findProviderRow(db, id)) : null;
}

export interface Diagnostic {
  provider: Provider;
  steps: ProbeStep[];
  stderr: string;
  /** What would be started, and with which variables; values stay here. */
  command: string;
  looked_for: string[];
  file_error: string | null;
  /** Another way to run it that is there. */
  other_way: OwnWay | null;
}

/** What is known of one provider's state, for the page that says what is wrong. */
export async function diagnose(core: RegistryCore, id: string): Promise<Diagnostic> {
  const { specs, error } = await providerSpecs(core);
  const spec = specs.find((s) => s.id === id);
  if (!spec) throw notFound("provider");
  const row = await findProviderRow(core.sql, id);
  const programs = [...spec.acp, ...(spec.fallback ? [spec.fallback.argv] : [])].map((argv) => argv[0]!);
  return {
    provider: asProvider(spec, row),
    steps: row?.steps ?? [],
    stderr: row?.stderr ?? "",
    command: joinCommand(findProgram(spec)?.argv ?? spec.acp[0] ?? []),
    looked_for: [...new Set(programs)],
    file_error: error,
    other_way: otherWay(spec),
  };
}

function asProvider(spec: KnownSpec, row: ProviderRow | null): Provider {
  const found = findProgram(spec);
  const facts = factsOf(spec, found, row);
  const base = {
    id: spec.id,
    label: spec.label,
    source: spec.source,
    enabled: spec.enabled,
    command: joinCommand(found?.argv ?? spec.acp[0] ?? []),
    env: Object.keys(spec.env),
    ...facts,
    checked_at: row?.checked_at ?? null,
    probed_at: row?.probed_at ?? null,
    probe_ms: row?.probe_ms ?? null,
  };
  if (!found) {
    const programs = [...new Set([...spec.acp.map((argv) => argv[0]!), spec.program])].join(" or ");
    const error = `Not installed: there is no ${programs} on the server's PATH.`;
    const hint = spec.install || null;
    return { ...base, way: null, state: "unavailable", error, hint, binary: null, version: null };
  }
  return {
    ...base,
    way: found.way,
    // A snapshot of before it was removed and installed again says nothing.
    state: row?.state === "unavailable" ? "unknown" : (row?.state ?? "unknown"),
    error: row?.error ?? null,
    hint: row?.hint ?? null,
    binary: found.binary,
    version: row?.version ?? null,
  };
}

/** What a conversation by the protocol told says nothing of a program that is run without it. */
function factsOf(spec: KnownSpec, found: Found | null, row: ProviderRow | null): AgentFacts {
  if (found && found.way !== "acp") return { ...NO_FACTS, modes: [...fallbackModes(spec)] };
  const facts = { ...NO_FACTS, modes: [...spec.modes], ...row?.facts };
  return facts.modes.length === 0 ? { ...facts, modes: [...spec.modes] } : facts;
}

/** It can only plan where an argument says so: there is nobody who would refuse what it does. */
const fallbackModes = ({ fallback }: ProviderSpec) =>
  FALLBACK_MODES.filter((mode) => mode.id !== "plan" || fallback?.modes?.plan !== undefined);

const NATIVE: Provider = {
  id: NATIVE_PROVIDER,
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

/** Environment and passed-on names for a start; throws unavailable for a variable that is not set. */
export const startEnv = (spec: ProviderSpec) => ({ env: resolveEnv(spec.env), passes: spec.passes });
