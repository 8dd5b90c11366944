/** Calls of outside agents, as evidence of who wrote what in a worktree that several share. */
import type { Db } from "../db/sql.ts";
import type { ToolMeta } from "../domain/message.ts";
import { NATIVE_PROVIDER, type Run } from "../domain/run.ts";

export interface AgentCall {
  part_id: string;
  meta: ToolMeta;
  run: Pick<Run, "id" | "chat_id" | "session_id" | "provider" | "model">;
}

/** Calls of this run and of those of its session that went on beside it, newest first. */
export function callsBeside(db: Db, run: Pick<Run, "id" | "session_id">, limit: number): Promise<AgentCall[]> {
  return db<AgentCall[]>`
    select p.id as part_id, p.meta,
      json_build_object('id', r.id, 'chat_id', r.chat_id, 'session_id', r.session_id, 'provider', r.provider,
        'model', r.model) as run
    from runs r join parts p on p.message_id = r.answer_id and p.kind = 'tool'
    where r.session_id = ${run.session_id} and r.provider <> ${NATIVE_PROVIDER}
      and (r.id = ${run.id} or (r.started_at is not null
        and (r.ended_at is null or r.ended_at >= (select started_at from runs where id = ${run.id}))))
    order by p.opened_at desc, p.id desc limit ${limit}`;
}
