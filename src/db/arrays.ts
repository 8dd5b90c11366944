/**
 * Array types for the postgres package. It would ask each new connection for the catalogue's array types instead, and
 * nobody catches that query's error: a database that goes away in that moment would end our process.
 */

/** `{"a","b",null}`, as Postgres reads it. */
export function writeArray(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  const parts = values.map((value) => {
    if (value === null || value === undefined) return "null";
    return `"${String(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  });
  return `{${parts.join(",")}}`;
}

/** The elements of a one-dimensional array as Postgres writes it. */
export function readArray<T>(text: string, read: (element: string) => T): (T | null)[] {
  const found: (T | null)[] = [];
  const element = /"((?:[^"\\]|\\[\s\S])*)"|([^{},"]+)/g;
  for (const [, quoted, plain] of text.matchAll(element)) {
    if (quoted !== undefined) found.push(read(quoted.replaceAll(/\\([\s\S])/g, "$1")));
    else found.push(plain === "NULL" ? null : read(plain as string));
  }
  return found;
}

/** By type number: text[] and varchar[]; int2[], int4[], int8[], float4[] and float8[]; bool[]. */
export const ARRAY_TYPES = {
  text_array: {
    to: 1009,
    from: [1009, 1015],
    serialize: writeArray,
    parse: (text: string) => readArray(text, String),
  },
  number_array: {
    to: 1016,
    from: [1005, 1007, 1016, 1021, 1022],
    serialize: writeArray,
    parse: (text: string) => readArray(text, Number),
  },
  boolean_array: {
    to: 1000,
    from: [1000],
    serialize: writeArray,
    parse: (text: string) => readArray(text, (element) => element === "t"),
  },
};
