/** Answers given for always: each fits one provider in one project and exactly one command or path. */
import type { Tx } from "../db/sql.ts";
import { DESK } from "../domain/event.ts";
import { isAllowing, type OptionKind, type PermissionRequest, type RunRequest } from "../domain/request.ts";
import { type Rule, SUBJECT_LIMIT_CHARS } from "../domain/rule.ts";
import { notFound } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { moveRequest } from "../store/requests.ts";
import { deleteRule, listRules, matchRule, putRule, type RuleKey } from "../store/rules.ts";
import { type Core, type Emit, transact } from "./core.ts";

const RULES_SHOWN = 500;

/** A permission that a rule covers is answered on the spot; null when none does. */
export async function answerByRule(tx: Tx, request: RunRequest): Promise<RunRequest | null> {
  const key = keyOf(request);
  const rule = key && (await matchRule(tx, key));
  if (!rule || request.kind !== "permission") return null;
  // "Once" first: what is remembered is remembered here, where it is listed and can be taken back.
  const kinds: OptionKind[] =
    rule.effect === "allow" ? ["allow_once", "allow_always"] : ["reject_once", "reject_always"];
  const option = kinds.flatMap((kind) => request.options.find((o) => o.kind === kind) ?? [])[0];
  if (!option) return null;
  const answer = { option_id: option.id, kind: option.kind, comment: null };
  return moveRequest(tx, request.id, rule.effect === "allow" ? "answered" : "denied", { answer, via: "rule" });
}

/** After an answer "always": the rule that it makes, where the request can be remembered. */
export async function rememberAnswer(
  tx: Tx,
  emit: Emit,
  request: PermissionRequest,
  kind: OptionKind,
): Promise<Rule | null> {
  const key = keyOf(request);
  if (!key || (kind !== "allow_always" && kind !== "reject_always")) return null;
  const effect = isAllowing(kind) ? "allow" : "deny";
  const rule = await putRule(tx, { id: newId(), ...key, effect, request_id: request.id });
  emit({ topic: DESK, kind: "rule.changed", payload: { rule_id: rule.id } });
  return rule;
}

function keyOf(request: RunRequest): RuleKey | null {
  if (request.kind !== "permission") return null;
  const { tool_kind, subject } = request.detail;
  if (subject === null || subject === "" || subject.length > SUBJECT_LIMIT_CHARS) return null;
  return { provider: request.provider, project_id: request.project_id, tool_kind, subject };
}

/** All rules with their project's name, newest first. */
export const rulesOf = (core: Pick<Core, "sql">) => listRules(core.sql, RULES_SHOWN);

/** From now on it is asked again. */
export async function revokeRule(core: Core, id: string): Promise<Rule> {
  const gone = await transact(core, async (tx, emit) => {
    const deleted = await deleteRule(tx, id);
    if (deleted) emit({ topic: DESK, kind: "rule.changed", payload: { rule_id: id } });
    return deleted;
  });
  if (!gone) throw notFound("rule");
  return gone;
}
