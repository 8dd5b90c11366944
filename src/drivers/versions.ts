/** Versions of the programs we lean on, for people who look at the settings or the health of the server. */
import { runCommand } from "./proc.ts";

const PROGRAMS: { name: string; argv: [string, ...string[]] }[] = [
  { name: "git", argv: ["git", "--version"] },
  { name: "ripgrep", argv: ["rg", "--version"] },
  { name: "tmux", argv: ["tmux", "-V"] },
];
const TIMEOUT_MS = 3_000;
const OUTPUT_LIMIT_BYTES = 10_000;

export interface ToolVersion {
  name: string;
  /** Null when the program is not there. */
  version: string | null;
}

export function toolVersions(): Promise<ToolVersion[]> {
  return Promise.all(
    PROGRAMS.map(async ({ name, argv }) => {
      try {
        const { stdout } = await runCommand({
          argv,
          cwd: "/",
          timeout_ms: TIMEOUT_MS,
          stdout_limit_bytes: OUTPUT_LIMIT_BYTES,
        });
        return { name, version: /\d+(?:\.\d+)+\w*/.exec(stdout)?.[0] ?? null };
      } catch {
        return { name, version: null };
      }
    }),
  );
}
