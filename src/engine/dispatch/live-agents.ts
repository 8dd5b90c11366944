/** What the pool holds: live agents with their conversations, and programs that run for one message. */
import type { AgentEvent } from "../../domain/agent-event.ts";
import type { AgentCommand } from "../../domain/provider.ts";
import type { ClientTerminals } from "../../drivers/acp/client-terminal.ts";
import type { AcpAgent } from "../../drivers/acp/connection.ts";
import type { AcpSession } from "../../drivers/acp/session.ts";
import { readState, withMode } from "../../drivers/acp/state.ts";
import { translate } from "../../drivers/acp/translate.ts";
import type { Usage } from "../../drivers/agents/process-table.ts";
import type { Outcome } from "./permission.ts";

/** Who hears an agent while a run uses it. */
export interface Listener {
  event(event: AgentEvent): void;
  ready(): Promise<void> | null;
  permission(params: unknown, signal: AbortSignal): Promise<Outcome>;
  output(terminalId: string, text: string): void;
}

/** One live process with its conversation. */
export interface Warm {
  key: string;
  chat_id: string;
  provider: string;
  process_id: string;
  cwd: string;
  agent: AcpAgent;
  session: AcpSession | null;
  commands: AgentCommand[];
  /** Dollars of the conversation so far, as the agent counts them. */
  cost_usd: number | null;
  listener: Listener | null;
  terminals: ClientTerminals;
  busy: boolean;
  idle: ReturnType<typeof setTimeout> | null;
  used_at: number;
  started_at: number;
  /** When it said something last, epoch ms; null while it said nothing. */
  heard_at: number | null;
}

/** A program that runs for one message and then is gone; it counts as the live ones do. */
export interface Guest {
  process_id: string;
  provider: string;
  chat_id: string;
  marker: string;
  pid: number | null;
  started_at: number;
}

export interface AgentProcessView {
  id: string;
  provider: string;
  chat_id: string;
  pid: number;
  busy: boolean;
  started_at: Date;
  /** When it said something last; null while it said nothing. */
  heard_at: Date | null;
  usage: Usage;
}

/** What concerns the conversation is kept here, so that it is known also between two runs; the rest goes to the run. */
export function hear(warm: Warm, params: unknown): void {
  const said = translate(params);
  if (!said || (warm.session !== null && said.session !== warm.session.id)) return;
  const { event } = said;
  if (event.kind === "commands") warm.commands = event.commands;
  if (warm.session && event.kind === "config") warm.session.state = readState(event.reply, warm.session.state);
  if (warm.session && event.kind === "mode") warm.session.state = withMode(warm.session.state, event.mode);
  warm.listener?.event(event);
}
