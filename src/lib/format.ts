/** Numbers as a person reads them: ages, durations, counts, bytes. The browser's ticker uses the same rules for ages. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Below this age the seconds are told beside the minutes. */
const SECONDS_MATTER_MS = 10 * MINUTE;

/** Age of something, from milliseconds: `1 s`, `4 m 10 s`, `31 m`, `2 h`, `3 d`; short drops the seconds after minutes. */
export function age(ms: number, short = false): string {
  const t = Math.max(0, Math.floor(ms));
  if (t < MINUTE) return `${Math.floor(t / SECOND)} s`;
  if (t < HOUR) {
    const minutes = Math.floor(t / MINUTE);
    const seconds = Math.floor((t % MINUTE) / SECOND);
    return short || t >= SECONDS_MATTER_MS || seconds === 0 ? `${minutes} m` : `${minutes} m ${seconds} s`;
  }
  if (t < DAY) return `${Math.floor(t / HOUR)} h`;
  return `${Math.floor(t / DAY)} d`;
}

/** Length of something that ended, from milliseconds: `0.02 s`, `2.3 s`, `41 s`, `4 m 10 s`, `2 h 5 m`. */
export function duration(ms: number): string {
  const t = Math.max(0, ms);
  if (t < 0.995 * SECOND) return `${(t / SECOND).toFixed(2)} s`;
  if (t < 9.95 * SECOND) return `${(t / SECOND).toFixed(1)} s`;
  const seconds = Math.round(t / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(Math.floor(seconds / 60), "m", seconds % 60, "s");
  return pair(Math.floor(seconds / 3600), "h", Math.floor((seconds % 3600) / 60), "m");
}

const pair = (a: number, unitA: string, b: number, unitB: string) =>
  b ? `${a} ${unitA} ${b} ${unitB}` : `${a} ${unitA}`;

/** `3,180`; a fraction is rounded away. */
export function count(n: number): string {
  return Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count and its noun: `1 message`, `3,180 messages`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** Thousands in short: `812`, `3.2k`, `131k`, `1.05M`. */
export function kilo(n: number): string {
  if (n < 999.5) return String(Math.round(n));
  if (n < 9_950) return `${trimmed(n / 1000, 1)}k`;
  if (n < 999_500) return `${Math.round(n / 1000)}k`;
  return `${trimmed(n / 1_000_000, 2)}M`;
}

/** Decimal bytes: `812 B`, `64 kB`, `4.4 MB`. */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : trimmed(value, 1)} ${units[unit]}`;
}

const trimmed = (n: number, digits: number) => String(Number(n.toFixed(digits)));

/** Dollars, precise enough for what one answer costs: `$0.0042`, `$0.42`, `$12.30`. */
export function money(usd: number): string {
  return `$${usd.toFixed(usd !== 0 && usd < 0.1 ? 4 : 2)}`;
}
