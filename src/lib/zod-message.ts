/** What a schema found wrong, as one plain sentence for a human, and the field it is about. */
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** `field` is the dotted path ("hunks.0"), undefined for the value as a whole. */
export function explainIssue(error: { issues: readonly Issue[] }): { message: string; field: string | undefined } {
  const issue = error.issues[0];
  if (!issue) return { message: "The input is not valid.", field: undefined };
  const extra = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const field = [...issue.path, ...extra].map(String).join(".") || undefined;
  return { message: sentence(issue, field ? `"${field}"` : "The input"), field };
}

function sentence(issue: Issue, name: string): string {
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
    case "unrecognized_keys":
      return `${name} is not a field of this request.`;
    case "invalid_format":
      return `${name} does not have the right form.`;
    case "custom":
      return issue.message && issue.message !== "Invalid input"
        ? asSentence(issue.message, name)
        : `${name} is not valid.`;
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
