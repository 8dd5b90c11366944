/** Budgets: each in a line with what was spent of it, and a form for it. */
import type { BudgetState } from "../../src/domain/usage.ts";
import { count, money } from "../../src/lib/format.ts";
import { attr } from "../ui/attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

/** What was typed into one budget's form, and what was wrong with it. */
export interface BudgetRefused extends FormError {
  scope: string;
  values: { usd: string; tokens: string };
}

interface BudgetsProps {
  budgets: readonly BudgetState[];
  projects: readonly { id: string; name: string }[];
  refused?: BudgetRefused | undefined;
}

export function Budgets({ budgets, projects, refused }: BudgetsProps) {
  const of = (scope: string) => budgets.find((budget) => budget.scope === scope);
  const own = budgets.filter(({ scope }) => scope.startsWith("project:"));
  const free = projects.filter(({ id }) => !of(`project:${id}`));
  return (
    <section class="band" id="budgets" aria-labelledby="u-budgets">
      <header>
        <Icon name="lock" />
        <h2 id="u-budgets">Budgets</h2>
        <span class="note">held before a model is called</span>
      </header>
      <p>
        A run that would go beyond a budget waits under “Needs you”: you let it go on for as much again, or stop it.
        Empty both figures to remove one. Models without a price are held by tokens.
      </p>
      <div class="budgets">
        <BudgetForm scope="run" title="Each run" budget={of("run")} refused={refused} />
        <BudgetForm scope="day" title="A day, all projects" budget={of("day")} refused={refused} />
        {own.map((budget) => (
          <BudgetForm
            scope={budget.scope}
            title={`${budget.name ?? "A removed project"}, a month`}
            budget={budget}
            refused={refused}
          />
        ))}
        {free.length > 0 ? <NewProjectBudget projects={free} refused={refused} /> : ""}
      </div>
    </section>
  );
}

interface FormProps {
  scope: string;
  title: string;
  budget: BudgetState | undefined;
  refused: BudgetRefused | undefined;
}

function BudgetForm({ scope, title, budget, refused }: FormProps) {
  const own = refused?.scope === scope ? refused : undefined;
  const values = own?.values ?? { usd: String(budget?.usd ?? ""), tokens: String(budget?.tokens ?? "") };
  return (
    <form class="budget" method="post" action={urls.budgets} aria-label={attr(`Budget: ${title}`)}>
      <input type="hidden" name="scope" value={attr(scope)} />
      <div class="what">
        <b safe>{title}</b>
        {budget && scope !== "run" ? (
          <small class="dim" safe>
            {spentWords(budget)}
          </small>
        ) : (
          ""
        )}
      </div>
      <FormNote error={own} fields={["usd", "tokens"]} />
      <Figures id={scope.replace(/\W/g, "-")} values={values} error={own} />
    </form>
  );
}

function NewProjectBudget({ projects, refused }: Pick<BudgetsProps, "projects" | "refused">) {
  const own = refused && projects.some(({ id }) => `project:${id}` === refused.scope) ? refused : undefined;
  return (
    <form class="budget" method="post" action={urls.budgets} aria-label="Budget of a project">
      <div class="what">
        <Field id="b-new-scope" label="A project, by the month">
          <select class="input" id="b-new-scope" name="scope">
            {projects.map(({ id, name }) => (
              <option value={attr(`project:${id}`)} selected={own?.scope === `project:${id}`} safe>
                {name}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <FormNote error={own} fields={["usd", "tokens"]} />
      <Figures id="new" values={own?.values ?? { usd: "", tokens: "" }} error={own} />
    </form>
  );
}

function Figures({
  id,
  values,
  error,
}: {
  id: string;
  values: BudgetRefused["values"];
  error: BudgetRefused | undefined;
}) {
  const field = (name: "usd" | "tokens", label: string, step: string) => {
    const own = `b-${id}-${name}`;
    const wrong = errorAt(error, name);
    return (
      <Field id={own} label={label} error={wrong}>
        <input
          class="input short"
          id={own}
          name={name}
          type="number"
          min="0"
          step={step}
          inputmode="decimal"
          value={attr(values[name])}
          {...described({ id: own, error: wrong })}
        />
      </Field>
    );
  };
  return (
    <>
      {field("usd", "US dollars", "any")}
      {field("tokens", "Tokens", "1")}
      <button type="submit" class="btn">
        Save
      </button>
    </>
  );
}

function spentWords({ usd, tokens, spent_usd, spent_tokens, raised, scope }: BudgetState): string {
  const when = scope === "day" ? "today" : "this month";
  const spent = [
    usd === null ? "" : `${money(spent_usd)} of ${money(usd * (1 + raised))}`,
    tokens === null ? "" : `${count(spent_tokens)} of ${count(tokens * (1 + raised))} tokens`,
  ].filter(Boolean);
  return `${spent.join(", ")} spent ${when}${raised > 0 ? `, let on ${raised} ${raised === 1 ? "time" : "times"}` : ""}`;
}
