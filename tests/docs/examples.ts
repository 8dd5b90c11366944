/**
 * The examples of docs/api as they are run: each fenced `sh` block in bash, its output held against the block after it.
 *
 *   ```sh      what is run. $BOO is the server; $PROJECT, $SESSION, $CHAT, $MESSAGE, $RUN, $PART, $ENDPOINT and $TOKEN
 *              are ids out of the answers so far ({ "chat": { "id" } } sets $CHAT), at first those of a small chat
 *   ```json    the answer: the same fields, of the same types; null fits anything, { "…": "…" } leaves fields out
 *   ```text    lines of the answer; what … stands for is not compared. With `curl -N` the stream is read until all came
 *   nothing    the answer is empty
 */
import { expect } from "bun:test";
import { fencesOf } from "./pages.ts";

export interface Example {
  /** docs/api/chats.md:12 */
  where: string;
  code: string;
  expected: { language: string; code: string } | null;
}

export function examplesOf(path: string, page: string): Example[] {
  const fences = fencesOf(page);
  return fences.flatMap((fence, i) => {
    if (fence.language !== "sh") return [];
    const next = fences[i + 1];
    const follows =
      next && next.language !== "sh" && isBeside(page, fence.line + fence.code.split("\n").length, next.line);
    return [{ where: `${path}:${fence.line}`, code: fence.code, expected: follows ? next : null }];
  });
}

/** Nothing but empty lines between the two. */
const isBeside = (page: string, end: number, start: number) =>
  page
    .split("\n")
    .slice(end, start - 1)
    .every((line) => line.trim() === "");

export type Names = Record<string, string>;
const WAIT_MS = 10_000;

/** Runs one example, checks what it says, and takes the ids out of its answer. */
export async function runExample(example: Example, names: Names, said: Record<string, string>): Promise<void> {
  const code = Object.entries(said).reduce((text, [written, real]) => text.replaceAll(written, real), example.code);
  const { where, expected } = example;
  const output = await bash(where, code, names, expected?.language === "text" ? expected.code : null);
  if (!expected) return expect([where, output]).toEqual([where, ""]);
  if (expected.language === "text") return;
  if (expected.language !== "json") throw new Error(`${where}: an answer is json or text, not ${expected.language}`);
  const answer: unknown = parsed(where, output);
  const differences = compare(JSON.parse(expected.code), answer, "");
  if (differences.length > 0)
    throw new Error(`${where}: the answer is another one\n  ${differences.join("\n  ")}\n${output.slice(0, 2000)}`);
  for (const [field, value] of Object.entries(answer as Record<string, unknown>)) {
    const id = (value as { id?: unknown } | null)?.id;
    if (typeof id === "string") names[field.toUpperCase()] = id;
  }
}

function parsed(where: string, output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    throw new Error(`${where}: the answer is no JSON\n${output.slice(0, 2000)}`);
  }
}

/** The output; with lines to wait for, an open stream is closed as soon as all of them came. */
async function bash(where: string, code: string, names: Names, lines: string | null): Promise<string> {
  const env = { ...names, PATH: process.env.PATH ?? "" };
  const child = Bun.spawn(["bash", "-euo", "pipefail", "-c", code], {
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const late = setTimeout(() => child.kill(), WAIT_MS);
  const wanted = (lines ?? "").split("\n").filter((line) => line.trim() !== "");
  const streams = /\bcurl -\w*N/.test(code);
  let output = "";
  const missing = () => {
    const whole = output.slice(0, output.lastIndexOf("\n") + 1).split("\n");
    return wanted.filter((line) => !whole.some((real) => isLike(line, real)));
  };
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout as unknown as AsyncIterable<Uint8Array>) {
    output += decoder.decode(chunk, { stream: true });
    if (streams && missing().length === 0) child.kill();
  }
  const [status, errors] = [await child.exited, await new Response(child.stderr).text()];
  clearTimeout(late);
  if (missing().length > 0)
    throw new Error(`${where}: the answer has no line like ${missing()[0]}\n${output.slice(0, 2000)}${errors}`);
  if (status !== 0 && !streams) throw new Error(`${where}: ended with ${status}: ${errors}\n${output}`);
  return output;
}

/** The line as written, with anything where it has …; of an event's data, JSON of the same fields and texts. */
function isLike(written: string, real: string): boolean {
  if (written.startsWith("data: {"))
    return real.startsWith("data: {") && sameTexts(JSON.parse(written.slice(6)), JSON.parse(real.slice(6)));
  const pieces = written.trimEnd().split("…");
  return new RegExp(`^${pieces.map(literally).join(".*")}\\s*$`).test(real);
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function sameTexts(written: unknown, real: unknown): boolean {
  if (compare(written, real, "").length > 0) return false;
  if (typeof written === "string") return isLike(written, real as string);
  if (typeof written !== "object" || written === null) return true;
  return Object.entries(written).every(([key, value]) => key === "…" || sameTexts(value, (real as Names)[key]));
}

/** What differs in shape; values are not compared. */
export function compare(written: unknown, real: unknown, at: string): string[] {
  if (written === null || real === null) return [];
  if (typeof written !== typeof real || Array.isArray(written) !== Array.isArray(real))
    return [`${at || "it"} is written as ${nameOf(written)} and is ${nameOf(real)}`];
  if (Array.isArray(written)) return compareLists(written, real as unknown[], at);
  if (typeof written === "object") return compareFields(written as object, real as object, at);
  return [];
}

/** Each written element is like one of the real ones. */
function compareLists(written: unknown[], real: unknown[], at: string): string[] {
  return written.flatMap((element, i) => {
    if (real.length === 0) return [`${at}[${i}] is written, and the list is empty`];
    const all = real.map((other) => compare(element, other, `${at}[${i}]`));
    return all.some((differences) => differences.length === 0) ? [] : all[0]!;
  });
}

function compareFields(written: object, real: object, at: string): string[] {
  const dot = at ? `${at}.` : "";
  const missing = Object.keys(written).filter((key) => key !== "…" && !(key in real));
  const untold = "…" in written ? [] : Object.keys(real).filter((key) => !(key in written));
  return [
    ...missing.map((key) => `${dot}${key} is written, and is not there`),
    ...untold.map((key) => `${dot}${key} is there, and is not written`),
    ...Object.entries(written).flatMap(([key, value]) =>
      key in real ? compare(value, (real as Record<string, unknown>)[key], `${dot}${key}`) : [],
    ),
  ];
}

const nameOf = (value: unknown) => (Array.isArray(value) ? "a list" : `a ${typeof value}`);
