/**
 * How a program gets a long or secret thing into a terminal: by a file of its own that only we can read and that is gone
 * once it was read. tmux takes a command of at most 16 kB, and command lines can be read by everybody.
 */
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../../lib/ids.ts";

const LAUNCH = join(import.meta.dir, "launch.sh");

/** The command line of what was launched, without the launching script that is its parent. */
export const withoutLauncher = (command: string): string => {
  const [shell, script, , , ...words] = command.split(" ");
  return shell === "/bin/sh" && script === LAUNCH ? words.join(" ") : command;
};

export interface Launch {
  argv: string[];
  /** Removes what was not read. */
  clean(): Promise<void>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `words` have {prompt} where the message goes; null hands none over. */
export async function prepareLaunch(
  directory: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  prompt: string | null,
): Promise<Launch> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  const base = join(directory, newId());
  const files = [`${base}.env`, `${base}.prompt`] as const;
  const lines = Object.entries(env).flatMap(([name, value]) =>
    NAME.test(name) && !value.includes("\0") ? [`export ${name}=${quoted(value)}\n`] : [],
  );
  await writeFile(files[0], lines.join(""), { mode: 0o600, flag: "wx" });
  if (prompt !== null) await writeFile(files[1], prompt.replaceAll("\0", ""), { mode: 0o600, flag: "wx" });
  return {
    argv: ["/bin/sh", LAUNCH, ...files, ...words],
    clean: async () => {
      for (const file of files) await rm(file, { force: true });
    },
  };
}

/** Nothing is special to a shell within single quotes but the quote itself. */
const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;
