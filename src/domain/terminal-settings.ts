/** What the settings say about terminals, as they are typed: lines of text, read here. */
import { invalid } from "../lib/errors.ts";

export interface TerminalSettings {
  /** Absolute path of the shell; null takes $SHELL. */
  terminal_shell: string | null;
  /** `NAME=value`, one a line. */
  terminal_env: string;
  /** `name destination`, one a line; the destination as ssh takes it. */
  terminal_targets: string;
  terminal_font_px: number;
  /** Lines of scrollback of terminals opened from now on. */
  terminal_scrollback: number;
}

export const TERMINAL_DEFAULTS: Readonly<TerminalSettings> = {
  terminal_shell: null,
  terminal_env: "",
  terminal_targets: "",
  terminal_font_px: 13,
  terminal_scrollback: 50_000,
};
export const FONT_PX = { min: 8, max: 32 };
export const SCROLLBACK = { min: 100, max: 200_000 };
export const LINES_CHARS_MAX = 8_000;
const LINES_MAX = 100;

/** A host that `ssh` is asked for. */
export interface SshTarget {
  name: string;
  destination: string;
}

/** Throws `invalid` with the line that is wrong. What BooCode sets for itself may not be set. */
export function readEnvironment(text: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of linesOf(text, "terminal_env")) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (!name) throw invalid(`"${line.slice(0, 60)}" is not NAME=value.`, "terminal_env");
    if (/^(BOOCODE_.*|DATABASE_URL|TMUX|TMUX_PANE|TERM)$/.test(name))
      throw invalid(`${name} is not for terminals.`, "terminal_env");
    env[name] = value ?? "";
  }
  return env;
}

/** Throws `invalid` with the line that is wrong. A destination never looks like an option of ssh. */
export function readTargets(text: string): SshTarget[] {
  const targets = linesOf(text, "terminal_targets").map((line) => {
    const [name = "", destination = name, ...rest] = line.split(/\s+/);
    if (rest.length > 0 || !/^[\w.-]{1,40}$/.test(name) || name.startsWith("-"))
      throw invalid(`"${line.slice(0, 60)}" is not "name user@host".`, "terminal_targets");
    if (!/^(ssh:\/\/)?[\w.@:[\]%-]{1,200}(\/)?$/.test(destination) || destination.startsWith("-"))
      throw invalid(`"${destination.slice(0, 60)}" is not something ssh connects to.`, "terminal_targets");
    return { name, destination };
  });
  const twice = targets.find((t, i) => targets.findIndex((o) => o.name === t.name) !== i);
  if (twice) throw invalid(`"${twice.name}" is there twice.`, "terminal_targets");
  return targets;
}

/** Empty lines and those that begin with # are left out. */
function linesOf(text: string, field: string): string[] {
  if (text.length > LINES_CHARS_MAX) throw invalid(`At most ${LINES_CHARS_MAX} characters.`, field);
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length > LINES_MAX) throw invalid(`At most ${LINES_MAX} lines.`, field);
  return lines;
}

/** A shell is an absolute path: what a PATH would find may differ from day to day. */
export function checkShell(shell: string | null): string | null {
  const path = shell?.trim() ?? "";
  if (path === "") return null;
  if (!/^\/[^\0\n]{1,400}$/.test(path))
    throw invalid("A shell is an absolute path, such as /bin/bash.", "terminal_shell");
  return path;
}
