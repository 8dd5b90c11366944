/** The command line of an agent that does not speak the protocol, for one message. */
import type { RunMode } from "./change.ts";
import type { AgentChoice, FallbackSpec } from "./provider.ts";

/** Bytes of one argument that every system takes (Linux ends at 131,072). */
export const PROMPT_ARGUMENT_BYTES = 120_000;
export const PROMPT = "{prompt}";

/** Our own modes are all that such an agent has: there is nobody who asks. */
export const FALLBACK_MODES: readonly AgentChoice[] = [
  { id: "plan", name: "Plan", description: "It changes nothing" },
  { id: "ask", name: "Ask", description: "What it writes waits for review" },
  { id: "bypass", name: "Bypass", description: "What it writes is applied when it ends" },
];

export interface FallbackCall {
  mode: RunMode;
  model: string | null;
  /** The conversation to go on with. */
  session: string | null;
}

/** Words with `{prompt}` still in them: the message goes in where nothing reads it as anything but a word. */
export function fallbackWords(spec: FallbackSpec, { mode, model, session }: FallbackCall): string[] {
  const options = [
    ...(spec.modes?.[mode] ?? []),
    ...(model === null ? [] : (spec.model ?? []).map((word) => word.replaceAll("{model}", () => model))),
  ];
  const words = session !== null && spec.resume ? spec.resume : spec.argv;
  return words.flatMap((word) =>
    word === "{options}" ? options : [session === null ? word : word.replaceAll("{session}", () => session)],
  );
}

export const takesPrompt = (words: readonly string[]): boolean => words.some((word) => word.includes(PROMPT));

/** `words` with the message in it. */
export const withPrompt = (words: readonly string[], prompt: string): string[] =>
  words.map((word) => word.replaceAll(PROMPT, () => prompt));

/** A message that begins with a dash would be taken for an option: a space before it changes nothing else. */
export const asArgument = (prompt: string): string => (prompt.startsWith("-") ? ` ${prompt}` : prompt);
