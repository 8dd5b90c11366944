/** What model calls took, by day, model, project, who answered and tool; and the budgets that hold them. */
import type { ModelSums, Sums, ToolCost, Usage } from "../../src/domain/usage.ts";
import { USAGE_SPANS } from "../../src/domain/usage.ts";
import { count, counted, duration, kilo, money } from "../../src/lib/format.ts";
import { MenuButton } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { type BudgetRefused, Budgets } from "./budgets.tsx";
import { DayChart, ShareBar, Spark } from "./charts.tsx";

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
          {total.cost_usd === null ? `${kilo(total.tokens_in + total.tokens_out)} tokens` : money(total.cost_usd)}
        </span>
        <span safe>{` in ${span} days`}</span>
      </p>
      <p
        safe
      >{`${counted(total.calls, "model call")}: ${count(total.tokens_in)} tokens in (${cached} % cached), ${count(total.tokens_out)} out.`}</p>
      {today ? <p safe>{`Today ${todayWords(today)}.`}</p> : ""}
      {total.cost_usd === null ? (
        <p class="dim">
          No price is known. Set prices of models in <a href={`${urls.settings}#endpoints`}>Settings → Endpoints</a>.
        </p>
      ) : (
        ""
      )}
      {total.estimated > 0 ? (
        <p
          class="dim"
          safe
        >{`${counted(total.estimated, "call")} came without a count of the prompt: those tokens are estimated, marked ~.`}</p>
      ) : (
        ""
      )}
    </div>
  );
}

const todayWords = (day: Sums): string =>
  day.calls === 0
    ? "nothing so far"
    : `${day.cost_usd === null ? "" : `${money(day.cost_usd)}, `}${kilo(day.tokens_in + day.tokens_out)} tokens in ${counted(day.calls, "call")}`;

/** `~4.2M` where some of it is estimated. */
const tokensIn = (row: Sums) => `${row.estimated > 0 ? "~" : ""}${kilo(row.tokens_in)}`;
const cost = (row: Sums) => (row.cost_usd === null ? "" : money(row.cost_usd));

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

function Models({ usage }: { usage: Usage }) {
  const most = Math.max(...usage.models.map(weight));
  return (
    <section class="band" aria-labelledby="u-models">
      <header>
        <h2 id="u-models">Models</h2>
      </header>
      <div class="tblwrap">
        <table class="tbl">
          <thead>
            <tr>
              <th>Model</th>
              <th class="hide-m">Where</th>
              <th class="num hide-m">Calls</th>
              <th class="num">In</th>
              <th class="num">Out</th>
              <th class="num hide-m">Per call</th>
              <th class="hide-m" safe>{`Tokens, ${usage.span} d`}</th>
              <th class="hide-m">Share</th>
              <th class="num">Cost</th>
            </tr>
          </thead>
          <tbody>
            {usage.models.map((row) => (
              <ModelRow row={row} share={weight(row) / Math.max(most, 1e-9)} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td safe>{`${usage.span} days`}</td>
              <td class="hide-m"></td>
              <td class="num hide-m" safe>
                {count(usage.total.calls)}
              </td>
              <td class="num" safe>
                {tokensIn(usage.total)}
              </td>
              <td class="num" safe>
                {kilo(usage.total.tokens_out)}
              </td>
              <td class="hide-m"></td>
              <td class="hide-m"></td>
              <td class="hide-m"></td>
              <td class="num" safe>
                {cost(usage.total)}
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

const weight = (row: Sums): number => row.cost_usd ?? (row.tokens_in + row.tokens_out) / 1e9;

function ModelRow({ row, share }: { row: ModelSums; share: number }) {
  return (
    <tr>
      <td class="cut" title={attr(row.model)} safe>
        {row.model}
      </td>
      <td class="mid hide-m" safe>
        {row.endpoint ?? ""}
      </td>
      <td class="num hide-m" safe>
        {count(row.calls)}
      </td>
      <td class="num" title={attr(`${count(row.tokens_in)} tokens, ${count(row.tokens_cached)} of them cached`)} safe>
        {tokensIn(row)}
      </td>
      <td class="num" safe>
        {kilo(row.tokens_out)}
      </td>
      <td class="num hide-m" safe>
        {duration(row.ms)}
      </td>
      <td class="hide-m">
        <Spark values={row.days} label={`Tokens of ${row.model} by day`} />
      </td>
      <td class="hide-m">
        <ShareBar share={share} />
      </td>
      <td class="num" safe>
        {cost(row)}
      </td>
    </tr>
  );
}

function SumTable({
  title,
  first,
  rows,
}: {
  title: string;
  first: string;
  rows: readonly (Sums & { label: string })[];
}) {
  return (
    <section class="band" aria-label={attr(title)}>
      <header>
        <h2 safe>{title}</h2>
      </header>
      <div class="tblwrap">
        <table class="tbl">
          <thead>
            <tr>
              <th safe>{first}</th>
              <th class="num">Calls</th>
              <th class="num">In</th>
              <th class="num">Out</th>
              <th class="num">Cost</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                <td class="cut" safe>
                  {row.label}
                </td>
                <td class="num" safe>
                  {count(row.calls)}
                </td>
                <td class="num" safe>
                  {tokensIn(row)}
                </td>
                <td class="num" safe>
                  {kilo(row.tokens_out)}
                </td>
                <td class="num" safe>
                  {cost(row)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Tools({ tools }: { tools: readonly ToolCost[] }) {
  if (tools.length === 0) return "";
  return (
    <section class="band" id="tools" aria-labelledby="u-tools">
      <header>
        <h2 id="u-tools">Tools</h2>
        <span class="note">the newest 100 calls of each; the tokens of a turn are split over its calls</span>
      </header>
      <div class="tblwrap">
        <table class="tbl">
          <thead>
            <tr>
              <th>Tool</th>
              <th class="num">Calls</th>
              <th class="num">Prompt</th>
              <th class="num">Completion</th>
              <th class="num hide-m">Time</th>
              <th class="num hide-m">Failed</th>
            </tr>
          </thead>
          <tbody>
            {tools.map((tool) => (
              <tr>
                <td>
                  <code safe>{tool.name}</code>
                </td>
                <td class="num" safe>
                  {count(tool.calls)}
                </td>
                <td class="num" safe>
                  {count(tool.tokens_in)}
                </td>
                <td class="num" safe>
                  {count(tool.tokens_out)}
                </td>
                <td class="num hide-m" safe>
                  {tool.ms === null ? "" : duration(tool.ms)}
                </td>
                <td class="num hide-m">{tool.failed > 0 ? `${Math.round((tool.failed / tool.calls) * 100)} %` : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
