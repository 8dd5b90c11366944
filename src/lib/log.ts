/** One JSON object a line on stderr. Never pass a secret, a header or a message text. */
export type LogLevel = "debug" | "info" | "warn" | "error";
export type Log = Record<LogLevel, (event: string, fields?: Record<string, unknown>) => void>;

const ORDER: LogLevel[] = ["debug", "info", "warn", "error"];

export function createLog(
  level: LogLevel = "info",
  write: (line: string) => void = (l) => process.stderr.write(l),
): Log {
  const from = ORDER.indexOf(level);
  const at =
    (l: LogLevel) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      if (ORDER.indexOf(l) < from) return;
      write(`${JSON.stringify({ t: new Date().toISOString(), level: l, event, ...fields }, plain)}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return typeof value === "bigint" ? Number(value) : value;
}
