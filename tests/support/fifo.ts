/** Puts a named pipe in the place of a file: whoever opens it waits for ever. */
import { rmSync } from "node:fs";

export function mkfifo(path: string): void {
  rmSync(path, { force: true });
  const { exitCode } = Bun.spawnSync(["mkfifo", path]);
  if (exitCode !== 0) throw new Error(`mkfifo ${path} failed`);
}
