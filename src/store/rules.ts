import type { Db, Tx } from "../db/sql.ts";
import type { Rule } from "../domain/rule.ts";

const columns = (db: Db) => db`
  id, provider, project_id, tool_kind, subject, effect, request_id, created_at`;

export type RuleKey = Pick<Rule, "provider" | "project_id" | "tool_kind" | "subject">;

/** The newest answer counts: a rule for the same thing is replaced. */
export async function putRule(
  tx: Tx,
  r: RuleKey & { id: string; effect: Rule["effect"]; request_id: string },
): Promise<Rule> {
  const [row] = await tx<Rule[]>`
    insert into rules ${tx(r)} on conflict (provider, project_id, tool_kind, subject)
    do update set effect = excluded.effect, request_id = excluded.request_id, created_at = now()
    returning ${columns(tx)}`;
  return row!;
}

/** The rule for exactly this, if there is one. */
export async function matchRule(db: Db, k: RuleKey): Promise<Rule | null> {
  const [row] = await db<Rule[]>`
    select ${columns(db)} from rules
    where provider = ${k.provider} and project_id = ${k.project_id} and tool_kind = ${k.tool_kind} and subject = ${k.subject}`;
  return row ?? null;
}

/** With the name of their project, newest first. */
export async function listRules(db: Db, limit: number): Promise<(Rule & { project_name: string })[]> {
  return db<(Rule & { project_name: string })[]>`
    select r.id, r.provider, r.project_id, r.tool_kind, r.subject, r.effect, r.request_id, r.created_at, p.name as project_name
    from rules r join projects p on p.id = r.project_id order by r.created_at desc, r.id desc limit ${limit}`;
}

export async function deleteRule(tx: Tx, id: string): Promise<Rule | null> {
  const [row] = await tx<Rule[]>`delete from rules where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}
