/** Plays the directives of one message: real files, real commands, real misbehaviour. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Directive } from "../fake-agent/directives.ts";
import type { Format } from "./formats.ts";
import type { Said } from "./memory.ts";

export interface Circumstances {
  before: Said[];
  argv: string[];
  writes: boolean;
}

/** Thrown through everything by a directive that ends the program. */
export class Ended extends Error {
  constructor(readonly code: number) {
    super(`ended with ${code}`);
  }
}

/** Returns everything that it said. */
export async function playAll(format: Format, directives: Directive[], at: Circumstances): Promise<string> {
  let said = "";
  let slow = 0;
  const say = (text: string) => {
    said += text;
    format.say(text);
  };
  for (const { op, arg } of directives) {
    if (slow > 0) await Bun.sleep(slow);
    switch (op) {
      case "slow":
        slow = Number(arg);
        break;
      case "say":
        say(arg);
        break;
      case "think":
        format.think(arg);
        break;
      case "tokens":
        for (let i = 0; i < Number(arg); i++) {
          if (slow > 0) await Bun.sleep(slow);
          say(`t${i} `);
        }
        break;
      case "history":
        say(`I remember ${at.before.length} messages: ${at.before.map((m) => m.text).join(" / ")}`);
        break;
      case "args":
        say(at.argv.slice(0, -1).join(" "));
        break;
      case "ask":
        say(`${arg}\n`);
        for await (const line of console) {
          say(`You typed: ${line}\n`);
          break;
        }
        break;
      case "plan":
        format.plan(arg.split("|"));
        break;
      case "write":
        write(format, arg.split("|"), at.writes);
        break;
      case "bash":
        await run(format, arg);
        break;
      default:
        await misbehave(format, op, arg);
    }
  }
  return said;
}

function write(format: Format, [name = "", text = ""]: string[], allowed: boolean): void {
  const path = resolve(name);
  if (allowed) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  format.wrote(path, text, allowed);
}

async function run(format: Format, command: string): Promise<void> {
  const child = Bun.spawn(["sh", "-c", command], { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  const output = await new Response(child.stdout).text();
  format.ran(command, output, await child.exited);
}

async function misbehave(format: Format, op: string, arg: string): Promise<void> {
  switch (op) {
    case "hang":
      return new Promise(() => setInterval(() => {}, 60_000));
    case "linger":
      // Says that it is done, and stays.
      format.end(null);
      return new Promise(() => setInterval(() => {}, 60_000));
    case "die":
      process.stderr.write("fatal: the fake program was told to die\n");
      throw new Ended(Number(arg) || 1);
    case "login":
      process.stderr.write("You are not logged in. Run fake-cli login first.\n");
      throw new Ended(1);
    case "fail":
      format.end(arg);
      throw new Ended(1);
    case "silent":
      throw new Ended(0);
    case "garbage":
      for (let i = 0; i < (Number(arg) || 3); i++)
        process.stdout.write(`[warn] line ${i} \u001b[31mis\u001b[0m no \u0007message\n{"half":\n[1,2]\n"x"\n`);
      return;
    case "flood": {
      const text = `${"x".repeat(9_999)}\n`;
      for (let i = 0; i < Number(arg) * 100; i++) {
        format.say(text);
        if (i % 20 === 0) await Bun.sleep(0);
      }
      return;
    }
    case "stray":
      Bun.spawn(["sleep", arg], { stdin: "ignore", stdout: "ignore", stderr: "ignore", detached: true }).unref();
      return;
    default:
      throw new Error(`no such directive: ${op}`);
  }
}
