/** Signing in to an agent: by the protocol where it can do that, else by its own program in a terminal of a session. */
import { homedir } from "node:os";
import type { AgentLogin } from "../../domain/provider.ts";
import type { TerminalNow } from "../../domain/terminal.ts";
import { authenticate } from "../../drivers/acp/session.ts";
import { agentEnvironment } from "../../drivers/agents/agent-process.ts";
import { splitCommand } from "../../lib/command-line.ts";
import { invalid, notFound, unavailable } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { findChat } from "../../store/chats.ts";
import { findProviderRow } from "../../store/providers.ts";
import type { Core } from "../core.ts";
import { openTerminal } from "../terminals/terminals.ts";
import { findProgram, findSpec, type KnownSpec, startEnv } from "./registry.ts";
import { visitAgent } from "./visit.ts";

export interface SignIn {
  provider: string;
  /** Id of one of the ways that it names; its usual command in a terminal by default. */
  method?: string | undefined;
  /** In whose session a terminal is opened. */
  chat_id?: string | undefined;
}

/** The terminal in which a person goes on; null when it is done, or the agent did it itself. */
export async function signIn(core: Core, input: SignIn): Promise<TerminalNow | null> {
  const spec = await findSpec(core, input.provider);
  if (!spec) throw notFound(`provider "${input.provider}"`);
  const login = input.method === undefined ? null : await loginOf(core, spec, input.method);
  if (login?.by !== "agent") return inTerminal(core, spec, login, input.chat_id);
  await visitAgent(core, spec.id, homedir(), ({ agent, signal }) => authenticate(agent, login.id, signal));
  await core.probes.ask([spec.id]);
  return null;
}

async function loginOf(core: Core, spec: KnownSpec, id: string): Promise<AgentLogin> {
  const logins = (await findProviderRow(core.sql, spec.id))?.facts.logins ?? [];
  const found = logins.find((login) => login.id === id);
  if (found) return found;
  const there = logins.map((login) => login.id).join(", ");
  throw invalid(
    `${spec.label} has no way "${id}" to sign in. ${there ? `There are: ${there}.` : "It named none."}`,
    "method",
  );
}

async function inTerminal(
  core: Core,
  spec: KnownSpec,
  login: AgentLogin | null,
  chatId: string | undefined,
): Promise<TerminalNow> {
  const argv = argvOf(spec, login);
  const chat = chatId === undefined ? null : await findChat(core.sql, chatId);
  if (!chat)
    throw invalid(`It signs in in a terminal, and a terminal belongs to a session: say in which chat.`, "chat_id");
  const { TERM, BOOCODE_AGENT, ...env } = agentEnvironment({ ...startEnv(spec), marker: newId() });
  void [TERM, BOOCODE_AGENT];
  return openTerminal(core, { session_id: chat.session_id, name: `Sign in: ${spec.label}`, argv, env });
}

function argvOf(spec: KnownSpec, login: AgentLogin | null): string[] {
  const found = findProgram(spec);
  if (!found) throw unavailable(`${spec.label} is not installed${spec.install ? `: ${spec.install}` : "."}`);
  if (login) return [...found.argv, ...login.args];
  const words = spec.login ? splitCommand(spec.login) : null;
  if (!words) throw unavailable(`It is not known how to sign in to ${spec.label}. Its own documentation has it.`);
  return words;
}
