#!/usr/bin/env bun
/**
 * A scripted coding agent without the agent client protocol, for tests and hand work: it works off one message and ends.
 * The message is what follows `--`, else standard input. What it does is told by the directives in it. It takes the
 * arguments of Claude Code's that BooCode gives, so that it can stand in its place.
 *
 *   --json claude|codex|gemini     writes that JSON stream; else text with colours, as people read it in a terminal
 *   --mode plan|ask|bypass         plan writes nothing
 *   --resume ID --home DIR         goes on with a conversation that it kept there
 *   --wait                         asks on its terminal first: what is typed there is the message
 *   --ignore term,int              what it does not listen to
 *
 *   [[say:TEXT]] [[think:TEXT]] [[slow:MS]] [[tokens:N]] [[write:PATH|TEXT]] [[bash:COMMAND]] [[plan:A|B]] [[history]]
 *   [[ask:QUESTION]] reads a line of its terminal; [[args]] says how it was started
 *   [[hang]] [[die:CODE]] [[login]] [[garbage:N]] [[flood:MB]] [[stray:SECONDS]] [[linger]] [[fail:TEXT]] [[silent]]
 */
import { parseArgs } from "node:util";
import { directivesOf } from "./fake-agent/directives.ts";
import { FORMATS, type Format } from "./fake-cli/formats.ts";
import { Memory } from "./fake-cli/memory.ts";
import { Ended, playAll } from "./fake-cli/play.ts";

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  strict: false,
  options: {
    json: { type: "string" },
    mode: { type: "string" },
    resume: { type: "string" },
    home: { type: "string" },
    model: { type: "string" },
    ignore: { type: "string" },
    wait: { type: "boolean" },
    version: { type: "boolean" },
    print: { type: "boolean", short: "p" },
    "output-format": { type: "string" },
    "permission-mode": { type: "string" },
    verbose: { type: "boolean" },
    "include-partial-messages": { type: "boolean" },
  },
});
const text = (name: keyof typeof values) => (typeof values[name] === "string" ? (values[name] as string) : null);

if (values.version) {
  console.log("fake-cli 3.2.1");
  process.exit(0);
}
for (const name of (text("ignore") ?? "").split(",")) {
  if (name === "term") process.on("SIGTERM", () => {});
  if (name === "int") process.on("SIGINT", () => {});
}
const memory = new Memory(text("home"), text("resume"));
if (!memory.found) {
  process.stderr.write(`No conversation found with ID ${text("resume")}\n`);
  process.exit(1);
}
const format: Format = FORMATS[text("json") ?? "text"]!(memory.id, text("model") ?? "fake-cli-1");
const prompt = values.wait ? await typed() : (positionals[0] ?? (await Bun.stdin.text()));
format.begin(prompt);
const before = memory.add("user", prompt);
try {
  const writes = (text("mode") ?? text("permission-mode")) !== "plan";
  const said = await playAll(format, directivesOf(prompt), { before, argv: process.argv.slice(2), writes });
  memory.add("agent", said);
  format.end(null);
} catch (error) {
  if (!(error instanceof Ended)) throw error;
  // No process.exit: what was written and not taken yet would be lost.
  process.exitCode = error.code;
}

/** Everything that comes until the line is quiet: a paste has several lines. */
async function typed(): Promise<string> {
  process.stdout.write("What shall I do?\n> ");
  for await (const line of console) if (line.trim() !== "") return line;
  return "";
}
