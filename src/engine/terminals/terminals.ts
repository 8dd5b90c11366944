/** Terminals: opened, listed, named, started again, ended. The shells live in tmux and outlive this process. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import type { Session } from "../../domain/session.ts";
import {
  plainTitle,
  type ScreenSize,
  TERMINAL_COMMAND_CHARS,
  TERMINAL_NAME_CHARS,
  TERMINALS_PER_SESSION,
  type Terminal,
  type TerminalNow,
} from "../../domain/terminal.ts";
import { readEnvironment, readTargets, type SshTarget } from "../../domain/terminal-settings.ts";
import type { StartTerminal } from "../../drivers/tmux/server.ts";
import { conflict, invalid, limited, notFound, unavailable } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { findSession, takeTabNumber } from "../../store/sessions.ts";
import {
  closeTerminal,
  countTerminals,
  findTerminal,
  insertTerminal,
  listTerminals,
  renameTerminal,
  reopenTerminal,
  setTerminalProgram,
} from "../../store/terminals.ts";
import { type Core, transact } from "../core.ts";
import { openContentTab } from "../layout.ts";
import { projectOf } from "../projects.ts";
import { worktreePlace } from "../worktrees/place.ts";
import { emitTerminal } from "./live.ts";

/** Until a browser says how large it is. */
const FIRST_SIZE: ScreenSize = { cols: 120, rows: 32 };

/** A host that went away in silence is told after two minutes, instead of a screen that stands still. */
const SSH_OPTIONS = ["-o", "ServerAliveInterval=30", "-o", "ServerAliveCountMax=4"];

export interface OpenTerminal {
  session_id: string;
  name?: string | undefined;
  /** Name of an ssh target of the settings. */
  target?: string | undefined;
  /** Runs instead of the shell. */
  argv?: string[] | undefined;
  /** Where it starts; the session's directory by default. */
  directory?: string | undefined;
  env?: Record<string, string> | undefined;
  /** Opens a tab in this pane, or in the one that has the keyboard. */
  pane?: string | undefined;
  tab?: boolean;
}

/** A row first, then the shell: a shell that does not start leaves no row behind. Throws Refusal with tmux's reason. */
export async function openTerminal(core: Core, input: OpenTerminal): Promise<TerminalNow> {
  const session = await findSession(core.sql, input.session_id);
  if (!session) throw notFound("session");
  const name = input.name?.trim() ? checkName(input.name) : null;
  const target = input.target ? await targetOf(core, input.target) : null;
  const directory = input.directory ?? (await directoryOf(core, session));
  if (!existsSync(directory)) throw unavailable(`${directory} is not there any more.`);
  const id = newId();
  const row = await core.terminals.whileStarting(id, async () => {
    const made = await insertOpen(core, session, {
      id,
      name,
      target: target?.name ?? null,
      argv: input.argv ?? null,
      directory,
    });
    try {
      await core.terminals.tmux.start(await whatToStart(core, made, input.env));
    } catch (error) {
      await settleClosed(core, made.id);
      throw error;
    }
    return made;
  });
  core.terminals.started();
  if (input.tab !== false)
    await transact(core, (tx, emit) =>
      openContentTab(tx, emit, session.id, { kind: "terminal", terminal_id: row.id }, row.number, input.pane),
    );
  await core.terminals.refresh();
  return terminalNow(core, row.id);
}

function insertOpen(
  core: Core,
  session: Session,
  given: Pick<Terminal, "id" | "name" | "target" | "argv" | "directory">,
): Promise<Terminal> {
  return transact(core, async (tx, emit) => {
    const number = await takeTabNumber(tx, session.id);
    if (number === null) throw notFound("session");
    if ((await countTerminals(tx, session.id)) >= TERMINALS_PER_SESSION)
      throw limited(`A session has at most ${TERMINALS_PER_SESSION} terminals; end one first.`, undefined, 429);
    const made = await insertTerminal(tx, { ...given, session_id: session.id, number });
    emitTerminal(emit, made);
    return made;
  });
}

async function directoryOf(core: Core, session: Session): Promise<string> {
  return (await worktreePlace(core, session.id)) ?? (await projectOf(core, session.project_id)).path;
}

/** Open and exited ones of a session, or of all. */
export async function terminalsOf(core: Core, sessionId: string | null): Promise<TerminalNow[]> {
  if (sessionId !== null && !(await findSession(core.sql, sessionId))) throw notFound("session");
  return (await listTerminals(core.sql, sessionId)).map((t) => core.terminals.now(t));
}

/** Throws `not_found` for one that was ended. */
export async function terminalNow(core: Core, id: string): Promise<TerminalNow> {
  return core.terminals.now(await rowOf(core, id));
}

export async function nameTerminal(core: Core, id: string, raw: string): Promise<TerminalNow> {
  const name = raw.trim() === "" ? null : checkName(raw);
  const row = await transact(core, async (tx, emit) => {
    const named = await renameTerminal(tx, id, name);
    if (named) emitTerminal(emit, named);
    return named;
  });
  if (!row) throw notFound("terminal");
  return core.terminals.now(row);
}

/** Refused with 409 while something runs in it, until forced. Its tab, its number and its scrollback stay. */
export async function restartTerminal(core: Core, id: string, force: boolean): Promise<TerminalNow> {
  const row = await rowOf(core, id);
  await demandIdle(core, row, force, "Starting it again ends that.");
  await core.terminals.tmux.restart(await whatToStart(core, row));
  return reopened(core, id);
}

/**
 * Runs a program in the terminal `id`, in the place of what was there and without its scrollback, else in a new one
 * without a tab. For programs that BooCode runs where a person can watch and type.
 */
export async function runInTerminal(
  core: Core,
  id: string | null,
  program: { session_id: string; name: string; argv: string[]; directory: string; env: Record<string, string> },
): Promise<TerminalNow> {
  const { session_id, name, argv, directory, env } = program;
  const row = id === null ? null : await transact(core, (tx) => setTerminalProgram(tx, id, { argv, directory, name }));
  if (!row) return openTerminal(core, { session_id, name, argv, directory, env, tab: false });
  await core.terminals.tmux.forget(row.id);
  await core.terminals.tmux.restart(await whatToStart(core, row, env));
  return reopened(core, row.id);
}

async function reopened(core: Core, id: string): Promise<TerminalNow> {
  const now = await transact(core, async (tx, emit) => {
    const open = await reopenTerminal(tx, id);
    if (open) emitTerminal(emit, open);
    return open;
  });
  if (!now) throw notFound("terminal");
  core.terminals.started();
  core.terminals.reopened(now);
  await core.terminals.refresh();
  return terminalNow(core, id);
}

/** Ends it with everything in it. Refused with 409 while something runs in it, until forced. */
export async function endTerminal(core: Core, id: string, force: boolean): Promise<void> {
  const row = await rowOf(core, id);
  await demandIdle(core, row, force, "Ending the terminal ends that.");
  await settleClosed(core, id);
  await core.terminals.tmux.kill(id);
  core.terminals.gone(id);
}

/** What would be lost: null when the shell waits for a command, or nothing runs at all. Asks tmux. */
export async function runningIn(core: Core, id: string): Promise<string | null> {
  await core.terminals.refresh();
  const { live } = await terminalNow(core, id);
  return live?.running ?? null;
}

/** ssh targets of the settings; a list that cannot be read any more is empty. */
export function sshTargets(core: Pick<Core, "settings">): SshTarget[] {
  try {
    return readTargets(core.settings.now.terminal_targets);
  } catch {
    return [];
  }
}

async function demandIdle(core: Core, row: Terminal, force: boolean, what: string): Promise<void> {
  if (force || row.state !== "open") return;
  const running = await runningIn(core, row.id);
  if (running !== null) throw conflict(`“${running}” is running in terminal ${row.number}. ${what}`, { running });
}

async function settleClosed(core: Core, id: string): Promise<void> {
  await transact(core, async (tx, emit) => {
    const closed = await closeTerminal(tx, id);
    if (closed)
      emit({
        topic: `session:${closed.session_id}`,
        kind: "terminal.deleted",
        payload: { terminal_id: id, session_id: closed.session_id },
      });
  });
}

async function rowOf(core: Core, id: string): Promise<Terminal> {
  const row = await findTerminal(core.sql, id);
  if (!row || row.state === "closed") throw notFound("terminal");
  return row;
}

async function whatToStart(core: Core, row: Terminal, env: Record<string, string> = {}): Promise<StartTerminal> {
  const settings = core.settings.now;
  const size = core.terminals.factsOf(row.id) ?? FIRST_SIZE;
  return {
    id: row.id,
    cwd: isDirectory(row.directory) ? row.directory : "/",
    argv: await argvOf(core, row, settings.terminal_shell),
    env: { ...readEnvironment(settings.terminal_env), ...env, BOOCODE_TERMINAL: row.id },
    cols: size.cols,
    rows: size.rows,
    history_lines: settings.terminal_scrollback,
  };
}

async function argvOf(core: Core, row: Terminal, shell: string | null): Promise<string[]> {
  if (row.argv) return row.argv;
  if (row.target) return ["ssh", ...SSH_OPTIONS, "-t", "--", (await targetOf(core, row.target)).destination];
  return [shellPath(shell), "-l"];
}

/** The settings' shell, else the user's own, else sh. */
function shellPath(chosen: string | null): string {
  if (chosen !== null && !isProgram(chosen))
    throw unavailable(`The shell of the settings, ${chosen}, is not there or cannot be run.`);
  return [chosen, process.env.SHELL, loginShell(), "/bin/bash"].find((path) => path && isProgram(path)) ?? "/bin/sh";
}

function loginShell(): string | null {
  try {
    return userInfo().shell;
  } catch {
    return null; // a user id without an entry, as in containers
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

async function targetOf(core: Core, name: string): Promise<SshTarget> {
  const found = sshTargets(core).find((t) => t.name === name);
  if (!found) throw invalid(`There is no ssh target "${name.slice(0, 60)}" in the settings.`, "target");
  return found;
}

function checkName(raw: string): string {
  const name = plainTitle(raw, TERMINAL_COMMAND_CHARS);
  if (name.length > TERMINAL_NAME_CHARS) throw invalid(`A name has at most ${TERMINAL_NAME_CHARS} characters.`, "name");
  return name;
}
