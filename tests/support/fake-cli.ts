/** The scripted program without a protocol, as a command line, and in the place of Claude Code's. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { joinCommand } from "../../src/lib/command-line.ts";

const FAKE_CLI = join(import.meta.dir, "../../scripts/fake-cli.ts");

/** As POST /providers takes it. */
export const fakeCliCommand = (...options: string[]): string => joinCommand([process.execPath, FAKE_CLI, ...options]);

/** A directory with a program `claude` that is the scripted one, for the head of a PATH. */
export function claudeInPath(directory: string, ...options: string[]): string {
  const bin = join(directory, "bin");
  mkdirSync(bin, { recursive: true });
  const path = join(bin, "claude");
  writeFileSync(path, `#!/bin/sh\nexec ${fakeCliCommand("--json", "claude", ...options)} "$@"\n`);
  chmodSync(path, 0o755);
  return bin;
}
