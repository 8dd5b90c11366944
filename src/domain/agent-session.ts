import type { AgentCommand } from "./provider.ts";

/** The provider-side conversation of a chat: unique for (chat, provider), with what was picked for it. */
export interface AgentSession {
  id: string;
  chat_id: string;
  provider: string;
  /** Its name on the agent's side; null until it is opened. */
  agent_id: string | null;
  cwd: string | null;
  /** Picked by a human; null takes what the agent begins with. */
  mode: string | null;
  model: string | null;
  thinking: string | null;
  /** What the agent said it has. */
  current: { mode?: string | null; model?: string | null; thinking?: string | null };
  commands: AgentCommand[];
  /** Position of the last answer that this agent wrote or was told of. */
  told_position: number;
  /** Where it runs, of one without a protocol. */
  terminal_id: string | null;
  created_at: Date;
  used_at: Date;
}
