/** What was answered "always": each rule fits one provider in one project and exactly one command or path. */
import type { Rule } from "../../src/domain/rule.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

export type ListedRule = Rule & { project_name: string };

export function RulesSection({ rules, now }: { rules: readonly ListedRule[]; now: number }) {
  return (
    <section class="band" id="rules" aria-labelledby="rules-h">
      <header>
        <Icon name="lock" />
        <h2 id="rules-h">Always allowed</h2>
        <span class="note">exactly these, by one provider in one project</span>
      </header>
      {rules.length === 0 ? (
        <p>Nothing so far. A permission that is answered “always” is listed here, and can be taken back.</p>
      ) : (
        <div class="tblwrap">
          <table class="tbl">
            <thead>
              <tr>
                <th>What</th>
                <th>Who, where</th>
                <th class="num">Since</th>
                <th></th>
              </tr>
            </thead>
            <tbody>
              {rules.map((rule) => (
                <RuleLine rule={rule} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function RuleLine({ rule, now }: { rule: ListedRule; now: number }) {
  return (
    <tr>
      <td>
        <Glyph
          status={rule.effect === "allow" ? "done" : "failed"}
          label={rule.effect === "allow" ? "Allowed" : "Rejected"}
        />{" "}
        <span class="dim" safe>
          {rule.tool_kind}
        </span>{" "}
        <code safe>{rule.subject}</code>
      </td>
      <td safe>{`${rule.provider} in ${rule.project_name}`}</td>
      <td class="num">
        <Age since={rule.created_at} now={now} short />
      </td>
      <td class="num">
        <form method="post" action={urls.ruleRevocation(rule.id)}>
          <button type="submit" class="btn btn-sm">
            Ask again
          </button>
        </form>
      </td>
    </tr>
  );
}
