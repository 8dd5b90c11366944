/**
 * A program that works off one message and writes what it does as a JSON stream: started, read line by line, and its end
 * told. A program that writes anything else, too much, or never ends is a failed run, not an error of ours.
 */

import { lastWords, looksLikeLogin, SignedOut } from "../acp/faults.ts";
import { linesOf } from "../acp/messages.ts";
import { type AgentCommandLine, type AgentExit, type AgentProcess, startAgent } from "../agents/agent-process.ts";
import { Refusal } from "../refusal.ts";
import type { StreamEnd, StreamEvent, StreamReader } from "./shape.ts";

/** After its last word a program gets this long to end by itself. */
const AFTER_END_MS = 5_000;
/** Of lines that are no JSON the last is kept: often it is the reason. */
const NOISE_CHARS = 400;
const NOISE_TOLD = 5;

export interface StreamRun {
  label: string;
  line: AgentCommandLine;
  /** Written to its standard input, which then ends. */
  stdin: string | null;
  reader: StreamReader;
  hear(event: Exclude<StreamEvent, { kind: "end" }>): void;
  /** While it gives a promise the program's output is not read on. */
  ready(): Promise<void> | null;
  started(process: AgentProcess): void | Promise<void>;
  log?(event: string, fields: Record<string, unknown>): void;
}

export interface StreamOutcome {
  exit: AgentExit;
  end: StreamEnd | null;
  /** How it failed, as a sentence; null when it did what it was asked. */
  failure: Refusal | null;
}

/** Resolves when the program is gone, with everything that it started. */
export async function runStream(run: StreamRun): Promise<StreamOutcome> {
  const child = await startAgent(run.line);
  try {
    // What it leaves behind may hold its output open.
    void child.exited.then(() => child.end("now"));
    await run.started(child);
    await feed(child, run.stdin);
    const { end, heard, noise } = await readAll(child, run);
    const exit = await endOf(child);
    return { exit, end, failure: failureOf(run.label, { exit, end, heard, noise, stderr: child.stderr() }) };
  } finally {
    await child.end("now");
  }
}

/** It said all that it says: whatever it still does, it gets a while and is ended. */
async function endOf(child: AgentProcess): Promise<AgentExit> {
  const timer = setTimeout(() => void child.end("now"), AFTER_END_MS);
  try {
    return await child.exited;
  } finally {
    clearTimeout(timer);
  }
}

async function feed(child: AgentProcess, text: string | null): Promise<void> {
  try {
    if (text !== null) child.stdin.write(text);
    await child.stdin.end();
  } catch {
    // It is gone already, and its end says why.
  }
}

interface Heard {
  end: StreamEnd | null;
  heard: number;
  noise: string | null;
}

async function readAll(child: AgentProcess, run: StreamRun): Promise<Heard> {
  const all: Heard = { end: null, heard: 0, noise: null };
  let noises = 0;
  let late: ReturnType<typeof setTimeout> | null = null;
  try {
    for await (const line of linesOf(child.stdout)) {
      await run.ready();
      const value = parsed(line);
      if (value === undefined) {
        if (line.trim() === "") continue;
        all.noise = line.trim().slice(0, NOISE_CHARS);
        if (++noises <= NOISE_TOLD) run.log?.("agent.noise", { agent: run.label, line: all.noise });
        continue;
      }
      for (const event of run.reader(value)) {
        all.heard++;
        if (event.kind !== "end") run.hear(event);
        else {
          all.end = event;
          late ??= setTimeout(() => void child.end("now"), AFTER_END_MS);
        }
      }
    }
  } finally {
    if (late) clearTimeout(late);
  }
  return all;
}

function parsed(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function failureOf(label: string, at: Heard & { exit: AgentExit; stderr: string }): Refusal | null {
  const { exit, end, heard } = at;
  const words = lastWords(at.stderr) ?? at.noise;
  const said = end?.error ?? (exit.code === 0 && heard > 0 ? null : words);
  // A turn that ended well counts, also when the program then had to be ended.
  if (end && end.error === null && (exit.code === 0 || exit.signal !== null)) return null;
  if (end === null && exit.code === 0 && heard > 0) return null;
  if (said && looksLikeLogin(said)) return new SignedOut(label, said.replace(/\.$/, ""));
  if (end?.error) return new Refusal("unavailable", "agent error", `${label} answered: ${end.error}`);
  const tail = said ? `: ${said}` : "";
  if (exit.code === 0)
    return new Refusal("unavailable", "no stream", `${label} wrote nothing that belongs to its JSON stream${tail}`);
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with code ${exit.code}`;
  return new Refusal("unavailable", "agent ended", `${label} ${how}${tail}.`);
}
