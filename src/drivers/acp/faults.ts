/** What went wrong with an agent, as a sentence for a person. */
import { Refusal } from "../refusal.ts";

/** JSON-RPC codes of the protocol. */
const AUTH_REQUIRED = -32000;
const NOT_FOUND = -32002;
const METHOD_NOT_FOUND = -32601;
const SAID_CHARS = 400;

/** The agent wants its user to sign in; `login` is how. */
export class SignedOut extends Refusal {
  constructor(label: string, said: string) {
    super("unavailable", "signed out", `${label} wants you to sign in${said ? `: ${said}` : ""}.`);
  }
}

/** The agent answered a request with an error. `code` is JSON-RPC's, or whatever the agent sent. */
export class AgentError extends Refusal {
  constructor(
    label: string,
    readonly agent_code: number,
    said: string,
  ) {
    super("unavailable", "agent error", `${label} answered: ${said}`);
  }
}

interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}
const isRpcError = (error: unknown): error is RpcError =>
  typeof error === "object" && error !== null && typeof (error as RpcError).code === "number" && "message" in error;

/** An error of a request as one of ours; what is no answer of the agent comes back as it is. */
export function faultOf(label: string, error: unknown): unknown {
  if (!isRpcError(error) || error instanceof Refusal) return error;
  const said = saidBy(error);
  // gemini answers with HTTP's number instead of the protocol's.
  if (error.code === AUTH_REQUIRED || error.code === 401) return new SignedOut(label, said);
  return new AgentError(label, error.code, said);
}

export const isMissing = (error: unknown): boolean =>
  error instanceof AgentError && (error.agent_code === METHOD_NOT_FOUND || error.agent_code === NOT_FOUND);

/** The message, and what the data adds to it. */
function saidBy({ message, data }: RpcError): string {
  const detail = typeof data === "object" && data !== null ? data : {};
  const more = [
    (detail as { details?: unknown }).details,
    (detail as { message?: unknown }).message,
    (detail as { errorKind?: unknown }).errorKind,
  ].find((value): value is string => typeof value === "string" && value !== "" && !message.includes(value));
  const text = more ? `${message} (${more})` : message;
  return text.replace(/\s+/g, " ").trim().slice(0, SAID_CHARS).replace(/\.$/, "");
}

/** Last thing a program complained about: what stands nearest to its end and is no frame of a stack. */
export function lastWords(stderr: string): string | null {
  const lines = stderr
    .split("\n")
    .map((line) => line.replace(ESCAPES, "").trim())
    .filter((line) => line !== "" && !/^(at |\^|node:|Node\.js v|Bun v)/.test(line));
  return lines.at(-1)?.slice(0, SAID_CHARS) ?? null;
}
/** Colours and movements of a terminal. */
const ESCAPES = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** Programs that do not know our flag, or want a person, say so in their own ways. */
export function looksLikeLogin(text: string): boolean {
  return /\b(log ?in|sign ?in|authenticat|not logged|api key|credentials)\b/i.test(text);
}
