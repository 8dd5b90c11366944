/**
 * A run by a program in a terminal of the session, where a person can watch it and type. What stands on its screen is a
 * row of the answer while it runs, and its whole output, as text, when it ended.
 */
import { join } from "node:path";
import type { ToolPatch } from "../../domain/agent-event.ts";
import { NO_PATCH } from "../../domain/agent-event.ts";
import { fallbackWords, PROMPT, takesPrompt } from "../../domain/fallback.ts";
import { endingOf, type Terminal, type TerminalNow } from "../../domain/terminal.ts";
import { lastWords, looksLikeLogin, SignedOut } from "../../drivers/acp/faults.ts";
import { agentEnvironment } from "../../drivers/agents/agent-process.ts";
import { killMarked, processFacts, signal as send } from "../../drivers/agents/process-table.ts";
import { prepareLaunch } from "../../drivers/tmux/launch.ts";
import { joinCommand } from "../../lib/command-line.ts";
import { type AppError, unavailable } from "../../lib/errors.ts";
import { findAgentSession, knowsPutAside, setAgentSession } from "../../store/agent-sessions.ts";
import { findTerminal } from "../../store/terminals.ts";
import { transact } from "../core.ts";
import { startEnv } from "../providers/registry.ts";
import { runInTerminal } from "../terminals/terminals.ts";
import { knowsFromNow, sayUnseen } from "./around.ts";
import { readingFiles } from "./attached.ts";
import type { Guest } from "./live-agents.ts";
import { asGuest, type PlainOutcome, type PlainRun, promptArgument, wordsOfPrompt } from "./plain-run.ts";
import { promptFor } from "./prompt.ts";

/** How often its screen is looked at for the transcript. */
const LOOK_MS = 1_000;
/** The steps of a stop: Ctrl+C, TERM, KILL. */
const STEP_MS = 2_000;
/** How often tmux is asked meanwhile. */
const ASK_MS = 200;
/** A program that is typed to gets this long to draw something, and then to stop drawing. */
const DRAWN_MS = 10_000;
const STILL_MS = 500;
/** Of its output, as text of the answer: the end. The whole stands in its row. */
const TEXT_CHARS = 4_000;
const OUTPUT_CHARS = 1_000_000;
const CALL = "terminal";

export async function inTerminal(at: PlainRun): Promise<PlainOutcome> {
  const { core, run, spec, signal } = at;
  const { blocks, told, unseen } = await promptFor(core, run, 0, readingFiles(at.ready.cwd));
  await sayUnseen(at.writer, spec.label, unseen);
  const words = fallbackWords(spec.fallback!, { mode: run.mode, model: run.model, session: null });
  const shown = joinCommand(words).replaceAll(`'${PROMPT}'`, "…");
  const failure = await asGuest(at, shown, async (guest) => {
    const ended = await runOnce(at, guest, { words, shown, prompt: wordsOfPrompt(blocks), told });
    return { result: ended.failure, ended: ended.terminal ? endingOf(ended.terminal) : "terminal ended" };
  });
  await at.transcript.drain();
  signal.throwIfAborted();
  const nothing = { tokens_in: null, tokens_out: null, tokens_cached: null, cost_usd: null };
  return { spent: { model: run.model, stop: "end_turn", ...nothing }, failure };
}

interface Handed {
  words: string[];
  shown: string;
  prompt: string;
  told: number;
}
interface Ended {
  terminal: Terminal | null;
  failure: AppError | null;
}

async function runOnce(at: PlainRun, guest: Guest, { words, shown, prompt, told }: Handed): Promise<Ended> {
  const { core, run, spec } = at;
  const onArgument = takesPrompt(words);
  const launch = await prepareLaunch(
    join(core.config.home, "launch"),
    words,
    environmentOf(at, guest),
    onArgument ? promptArgument(spec.label, prompt) : null,
  );
  try {
    const terminal = await openFor(at, launch.argv);
    const watch = core.terminals.whenEnded(terminal.id);
    try {
      await begun(at, guest, terminal, told);
      await knowsFromNow(core, run);
      const title = `${spec.label} in terminal ${terminal.number}`;
      tell(at, { title, kind: "execute", status: "in_progress", input: JSON.stringify({ command: shown }) });
      if (!onArgument) await typeIn(at, terminal.id, prompt);
      return await follow(at, guest, terminal, watch.ended);
    } finally {
      watch.stop();
    }
  } finally {
    await killMarked(guest.marker);
    await launch.clean();
  }
}

/** What an agent gets anywhere, but in a terminal that shows colours. */
function environmentOf({ spec }: PlainRun, guest: Guest): Record<string, string> {
  const { TERM, ...env } = agentEnvironment({ ...startEnv(spec), marker: guest.marker });
  void TERM;
  return env;
}

/** The chat's terminal with this provider, or its first one. */
async function openFor({ core, run, spec, ready }: PlainRun, argv: string[]): Promise<TerminalNow> {
  const known = await findAgentSession(core.sql, run.chat_id, spec.id);
  const terminal = await runInTerminal(core, known?.terminal_id ?? null, {
    session_id: run.session_id,
    name: spec.label,
    argv,
    directory: ready.cwd,
    env: {},
  });
  await transact(core, (tx) => setAgentSession(tx, run.chat_id, spec.id, { terminal_id: terminal.id, cwd: ready.cwd }));
  return terminal;
}

async function begun(at: PlainRun, guest: Guest, terminal: TerminalNow, told: number): Promise<void> {
  const { core, run, spec, writer } = at;
  const pid = core.terminals.pidOf(terminal.id);
  if (pid !== null) await core.agents.began(guest, { pid, started: (await processFacts(pid))?.started ?? "" });
  const aside = await knowsPutAside(core.sql, run.chat_id, spec.id, run.id);
  const sent = told > 0 || aside ? " It keeps no conversation: it was told, shortened, what was said before." : "";
  await writer.notice(
    1,
    `${spec.label} runs in terminal ${terminal.number}: watch it there, and type if it asks.${sent}`,
    {
      notice: "terminal",
      terminal_id: terminal.id,
      session_id: run.session_id,
    },
  );
}

function tell({ transcript }: PlainRun, patch: Partial<ToolPatch>): void {
  transcript.push({ kind: "tool", id: CALL, fresh: false, patch: { ...NO_PATCH, ...patch } });
}

/** Pasted, as a person would: a program that has no place for the message on its command line. */
async function typeIn({ core, signal }: PlainRun, id: string, prompt: string): Promise<void> {
  const { tmux } = core.terminals;
  let before = "";
  let still = performance.now();
  for (const end = still + DRAWN_MS; performance.now() < end && !signal.aborted; await Bun.sleep(STILL_MS / 5)) {
    const now = (await tmux.screen(id)) ?? "";
    if (now !== before) still = performance.now();
    before = now;
    if (now.trim() !== "" && performance.now() - still > STILL_MS) break;
  }
  await tmux.paste(id, prompt);
  await tmux.press(id, "Enter");
}

/** Until it ended by itself, or is stopped. */
async function follow(
  at: PlainRun,
  guest: Guest,
  terminal: TerminalNow,
  ended: Promise<Terminal | null>,
): Promise<Ended> {
  const { core, signal } = at;
  const { promise: aborted, resolve } = Promise.withResolvers<"aborted">();
  const onAbort = () => resolve("aborted");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    let screen = "";
    // It may have ended before anybody listened.
    const now = await findTerminal(core.sql, terminal.id);
    if (!now || now.state === "closed") return await finished(at, terminal.id, null, false);
    const over: Promise<Terminal | null> = now.state === "open" ? ended : Promise.resolve(now);
    for (;;) {
      const first = await Promise.race([over, aborted, Bun.sleep(LOOK_MS).then(() => "look" as const)]);
      if (first === "aborted") await stopIn(at, guest, terminal.id, over);
      if (first !== "look")
        return await finished(at, terminal.id, first === "aborted" ? now : first, first === "aborted");
      core.terminals.poke();
      const seen = ((await core.terminals.screenOf(now)) ?? "").trimEnd();
      if (seen !== screen) tell(at, { output: seen });
      screen = seen;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Ctrl+C, as a person would stop it; then TERM and KILL of its group, and of whatever bears its marker. */
async function stopIn({ core }: PlainRun, guest: Guest, id: string, over: Promise<unknown>): Promise<void> {
  const gone = async (): Promise<boolean> => {
    for (const end = performance.now() + STEP_MS; performance.now() < end; ) {
      core.terminals.poke();
      const is = await Promise.race([over.then(() => true), Bun.sleep(ASK_MS).then(() => false)]);
      if (is) return true;
    }
    return false;
  };
  await core.terminals.tmux.press(id, "C-c").catch(() => {});
  if (await gone()) return;
  const pid = core.terminals.pidOf(id);
  if (pid !== null) send(-pid, "SIGTERM");
  if (await gone()) return;
  if (pid !== null) send(-pid, "SIGKILL");
  await killMarked(guest.marker);
  await gone();
}

async function finished(at: PlainRun, id: string, terminal: Terminal | null, stopped: boolean): Promise<Ended> {
  const output = plain((await at.core.terminals.tmux.history(id)) ?? "");
  const failed = terminal?.exit_code !== 0;
  // What was stopped is closed with the run.
  if (stopped) tell(at, { output });
  else tell(at, { output, exit_code: terminal?.exit_code ?? null, status: failed ? "failed" : "completed" });
  if (output !== "") at.transcript.push({ kind: "text", text: fenced(output.slice(-TEXT_CHARS).toWellFormed()) });
  return { terminal, failure: failed ? failureOf(at.spec.label, terminal, output) : null };
}

function failureOf(label: string, terminal: Terminal | null, output: string): AppError {
  if (!terminal) return unavailable(`${label} was ended with its terminal.`);
  const words = lastWords(output);
  if (words && looksLikeLogin(words)) return new SignedOut(label, words.replace(/\.$/, ""));
  return unavailable(`${label} ${endingOf(terminal)}${words ? `: ${words}` : ""}.`);
}

/** What tmux keeps is text already; below it stand empty lines up to the height of the screen. */
const plain = (history: string): string =>
  history
    .replace(/\n*Pane is dead[^\n]*\s*$/, "")
    .replace(/[^\S\n]+$/gm, "")
    .trimEnd()
    .slice(-OUTPUT_CHARS)
    .toWellFormed();

/** Within a fence that its own text does not close. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}\n`;
}
