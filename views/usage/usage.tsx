/** What model calls took, by day, model, project, who answered and tool; and the budgets that hold them. */
import type { Sums, Usage } from "../../src/domain/usage.ts";
import { USAGE_SPANS } from "../../src/domain/usage.ts";
import { count, counted, kilo, money } from "../../src/lib/format.ts";
import { MenuButton } from "../layout/header.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { type BudgetRefused, Budgets } from "./budgets.tsx";
import { DayChart } from "./charts.tsx";
import { about, Models, SumTable, Tools } from "./tables.tsx";

export interface UsageProps {
  usage: Usage;
  projects: readonly { id: string; name: string }[];
  refused?: BudgetRefused | undefined;
}

/** Everything inside `main`. */
export function UsageContent({ usage, projects, refused }: UsageProps) {
  return (
    <>
      <header class="bar">
        <MenuButton />
        <h1>Usage</h1>
        <span class="grow"></span>
        <nav class="seg" aria-label="Days shown">
          {USAGE_SPANS.map((span) => (
            <a href={urls.usage(span)} aria-current={span === usage.span ? "true" : undefined} safe>
              {`${span} d`}
            </a>
          ))}
        </nav>
      </header>
      <div class="page">
        <div class="sheet">
          <Costs usage={usage} />
          {usage.total.calls === 0 ? "" : <Details usage={usage} />}
          <Tools tools={usage.tools} />
          <Budgets budgets={usage.budgets} projects={projects} refused={refused} />
        </div>
      </div>
    </>
  );
}

function Costs({ usage }: { usage: Usage }) {
  const { total, span } = usage;
  return (
    <section class="band" aria-labelledby="u-costs">
      <header>
        <Icon name="ledger" />
        <h2 id="u-costs">Costs</h2>
        <span class="note">by the prices set for models; local runs cost power, which is not counted</span>
      </header>
      {total.calls === 0 ? (
        <p safe>{`No model was called in the last ${span} days. What is asked in a chat is counted here.`}</p>
      ) : (
        <div class="money">
          <Headline usage={usage} />
          <DayChart usage={usage} />
        </div>
      )}
    </section>
  );
}

function Headline({ usage }: { usage: Usage }) {
  const { total, span } = usage;
  const today = usage.days.at(-1);
  const cached = total.tokens_in > 0 ? Math.round((total.tokens_cached / total.tokens_in) * 100) : 0;
  return (
    <div class="sum">
      <p class="big">
        <span class="figure" safe>
          {total.cost_usd === null
            ? `${kilo(total.tokens_in + total.tokens_out)} tokens`
            : `${about(total)}${money(total.cost_usd)}`}
        </span>
        <span safe>{` in ${span} days`}</span>
      </p>
      <p
        safe
      >{`${counted(total.calls, "model call")}: ${count(total.tokens_in)} tokens in (${cached} % cached), ${count(total.tokens_out)} out.`}</p>
      {today ? <p safe>{`Today ${todayWords(today)}.`}</p> : ""}
      {total.cost_usd === null ? (
        <p class="dim">
          No price is known. Set prices of models in <a href={`${urls.settings}#models`}>Settings → Models</a>.
        </p>
      ) : (
        ""
      )}
      {total.estimated > 0 ? (
        <p
          class="dim"
          safe
        >{`${counted(total.estimated, "call")} came without a count of the prompt: what those took is estimated, marked ~.`}</p>
      ) : (
        ""
      )}
    </div>
  );
}

const todayWords = (day: Sums): string =>
  day.calls === 0
    ? "nothing so far"
    : `${day.cost_usd === null ? "" : `${about(day)}${money(day.cost_usd)}, `}${kilo(day.tokens_in + day.tokens_out)} tokens in ${counted(day.calls, "call")}`;

function Details({ usage }: { usage: Usage }) {
  const { projects, providers, agents, purposes } = usage;
  const callers = [...providers.map(ofProvider), ...agents.map(ofAgent), ...purposes.flatMap(ofPurpose)];
  return (
    <>
      <Models usage={usage} />
      <div class="cols2 even">
        <SumTable title="Projects" first="Project" rows={projects.map((p) => ({ ...p, label: p.name }))} />
        <SumTable title="Who called" first="By" rows={callers} />
      </div>
    </>
  );
}

const ofProvider = <T extends Sums & { provider: string }>(row: T) => ({ ...row, label: row.provider });
const ofAgent = <T extends Sums & { agent: string }>(row: T) => ({ ...row, label: `of it as ${row.agent}` });
/** Turns are what the first lines say; what was called beside them is told apart. */
const ofPurpose = <T extends Sums & { purpose: string }>(row: T) =>
  row.purpose === "turn" ? [] : [{ ...row, label: row.purpose === "title" ? "of it titles" : "of it summaries" }];
