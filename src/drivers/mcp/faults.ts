/** What went wrong with a server, as a sentence that names it. */
import { ellipsis } from "../../lib/text.ts";
import { visibleText } from "../../lib/visible.ts";
import { Refusal } from "../refusal.ts";

const SAID_CHARS = 400;
/** Of the SDK and JSON-RPC. */
const TIMED_OUT = -32001;
const CLOSED = -32000;

/** `why` says how the conversation ended, where that is what happened. */
export function faultOf(label: string, error: unknown, why: () => string): Refusal {
  if (error instanceof Refusal) return error.message.startsWith(label) ? error : named(label, error);
  const code = codeOf(error);
  const said = ellipsis(visibleText(error instanceof Error ? error.message : String(error)), SAID_CHARS);
  if (code === TIMED_OUT)
    return new Refusal("unavailable", "no answer in time", `${label} gave no answer in time.`, { cause: error });
  if (code === CLOSED) return new Refusal("unavailable", "it ended", why(), { cause: error });
  if (code === 404)
    return new Refusal("unavailable", "not there", `${label}: there is no MCP server at this address (404).`, {
      cause: error,
    });
  if (code === 405 || code === 406 || code === 415)
    return new Refusal(
      "unavailable",
      "not streamable HTTP",
      `${label} does not speak streamable HTTP (${code}); servers with the old SSE transport cannot be used.`,
      { cause: error },
    );
  if (
    /ECONNREFUSED|ECONNRESET|ConnectionRefused|ConnectionClosed|socket connection was closed|Unable to connect|ENOTFOUND|getaddrinfo/i.test(
      `${codeName(error)} ${said}`,
    )
  )
    return new Refusal("unavailable", "cannot be reached", `${label} cannot be reached.`, { cause: error });
  return new Refusal("unavailable", "it refused", `${label}: ${said.replace(/^MCP error -?\d+: /, "")}`, {
    cause: error,
  });
}

const named = (label: string, error: Refusal) =>
  new Refusal(error.code, error.note, `${label}: ${error.message}`, { cause: error.cause ?? error });

function codeOf(error: unknown): number | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "number" ? code : null;
}
function codeName(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** The server forgot our conversation: it was started again. The request was not executed. */
export function isForgotten(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  // 404 is what the protocol says; many servers answer 400 and name the session.
  const said = cause instanceof Error ? cause.message : "";
  return codeOf(cause) === 404 || (codeOf(cause) === 400 && /session/i.test(said));
}
