/** One call of an agent as it becomes known piece by piece, and how it is shown. */

import { isAbsolute, normalize } from "node:path";
import { structuredPatch } from "diff";
import type { AgentToolKind, ToolContent, ToolPatch } from "../../domain/agent-event.ts";
import type { AgentCallMeta } from "../../domain/message.ts";
import { relativeInside } from "../../lib/path-guard.ts";
import { storable } from "../../lib/storable.ts";
import { oneLine } from "../../lib/text.ts";

/** Output kept of one call. */
const OUTPUT_CHARS = 1_000_000;
/** Of a result kept with its row; the whole is kept beside it. */
export const RESULT_CHARS = 30_000;
/** Of the output, shown while the call goes on. */
export const TAIL_CHARS = 2_000;
/** A difference of larger files than this is only named. */
const DIFF_CHARS = 400_000;
const DIFF_TIMEOUT_MS = 300;

export interface Call {
  id: string;
  part: string;
  title: string;
  name: string;
  kind: AgentToolKind;
  status: NonNullable<ToolPatch["status"]>;
  locations: { path: string; line: number | null }[];
  content: ToolContent[];
  input: string;
  output: string;
  exit_code: number | null;
  said: string;
  began: number;
  drawn: number;
  timer: ReturnType<typeof setTimeout> | null;
  closed: boolean;
  paths(): string[];
  lines(): { added: number; removed: number } | null;
  shown(root: string): string;
}

export function newCall(id: string, said: string): Call {
  const call: Call = {
    id,
    part: "",
    title: "",
    name: "tool",
    kind: "other",
    status: "pending",
    locations: [],
    content: [],
    input: "",
    output: "",
    exit_code: null,
    said,
    began: performance.now(),
    drawn: 0,
    timer: null,
    closed: false,
    paths: () => locationsOf(call).map(({ path }) => path),
    lines: () => countLines(call),
    shown: (root) => shownOf(call, root),
  };
  return call;
}

/** True when something that is shown changed. */
export function patchCall(call: Call, patch: ToolPatch): boolean {
  const before = `${call.title} ${call.kind} ${call.locations.length} ${call.output.length} ${call.content.length}`;
  if (patch.title) call.title = patch.title;
  if (patch.kind) call.kind = patch.kind;
  if (patch.status) call.status = patch.status;
  if (patch.locations && patch.locations.length > 0) call.locations = patch.locations;
  if (patch.content) {
    call.content = patch.content;
    counted.delete(call);
  }
  if (patch.input !== null) call.input = patch.input;
  if (patch.output !== null) call.output = patch.output.slice(-OUTPUT_CHARS);
  if (patch.appended) call.output = (call.output + patch.appended).slice(-OUTPUT_CHARS);
  if (patch.exit_code !== null) call.exit_code = patch.exit_code;
  call.name = WORDS[call.kind];
  return (
    patch.appended === "" ||
    before !== `${call.title} ${call.kind} ${call.locations.length} ${call.output.length} ${call.content.length}`
  );
}

/** One look for all providers: a row is named by what it does, not by what its agent calls it. */
const WORDS: Record<AgentToolKind, string> = {
  read: "read",
  edit: "edit",
  delete: "delete",
  move: "move",
  search: "search",
  execute: "run",
  think: "think",
  fetch: "fetch",
  switch_mode: "mode",
  other: "tool",
};

/** A path in the words of the project; what is outside stays as it is. */
export function placed(path: string, root: string): string {
  const absolute = isAbsolute(path) ? normalize(path) : normalize(`${root}/${path}`);
  return relativeInside(root, absolute) || path;
}

function shownOf(call: Call, root: string): string {
  const [first] = call.paths();
  if (call.kind === "execute") return inWords(commandOf(call.input) ?? call.title, root);
  if (first && ["read", "edit", "delete", "move"].includes(call.kind)) return placed(first, root);
  return inWords(call.title, root);
}

/** Without the worktree's own path, which says nothing to a person: what stands in it is named as in the project. */
export const inWords = (text: string, root: string): string => text.replaceAll(`${root}/`, "").replaceAll(root, ".");

/** The command of a call that runs one, wherever the agent puts it. */
export function commandOf(input: string): string | null {
  try {
    const { command, cmd } = JSON.parse(input) as { command?: unknown; cmd?: unknown };
    const given = command ?? cmd;
    if (typeof given === "string") return given;
    if (Array.isArray(given) && given.every((word) => typeof word === "string")) return lastOfShell(given as string[]);
  } catch {
    // Cut, or no object: the title has to do.
  }
  return null;
}

/** codex: ["bash", "-lc", "the command"] */
const lastOfShell = (words: string[]) => (words.length === 3 && /^-l?c$/.test(words[1]!) ? words[2]! : words.join(" "));

/** What is shown when the row is opened: differences as a patch, text, then what was written to a terminal. */
export function resultOf(call: Call): string {
  const pieces = call.content.map((content) => {
    if (content.type === "text") return content.text;
    return content.type === "diff" ? patchText(content) : "";
  });
  if (call.output) pieces.push(call.output);
  if (call.exit_code !== null && call.exit_code !== 0) pieces.push(`exit code ${call.exit_code}`);
  return pieces.filter((piece) => piece.trim() !== "").join("\n\n");
}

type Diff = Extract<ToolContent, { type: "diff" }>;
const diffsOf = (call: Pick<Call, "content">) =>
  call.content.filter((content): content is Diff => content.type === "diff");

export function patchText(diff: Diff): string {
  const patch = patchOf(diff);
  if (!patch) return `--- ${diff.path}\n(too large to be shown)`;
  const lines = patch.hunks.flatMap((h) => [
    `@@ -${h.oldStart},${h.oldLines} +${h.newStart},${h.newLines} @@`,
    ...h.lines,
  ]);
  return [`--- ${diff.old === null ? "/dev/null" : diff.path}`, `+++ ${diff.path}`, ...lines].join("\n");
}

function patchOf({ path, old, new: now }: Diff) {
  if ((old ?? "").length + now.length > DIFF_CHARS) return undefined;
  return structuredPatch(path, path, old ?? "", now, "", "", { context: 3, timeout: DIFF_TIMEOUT_MS });
}

/** Counting is work: once for each content. */
const counted = new WeakMap<Call, { added: number; removed: number } | null>();

function countLines(call: Call): { added: number; removed: number } | null {
  const known = counted.get(call);
  if (known !== undefined) return known;
  const diffs = diffsOf(call);
  let sum: { added: number; removed: number } | null = null;
  for (const diff of diffs) {
    const lines = patchOf(diff)?.hunks.flatMap((h) => h.lines);
    if (!lines) continue;
    sum ??= { added: 0, removed: 0 };
    sum.added += lines.filter((l) => l.startsWith("+")).length;
    sum.removed += lines.filter((l) => l.startsWith("-")).length;
  }
  counted.set(call, sum);
  return sum;
}

/** Some name a file only by the difference that they show. */
function locationsOf({ locations, content }: Call): Call["locations"] {
  const known = new Set(locations.map(({ path }) => path));
  const more = diffsOf({ content }).filter(({ path }) => !known.has(path));
  return [...locations, ...more.map(({ path }) => ({ path, line: null }))];
}

/** Facts of its row. Paths are in the words of the project at `root`. */
export function callMeta(call: Call, root: string) {
  const agent: AgentCallMeta = {
    kind: call.kind,
    locations: locationsOf(call).map(({ path, line }) => ({ path: storable(placed(path, root)), line })),
    tail: null,
    exit_code: call.exit_code,
    lines: call.lines(),
    said: call.said,
  };
  return {
    name: storable(call.name),
    arguments_text: storable(call.input),
    shown: oneLine(storable(call.shown(root)), 300),
    agent,
  };
}

/** What came of it, in a few words. */
export function noteOf(call: Call, state: string): string {
  const lines = call.lines();
  if (state === "cancelled") return "stopped";
  if (lines) return `+${lines.added} −${lines.removed}`;
  if (call.exit_code !== null && call.exit_code !== 0) return `exit ${call.exit_code}`;
  const text =
    call.content.find((c): c is Extract<ToolContent, { type: "text" }> => c.type === "text")?.text ?? call.output;
  return state === "failed" ? oneLine(storable(text), 80) || "failed" : "";
}

/** For the card of a permission: what it would do, word by word. */
export function wordsOf(call: Pick<Call, "content" | "input" | "title" | "kind">): string {
  const diffs = call.content.filter((content): content is Diff => content.type === "diff");
  if (diffs.length > 0) return diffs.map(patchText).join("\n\n");
  const command = commandOf(call.input);
  if (command) return command;
  return oneLine(call.title, 300);
}
