/** Small charts as inline SVG: they carry their figures as words, and no script draws them. */
import type { DaySums, Usage } from "../../src/domain/usage.ts";
import { kilo, money } from "../../src/lib/format.ts";
import { attr } from "../ui/attr.ts";

const WIDTH = 680;
const BASE = 78;
const TALLEST = 62;
/** Days that get their number below the axis. */
const LABELS = 14;

/** Money where some is known, else tokens; the day's budget is a line. */
export function DayChart({ usage }: { usage: Usage }) {
  const { days, total, budgets } = usage;
  const paid = total.cost_usd !== null;
  const of = (day: DaySums) => (paid ? (day.cost_usd ?? 0) : day.tokens_in + day.tokens_out);
  const words = (value: number) => (paid ? money(value) : `${kilo(value)} tokens`);
  const budget = budgets.find(({ scope }) => scope === "day");
  const limit = (paid ? budget?.usd : budget?.tokens) ?? null;
  const top = Math.max(...days.map(of), limit ?? 0, 1e-9);
  const y = (value: number) => BASE - (value / top) * TALLEST;
  const step = WIDTH / days.length;
  const every = Math.ceil(days.length / LABELS);
  const label = `${paid ? "Cost" : "Tokens"} by day, ${days[0]?.day ?? ""} to ${days.at(-1)?.day ?? ""}${limit === null ? "" : `, budget ${words(limit)} a day`}`;
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} 96`} role="img" aria-label={attr(label)}>
      {limit === null ? (
        ""
      ) : (
        <>
          <line class="lim" x1="0" x2={String(WIDTH)} y1={String(y(limit))} y2={String(y(limit))} />
          <text class="v" x={String(WIDTH)} y={String(y(limit) - 4)} text-anchor="end" safe>
            {`budget ${words(limit)}`}
          </text>
        </>
      )}
      {days.map((day, at) => (
        <g>
          <title safe>{`${day.day}: ${words(of(day))}`}</title>
          <rect
            class={`bar${at === days.length - 1 ? " now" : ""}`}
            x={(at * step + step * 0.2).toFixed(1)}
            y={Math.min(y(of(day)), BASE - 1).toFixed(1)}
            width={(step * 0.6).toFixed(1)}
            height={Math.max(1, BASE - y(of(day))).toFixed(1)}
          />
          {(days.length - 1 - at) % every === 0 ? (
            <text x={(at * step + step / 2).toFixed(1)} y="92" text-anchor="middle" safe>
              {String(Number(day.day.slice(8)))}
            </text>
          ) : (
            ""
          )}
        </g>
      ))}
      <line class="ax" x1="0" x2={String(WIDTH)} y1="78.5" y2="78.5" />
    </svg>
  );
}

export function Spark({ values, label }: { values: readonly number[]; label: string }) {
  const top = Math.max(...values, 1e-9);
  const step = 80 / Math.max(1, values.length - 1);
  const points = values.map((v, at) => `${(at * step).toFixed(1)},${(16 - (v / top) * 14).toFixed(1)}`).join(" ");
  return (
    <svg class="spark" viewBox="0 0 80 18" role="img" aria-label={attr(label)}>
      <polyline points={points} />
    </svg>
  );
}

/** `share` from 0 to 1. */
export function ShareBar({ share }: { share: number }) {
  return (
    <svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bg" width="100" height="6" />
      <rect width={String(Math.round(Math.max(0, Math.min(1, share)) * 100))} height="6" />
    </svg>
  );
}
