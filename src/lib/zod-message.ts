/** What a schema found wrong, as one plain sentence for a human, and the field it is about. */
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What zod says where the schema has no words of its own. */
const ZODS_OWN = /^(Invalid |Too (big|small)|Unrecognized )|^$/;

/** `field` is the dotted path ("hunks.0"), undefined for the value as a whole. */
export function explainIssue(error: { issues: readonly Issue[] }): { message: string; field: string | undefined } {
  const first = error.issues[0];
  if (!first) return { message: "The input is not valid.", field: undefined };
  const issue = nearest(first);
  const extra = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const field = [...issue.path, ...extra].map(String).join(".") || undefined;
  return { message: sentence(issue, field ? `"${field}"` : "The input"), field };
}

/** Of a choice that nothing fitted, what its alternatives have in common to say, or the first of them: the empty text of a form is none. */
function nearest(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const wrong = issue.errors.flatMap(([first]) => (first && !isEmptyText(first) ? [first] : []));
  const [first] = wrong;
  if (!first) return issue;
  const path = [...issue.path, ...first.path];
  const values = wrong.flatMap((one) => (one.code === "invalid_value" && samePath(one, first) ? one.values : []));
  if (first.code === "invalid_value") return { ...first, path, values: [...new Set(values)] };
  return first.path.length === 0 ? { ...first, path } : issue;
}

const isEmptyText = (issue: Issue) => issue.code === "invalid_value" && issue.values.every((value) => value === "");
const samePath = (a: Issue, b: Issue) => a.path.join(".") === b.path.join(".");

function sentence(issue: Issue, name: string): string {
  // Of what is there and of another type, the type says more than the words for what is missing.
  const typed = issue.code === "invalid_type" && issue.input !== undefined;
  if (!typed && !ZODS_OWN.test(issue.message)) return asSentence(issue.message, name);
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && /received undefined/.test(issue.message)
        ? `${name} is missing.`
        : `${name} must be ${typeName(issue.expected)}.`;
    case "too_big":
      return `${name} must ${measure(issue.origin, "at most", issue.maximum)}.`;
    case "too_small":
      return `${name} must ${measure(issue.origin, "at least", issue.minimum)}.`;
    case "invalid_value":
      return `${name} must be ${issue.values.map(String).join(" or ")}.`;
    case "invalid_union":
      return "options" in issue && issue.options?.length
        ? `${name} must be ${issue.options.map(String).join(" or ")}.`
        : `${name} is not valid.`;
    case "unrecognized_keys":
      return `${name} is not a field of this request.`;
    case "invalid_format":
      return `${name} does not have the right form.`;
    default:
      return `${name} is not valid.`;
  }
}

/** A schema's own words: whole sentences stay, "must be …" gets its subject. */
function asSentence(message: string, name: string): string {
  const text = /^[a-z]/.test(message) ? `${name} ${message}` : message;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function measure(origin: string, bound: string, limit: number | bigint): string {
  if (origin === "string") return `have ${bound} ${limit} characters`;
  if (origin === "array" || origin === "set" || origin === "map") return `have ${bound} ${limit} entries`;
  return `be ${bound} ${limit}`;
}

function typeName(expected: string): string {
  const names: Record<string, string> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "an object",
  };
  return names[expected] ?? `of type ${expected}`;
}
