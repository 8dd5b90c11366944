/** Data directories for the tests of the embedded Postgres, and processes that own one. */
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startEmbedded } from "../../src/db/embedded.ts";
import { findPostmaster, waitForEnd } from "../../src/db/embedded-process.ts";
import { createLog } from "../../src/lib/log.ts";
import { quickDirectory } from "../support/quick-directory.ts";

const directory = await quickDirectory();
export const quiet = createLog("error", () => {});
const made: string[] = [];
let template: Promise<string> | undefined;

export function emptyHome(under = directory): string {
  const home = mkdtempSync(join(under, "boocode-home-"));
  made.push(home);
  return home;
}

/** A home with a stopped database in it; copied, because making one takes half a second. */
export async function stoppedHome(): Promise<string> {
  template ??= makeStopped();
  const home = emptyHome();
  Bun.spawnSync(["cp", "-a", join(await template, "postgres"), home]);
  return home;
}

async function makeStopped(): Promise<string> {
  const home = emptyHome();
  const embedded = await startEmbedded(home, quiet, { durable: false });
  await embedded.stop();
  return home;
}

export interface Owner {
  process: Bun.Subprocess;
  /** The postmaster's. */
  pid: number;
  started: boolean;
}

/** Another process that starts the home's Postgres. With `busy` it commits a row to `kept` and keeps a query running. */
export async function spawnOwner(home: string, busy = false): Promise<Owner> {
  const owner = Bun.spawn(["bun", join(import.meta.dir, "owner.ts"), home, ...(busy ? ["busy"] : [])], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await owner.stdout.getReader().read();
  if (!value) throw new Error("the owner ended without starting Postgres");
  return { process: owner, ...(JSON.parse(Buffer.from(value).toString()) as { pid: number; started: boolean }) };
}

export async function killHard(pid: number, data: string): Promise<void> {
  process.kill(pid, "SIGKILL");
  await waitForEnd(pid, data, 5_000);
}

/** Ends what runs on a home and removes it, with a database that lies outside of it. */
export async function removeHome(home: string): Promise<void> {
  const root = existsSync(join(home, "postgres")) ? realpathSync(join(home, "postgres")) : home;
  const left = await findPostmaster(join(root, "data"));
  // QUIT and not KILL: it still removes its shared memory.
  if (left) process.kill(left.pid, "SIGQUIT");
  if (left) await waitForEnd(left.pid, join(root, "data"), 5_000);
  rmSync(root, { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
}

/** For afterAll. */
export async function removeHomes(): Promise<void> {
  for (const home of made.splice(0)) await removeHome(home);
  template = undefined;
}
