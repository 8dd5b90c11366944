/**
 * Probes. Tier 1 asks the program for its version whenever another one stands in its place; tier 2 opens a conversation
 * that nobody will have, to learn modes, models and commands: when a human asks, or the last look is a day old. Both
 * happen behind everything else.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DESK } from "../../domain/event.ts";
import type { AgentCommand, AgentFacts, ProbeStep } from "../../domain/provider.ts";
import { type AcpAgent, connectAgent } from "../../drivers/acp/connection.ts";
import { SignedOut } from "../../drivers/acp/faults.ts";
import { closeSession, newSession } from "../../drivers/acp/session.ts";
import type { AgentState } from "../../drivers/acp/state.ts";
import { translate } from "../../drivers/acp/translate.ts";
import type { AgentProcess } from "../../drivers/agents/agent-process.ts";
import { runCommand } from "../../drivers/proc.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import {
  beginProbe,
  endProbe,
  findProviderRow,
  forgetProbing,
  listProviderRows,
  type ProbeResult,
  setBinary,
} from "../../store/providers.ts";
import { type Core, type Emit, transact } from "../core.ts";
import { type Found, findProgram, findSpec, type KnownSpec, providerSpecs, stampOf, startEnv } from "./registry.ts";

/** Markers of probes begin so: they have a deadline of their own. */
export const PROBE = "probe-";

const VERSION_TIMEOUT_MS = 15_000;
const VERSION_OUTPUT_BYTES = 20_000;
const PROBE_TIMEOUT_MS = 60_000;
/** Agents announce their commands a moment after the conversation is open. */
const COMMANDS_WAIT_MS = 1_500;
/** A snapshot older than this is made again when somebody picks the provider. */
export const STALE_MS = 24 * 3_600_000;
/** Agents take some hundred megabytes each: they are probed one after another. */
const LANE = "providers:probe";
const VERSION_LANE = "providers:version";

export type ProbeCore = Pick<Core, "config" | "sql" | "log" | "journal" | "lanes" | "instance" | "stopping">;

export class Probes {
  private readonly stopping = new AbortController();

  constructor(private readonly core: ProbeCore) {}

  /** Tier 1 of everything that is there, behind the start. */
  async start(): Promise<void> {
    await transact(this.core, forgetProbing);
    this.look();
  }

  /** Asks for versions of programs that were not there before, or are others now. Returns at once. */
  look(): void {
    void this.core.lanes
      .run(VERSION_LANE, () => this.lookNow())
      .catch((error) => this.core.log.warn("providers.look_failed", { reason: messageOf(error) }));
  }

  /** Tier 2 of these providers, one after another; those marked as probing when it resolves. */
  async ask(ids: readonly string[]): Promise<void> {
    const begun: string[] = [];
    for (const id of ids) {
      const spec = await findSpec(this.core, id);
      if (!spec || !findProgram(spec)) continue;
      const marked = await transact(this.core, async (tx, emit) => {
        const first = await beginProbe(tx, id);
        if (first) changed(emit, id);
        return first;
      });
      if (marked) begun.push(id);
    }
    for (const id of begun) this.enqueue(id);
  }

  /** Tier 2 unless what is known is of today. Returns at once. */
  async askIfStale(id: string): Promise<void> {
    const row = await findProviderRow(this.core.sql, id);
    if (row?.probed_at && Date.now() - row.probed_at.getTime() < STALE_MS) return;
    await this.ask([id]);
  }

  close(): void {
    this.stopping.abort();
  }

  private async lookNow(): Promise<void> {
    const [{ specs }, rows] = await Promise.all([providerSpecs(this.core), listProviderRows(this.core.sql)]);
    for (const spec of specs) {
      const found = findProgram(spec);
      if (!found || this.stopping.signal.aborted) continue;
      const stamp = await stampOf(found.binary);
      if (rows.find((row) => row.id === spec.id)?.binary_stamp === stamp) continue;
      const version = await versionOf(spec, found, this.stopping.signal);
      await transact(this.core, async (tx, emit) => {
        await setBinary(tx, spec.id, { binary_path: found.binary, binary_stamp: stamp, version });
        changed(emit, spec.id);
      });
    }
  }

  private enqueue(id: string): void {
    void this.core.lanes
      .run(LANE, async () => {
        const result = await this.probe(id);
        await transact(this.core, async (tx, emit) => {
          await endProbe(tx, id, result);
          changed(emit, id);
        });
      })
      .catch((error) => this.core.log.warn("providers.probe_failed", { provider: id, reason: messageOf(error) }));
  }

  private async probe(id: string): Promise<ProbeResult> {
    const spec = await findSpec(this.core, id);
    const found = spec ? findProgram(spec) : null;
    if (!spec || !found || this.core.stopping) return { ...BLANK, state: "unknown" };
    if (found.way !== "acp") return fallbackResult(spec, found);
    const directory = await mkdtemp(join(tmpdir(), "boo-probe-"));
    try {
      return await probeAgent(this.core, spec, found, directory, this.stopping.signal);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

const changed = (emit: Emit, provider_id: string): void =>
  emit({ topic: DESK, kind: "provider.changed", payload: { provider_id } });

const BLANK = { error: null, hint: null, way: null, facts: {}, version: null, steps: [], stderr: "", probe_ms: 0 };

function fallbackResult(spec: KnownSpec, found: Found): ProbeResult {
  const missing = [...new Set(spec.acp.map((argv) => argv[0]!))].join(" or ");
  const why = missing ? `${missing} is not installed: it` : "It";
  const detail = `${why} is run ${found.way === "json" ? "with its JSON stream" : "in a terminal"}, without permissions`;
  return {
    ...BLANK,
    state: "ready",
    way: found.way,
    hint: missing ? spec.install : null,
    steps: [{ name: "protocol", result: "skipped", detail, ms: null }],
  };
}

/** A program of one's own may be a runtime with a script: its version says nothing, and the agent is asked instead. */
async function versionOf(spec: KnownSpec, found: Found, signal: AbortSignal): Promise<string | null> {
  if (spec.source === "file") return null;
  try {
    const { stdout, stderr } = await runCommand({
      argv: [Bun.which(spec.program) ?? found.binary, "--version"],
      cwd: "/",
      timeout_ms: VERSION_TIMEOUT_MS,
      stdout_limit_bytes: VERSION_OUTPUT_BYTES,
      signal,
    });
    return /\d+(?:\.\d+)+[\w.-]*/.exec(stdout || stderr)?.[0]?.slice(0, 40) ?? null;
  } catch {
    return null;
  }
}

/** The conversation that nobody will have, step by step. */
async function probeAgent(
  core: ProbeCore,
  spec: KnownSpec,
  found: Found,
  cwd: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const began = performance.now();
  const steps: ProbeStep[] = [];
  const heard: { commands: AgentCommand[] | null } = { commands: null };
  let child: AgentProcess | null = null;
  let agent: AcpAgent | null = null;
  const done = (rest: Partial<ProbeResult>): ProbeResult => ({
    ...BLANK,
    state: "ready",
    way: "acp",
    steps,
    stderr: storable(child?.stderr() ?? ""),
    probe_ms: Math.round(performance.now() - began),
    ...rest,
  });
  const stop = () => void child?.end("now");
  signal.addEventListener("abort", stop, { once: true });
  try {
    agent = await stepOf(steps, "initialize", () =>
      connectAgent({
        label: spec.label,
        line: { argv: found.argv, cwd, ...startEnv(spec), marker: `${core.instance}:${PROBE}${newId()}` },
        client: { permission: async () => ({ outcome: { outcome: "cancelled" } }) },
        update: (params) => {
          const event = translate(params)?.event;
          if (event?.kind === "commands") heard.commands = event.commands;
        },
        started: (process) => {
          child = process;
        },
        timeout_ms: PROBE_TIMEOUT_MS,
      }),
    );
    const open = agent;
    const session = await stepOf(steps, "session/new", () => newSession(open, cwd, signal));
    await until(() => heard.commands !== null, COMMANDS_WAIT_MS);
    await closeSession(open, session.id);
    const facts = factsOf(open, session.state, heard.commands ?? []);
    steps.push({ name: "offers", result: "ok", detail: inWords(facts), ms: null });
    return done({ facts, ...(spec.source === "file" && { version: open.version?.slice(0, 40) ?? null }) });
  } catch (error) {
    const facts = agent ? { logins: agent.logins } : {};
    if (error instanceof SignedOut) return done({ state: "error", error: error.message, hint: spec.login, facts });
    return done({ state: "error", error: error instanceof AppError ? error.message : messageOf(error) });
  } finally {
    signal.removeEventListener("abort", stop);
    await agent?.end();
  }
}

export function factsOf(agent: AcpAgent, state: AgentState, commands: AgentCommand[]): AgentFacts {
  return {
    modes: state.mode.choices,
    models: state.model.choices,
    thinking: state.thinking.choices,
    commands,
    features: agent.features,
    logins: agent.logins,
    default_mode: state.mode.current,
    default_model: state.model.current,
    default_thinking: state.thinking.current,
  };
}

function inWords(facts: AgentFacts): string {
  const { modes, models, thinking, commands, features } = facts;
  const can = (["load", "resume", "list"] as const).filter((name) => features[name]);
  return [
    `${modes.length} modes`,
    `${models.length} models`,
    `${thinking.length} levels of thinking`,
    `${commands.length} commands`,
    can.length > 0 ? `conversations: ${can.join(", ")}` : "conversations are not kept",
  ].join(", ");
}

async function stepOf<T>(steps: ProbeStep[], name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const ms = () => Math.round(performance.now() - began);
  try {
    const result = await work();
    steps.push({ name, result: "ok", detail: "", ms: ms() });
    return result;
  } catch (error) {
    steps.push({ name, result: "failed", detail: messageOf(error), ms: ms() });
    throw error;
  }
}

async function until(look: () => boolean, ms: number): Promise<void> {
  for (const end = performance.now() + ms; !look() && performance.now() < end; ) await Bun.sleep(20);
}
