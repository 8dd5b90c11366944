/**
 * A chat's title by the small model, once, after its first answer. Only where a small model is set: asking the chat's own
 * model would push the chat out of a local server's prompt cache. A title that a human gave is never overwritten.
 */
import type { Run } from "../../domain/run.ts";
import { createOpenAi } from "../../drivers/llm/openai.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { ellipsis } from "../../lib/text.ts";
import { estimateTokens } from "../../lib/tokens.ts";
import { findChat, renameChat } from "../../store/chats.ts";
import { readParts } from "../../store/messages.ts";
import { countStarted, insertTitleCall } from "../../store/runs.ts";
import { findSession, renameSession } from "../../store/sessions.ts";
import { isSpent } from "../budgets.ts";
import { type Core, transact } from "../core.ts";
import { smallModel } from "../endpoints.ts";
import { emitChat, emitSession } from "../sessions.ts";
import { costOf } from "./cost.ts";
import { TITLE_CHARS, titleFrom } from "./start.ts";
import prompt from "./title.md" with { type: "text" };

const TIME_LIMIT_MS = 30_000;
/** What the small model gets to read. */
const QUESTION_CHARS = 3_000;
const ANSWER_CHARS = 1_500;
/** A model that writes more than this does not write a title. */
const REPLY_CHARS = 4_000;

/** In the background, on a lane of its own: at most one at a time. Failures leave the title as it is. */
export function titleLater(core: Core, run: Run): void {
  void core.lanes
    .run("titles", () => writeTitle(core, run))
    .catch((error) => core.log.warn("title.failed", { run_id: run.id, error }));
}

async function writeTitle(core: Core, run: Run): Promise<void> {
  if (core.stopping) return;
  const chat = await findChat(core.sql, run.chat_id);
  if (chat?.titled_by !== "auto" || (await countStarted(core.sql, chat.id)) !== 1) return;
  const using = await smallModel(core);
  if (!using || (await isSpent(core, run))) return;
  const question = await textOf(core, run.question_id);
  const title = await ask(core, run, using, question, await textOf(core, run.answer_id));
  if (title === "") return;
  await transact(core, async (tx, emit) => {
    const now = await findChat(tx, chat.id);
    // Not when somebody named it meanwhile, or sent what named it anew.
    if (now?.title !== chat.title) return;
    const named = await renameChat(tx, chat.id, title, "auto");
    if (named) emitChat(emit, named);
    const session = await findSession(tx, run.session_id);
    if (session?.titled_by !== "auto" || session.title !== titleFrom(question)) return;
    const renamed = await renameSession(tx, session.id, title, "auto");
    if (renamed) emitSession(emit, renamed);
  });
}

async function textOf(core: Core, messageId: string): Promise<string> {
  const parts = await readParts(core.sql, [messageId], 0);
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");
}

type Small = NonNullable<Awaited<ReturnType<typeof smallModel>>>;

async function ask(core: Core, run: Run, using: Small, question: string, answer: string): Promise<string> {
  const said = `Question:\n${ellipsis(question, QUESTION_CHARS)}\n\nAnswer:\n${ellipsis(answer, ANSWER_CHARS)}`;
  const signal = AbortSignal.any([core.closing, AbortSignal.timeout(TIME_LIMIT_MS)]);
  const began = performance.now();
  let reply = "";
  let usage = {
    tokens_in: null as number | null,
    tokens_out: null as number | null,
    tokens_cached: null as number | null,
  };
  const stream = createOpenAi(using.target).stream({
    model: using.model,
    messages: [
      { role: "system", content: prompt.trim() },
      { role: "user", content: said },
    ],
    tools: [],
    sampling: {},
    signal,
  });
  for await (const event of stream) {
    if (event.kind === "text") reply += event.text;
    if (event.kind === "usage") usage = { ...event };
    if (reply.length > REPLY_CHARS) break;
  }
  const estimated_in = estimateTokens(prompt) + estimateTokens(said);
  const tokens_out = usage.tokens_out ?? estimateTokens(reply);
  await insertTitleCall(core.sql, {
    id: newId(),
    run_id: run.id,
    endpoint_id: using.endpoint.id,
    model: using.model,
    tokens_in: usage.tokens_in,
    tokens_out,
    tokens_cached: usage.tokens_cached,
    estimated_in,
    tool_calls: 0,
    ttft_ms: null,
    duration_ms: Math.round(performance.now() - began),
    stop: "title",
    cost_usd: costOf(using.endpoint, using.model, usage.tokens_in ?? estimated_in, tokens_out),
  });
  return titleIn(reply);
}

/** The last line that says something: small models think aloud before it. */
function titleIn(reply: string): string {
  const lines = storable(reply.replace(/<think>[\s\S]*?(<\/think>|$)/g, "")).split("\n");
  const line = lines.map((l) => l.replace(/^[\s#*"'“„«]+|[\s*"'”“».]+$/g, "")).findLast((l) => /[\p{L}\p{N}]/u.test(l));
  return line ? ellipsis(line, TITLE_CHARS) : "";
}
