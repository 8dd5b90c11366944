import { age } from "../../src/lib/format.ts";

/**
 * How long ago, as of `now` (epoch ms). The browser ticks every `time[data-age]`; `data-short` drops the seconds after
 * minutes, for columns too narrow for them.
 */
export function Age({ since, now, short }: { since: Date | number; now: number; short?: boolean }) {
  const at = typeof since === "number" ? since : since.getTime();
  return (
    <time data-age={String(Math.round(at))} data-short={short} datetime={new Date(at).toISOString()} safe>
      {age(now - at, short)}
    </time>
  );
}

/** A moment by the server's clock: `14:22:07`. */
export function Clock({ at }: { at: Date | number }) {
  const date = new Date(at);
  return (
    <time datetime={date.toISOString()} safe>
      {clock(date)}
    </time>
  );
}

const two = (n: number) => String(n).padStart(2, "0");
export const clock = (d: Date): string => `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** A day by the server's clock: `Monday 23 November`. */
export function Day({ at }: { at: Date | number }) {
  const date = new Date(at);
  return (
    <time datetime={date.toISOString().slice(0, 10)} safe>
      {`${WEEKDAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]}`}
    </time>
  );
}
