#!/usr/bin/env bun
/**
 * Installs real coding agents from npm, each version pinned, for the tests that run them on the scripted model server.
 * What is there already is used again.
 *
 *   bun scripts/real-agents.ts [agent…]        opencode claude codex qwen gemini copilot; those of the tests by default
 *
 * TEST_AGENTS          which agents tests run: a list, "all", or "none"; some that stand for all by default
 * TEST_AGENTS_DIR      where they are installed; ~/.cache/boocode/agents by default
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { REAL_AGENTS, type RealAgent } from "./real-agents/list.ts";

/** Small to start, and of three kinds: an adapter with modes, an adapter with a sandbox, a program with options. */
const BY_DEFAULT = ["claude", "codex", "opencode"];
/** A registry that is slower than this is as good as none: tests then go without. */
const INSTALL_TIMEOUT_MS = 90_000;

export function agentsForTests(): RealAgent[] {
  const wanted = process.env.TEST_AGENTS?.trim() || BY_DEFAULT.join(",");
  if (wanted === "none") return [];
  const names = wanted === "all" ? REAL_AGENTS.map((agent) => agent.id) : wanted.split(/[,\s]+/);
  return names.map(find);
}

export function find(id: string): RealAgent {
  const agent = REAL_AGENTS.find((one) => one.id === id);
  if (!agent) throw new Error(`no agent "${id}"; there are ${REAL_AGENTS.map((a) => a.id).join(", ")}`);
  return agent;
}

/** Its directory with node_modules; throws with the last words of the installer when it cannot be had. */
export async function install(agent: RealAgent): Promise<string> {
  const directory = join(cacheDirectory(), agent.id);
  const dependencies = JSON.stringify(agent.packages);
  const stamp = Bun.file(join(directory, ".installed"));
  if ((await stamp.exists()) && (await stamp.text()) === dependencies && existsSync(join(directory, agent.entry)))
    return directory;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), JSON.stringify({ private: true, dependencies: agent.packages }));
  // Without their install scripts: those only fetch what the platform's package holds.
  const child = Bun.spawn([process.execPath, "install", "--no-save", "--ignore-scripts"], {
    cwd: directory,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    timeout: INSTALL_TIMEOUT_MS,
  });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) !== 0 || !existsSync(join(directory, agent.entry)))
    throw new Error(`${agent.id} could not be installed: ${said.trim().split("\n").at(-1) ?? "no reason was given"}`);
  await Bun.write(stamp, dependencies);
  return directory;
}

function cacheDirectory(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return process.env.TEST_AGENTS_DIR || join(cache, "boocode", "agents");
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  let missing = 0;
  for (const agent of names.length > 0 ? names.map(find) : agentsForTests()) {
    const began = performance.now();
    try {
      const directory = await install(agent);
      console.log(`${agent.id.padEnd(10)} ${((performance.now() - began) / 1000).toFixed(1)} s  ${directory}`);
    } catch (error) {
      missing++;
      console.error((error as Error).message);
    }
  }
  process.exitCode = missing > 0 ? 1 : 0;
}
