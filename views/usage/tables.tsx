/** The tables of the usage page: by model, by whatever has sums, by tool. */
import type { ModelSums, Sums, ToolCost, Usage } from "../../src/domain/usage.ts";
import { count, duration, kilo, money } from "../../src/lib/format.ts";
import { attr } from "../ui/attr.ts";
import { ShareBar, Spark } from "./charts.tsx";

const tokensIn = (row: Sums) => `${about(row)}${kilo(row.tokens_in)}`;
const cost = (row: Sums) => (row.cost_usd === null ? "" : `${about(row)}${money(row.cost_usd)}`);
/** `~4.2M` where some of it is estimated. */
export const about = (row: Sums): string => (row.estimated > 0 ? "~" : "");

export function Models({ usage }: { usage: Usage }) {
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

export function SumTable({
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

export function Tools({ tools }: { tools: readonly ToolCost[] }) {
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
