import type { Db, Tx } from "../db/sql.ts";
import type { PlanEntry } from "../domain/agent-event.ts";
import type { AgentSession } from "../domain/agent-session.ts";

const columns = (db: Db) => db`
  id, chat_id, provider, agent_id, cwd, mode, model, thinking, current, commands, told_position, terminal_id, created_at, used_at`;

export async function findAgentSession(db: Db, chatId: string, provider: string): Promise<AgentSession | null> {
  const [row] = await db<AgentSession[]>`
    select ${columns(db)} from agent_sessions where chat_id = ${chatId} and provider = ${provider}`;
  return row ?? null;
}

/** Which of these conversations of an agent are chats here, by the conversation's name. */
export async function chatsOfConversations(
  db: Db,
  provider: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db<{ agent_id: string; chat_id: string }[]>`
    select agent_id, chat_id from agent_sessions where provider = ${provider} and agent_id = any(${[...ids]})`;
  return new Map(rows.map((row) => [row.agent_id, row.chat_id]));
}

export type AgentPicks = Partial<Pick<AgentSession, "mode" | "model" | "thinking">>;

/** What a human picks stays with (chat, provider); a field that is not given stays. */
export async function pickForAgent(
  tx: Tx,
  id: string,
  chatId: string,
  provider: string,
  picks: AgentPicks,
): Promise<void> {
  const row = { id, chat_id: chatId, provider, ...picks };
  await tx`
    insert into agent_sessions ${tx(row as never)}
    on conflict (chat_id, provider) do update set used_at = now()
      ${"mode" in picks ? tx`, mode = excluded.mode` : tx``}
      ${"model" in picks ? tx`, model = excluded.model` : tx``}
      ${"thinking" in picks ? tx`, thinking = excluded.thinking` : tx``}`;
}

/** The conversation on the agent's side, and what it has now. */
export async function setAgentSession(
  tx: Tx,
  chatId: string,
  provider: string,
  facts: Partial<Pick<AgentSession, "agent_id" | "cwd" | "current" | "commands" | "told_position" | "terminal_id">>,
): Promise<void> {
  const { current, commands, ...plain } = facts;
  const row = {
    ...plain,
    ...(current && { current: tx.json(current as never) }),
    ...(commands && { commands: tx.json(commands as never) }),
  };
  await tx`
    update agent_sessions set ${tx({ ...row, used_at: new Date() } as never)}
    where chat_id = ${chatId} and provider = ${provider}`;
}

export async function writePlan(tx: Tx, runId: string, chatId: string, entries: readonly PlanEntry[]): Promise<void> {
  await tx`
    insert into plans (run_id, chat_id, entries) values (${runId}, ${chatId}, ${tx.json(entries as never)})
    on conflict (run_id) do update set entries = excluded.entries, changed_at = now()`;
}

/** The plan of the newest run of the chat; null when that run told none. */
export async function planOfChat(db: Db, chatId: string): Promise<PlanEntry[] | null> {
  const [row] = await db<{ entries: PlanEntry[] | null }[]>`
    select p.entries from runs r left join plans p on p.run_id = r.id
    where r.chat_id = ${chatId} and r.started_at is not null order by r.created_at desc, r.id desc limit 1`;
  return row?.entries && row.entries.length > 0 ? row.entries : null;
}

/** Whether the agent was told of messages that were put aside since it worked last: its conversation is another one then. */
export async function knowsPutAside(db: Db, chatId: string, provider: string, runId: string): Promise<boolean> {
  const [row] = await db<{ knows: boolean }[]>`
    select exists (
      select 1 from messages m where m.chat_id = ${chatId} and m.superseded_at > (
        select max(r.started_at) from runs r
        where r.chat_id = ${chatId} and r.provider = ${provider} and r.id <> ${runId})) as knows`;
  return row?.knows ?? false;
}
