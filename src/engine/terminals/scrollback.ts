/** The scrollback of a terminal: read, searched, cleared; and places it names, opened in the file viewer. */
import { realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, relative, sep } from "node:path";
import { invalid, notFound } from "../../lib/errors.ts";
import { findSession } from "../../store/sessions.ts";
import type { Core } from "../core.ts";
import { changeLayout } from "../layout.ts";
import { projectOf } from "../projects.ts";
import { terminalNow } from "./terminals.ts";

export const SEARCH_CHARS = 200;
/** Lines of a search's answer; the count is of all. */
const HITS_MAX = 200;
const HIT_CHARS = 400;

export interface ScrollbackHit {
  /** Line of the scrollback, from 1 for the oldest. */
  line: number;
  text: string;
}
export interface Scrollback {
  text: string;
  lines: number;
}

/** All that tmux kept, oldest first. Throws `not_found` when tmux has it no more. */
export async function scrollbackOf(core: Core, id: string): Promise<Scrollback> {
  const terminal = await terminalNow(core, id);
  const text = await core.terminals.tmux.history(terminal.id);
  if (text === null) throw notFound("scrollback: this terminal's tmux is gone");
  return { text, lines: text.split("\n").length - 1 };
}

/** Lines that hold `text`, without regard to case; the newest HITS_MAX of them. */
export async function searchScrollback(
  core: Core,
  id: string,
  text: string,
): Promise<{ total: number; hits: ScrollbackHit[] }> {
  const wanted = checkSearch(text).toLowerCase();
  const { text: all } = await scrollbackOf(core, id);
  const hits = all
    .split("\n")
    .flatMap((line, i) =>
      line.toLowerCase().includes(wanted) ? [{ line: i + 1, text: line.slice(0, HIT_CHARS) }] : [],
    );
  return { total: hits.length, hits: hits.slice(-HITS_MAX) };
}

/** Scrolls every viewer to the next place that holds `text`, and says how many lines do. */
export async function goToText(core: Core, id: string, text: string, back: boolean): Promise<{ total: number }> {
  const { total } = await searchScrollback(core, id, text);
  if (total > 0) await core.terminals.tmux.find(id, checkSearch(text), back);
  return { total };
}

/** Back from wherever it was scrolled to. */
export async function goToEnd(core: Core, id: string): Promise<void> {
  await core.terminals.tmux.toEnd((await terminalNow(core, id)).id);
}

export async function clearScrollback(core: Core, id: string): Promise<void> {
  await core.terminals.tmux.clear((await terminalNow(core, id)).id);
}

/**
 * Opens a file that the terminal names: relative to where its program is, then to the project. Only files of the
 * session's project; the file viewer guards the rest.
 */
export async function openNamedFile(
  core: Core,
  id: string,
  named: { path: string; line: number | null },
): Promise<{ path: string; line: number | null }> {
  const terminal = await terminalNow(core, id);
  const session = await findSession(core.sql, terminal.session_id);
  if (!session) throw notFound("session");
  const root = realpathSync((await projectOf(core, session.project_id)).path);
  const bases = [core.terminals.directoryOf(terminal), terminal.directory, root];
  const plain = named.path.replace(/^~(?=\/)/, homedir());
  const candidates = isAbsolute(plain) ? [plain] : bases.map((base) => join(base, plain));
  // git names both sides of a difference a/… and b/….
  if (/^[ab]\//.test(plain)) candidates.push(join(root, plain.slice(2)));
  const path = candidates.map((file) => inside(root, file)).find((file) => file !== null);
  if (!path) throw notFound("file in this project");
  await changeLayout(core, session.id, { change: "open", kind: "file", path, line: named.line }, null);
  return { path, line: named.line };
}

/** Path within the project, by real names; null for what is no file there. */
function inside(root: string, file: string): string | null {
  try {
    const real = realpathSync(file);
    const path = relative(root, real);
    if (path === "" || path === ".." || path.startsWith(`..${sep}`) || !statSync(real).isFile()) return null;
    return path;
  } catch {
    return null;
  }
}

function checkSearch(text: string): string {
  if (text.trim() === "") throw invalid("Say what to look for.", "text");
  if (text.length > SEARCH_CHARS || /[\0\r\n]/.test(text))
    throw invalid(`A search is one line of at most ${SEARCH_CHARS} characters.`, "text");
  return text;
}
