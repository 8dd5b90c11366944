#!/usr/bin/env bun
/**
 * A scripted agent that speaks the agent client protocol on standard input and output, for tests and hand work. What it
 * does is told by directives in the prompt (scripts/fake-agent/directives.ts) and by options:
 *
 *   --home DIR          keeps its conversations there, so that they can be taken up again
 *   --no load,resume,list,close,modes,models,thinking,commands,images,embedded     what it cannot do
 *   --fault STEP:HOW    at initialize, new, load, resume, prompt or cancel: hang, die, error, auth, garbage, or version
 *   --ignore cancel,eof,term                                          what it does not listen to
 *   --client fs,terminal                                              writes and runs through its client where offered
 *   --banner TEXT       a line that is no message, before anything else
 *   --account FILE    nobody is signed in until this file is there; signing in makes it, by the protocol or with --login
 *   --replay FILE       plays what a real agent sent, from a recorded conversation (scripts/fake-agent/replay.ts)
 */
import { parseArgs } from "node:util";
import { FakeAgent } from "./fake-agent/agent.ts";
import { replay } from "./fake-agent/replay.ts";

const list = (text: string | undefined) => new Set((text ?? "").split(",").filter(Boolean));

if (import.meta.main) {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    strict: false,
    options: {
      home: { type: "string" },
      no: { type: "string" },
      fault: { type: "string", multiple: true },
      ignore: { type: "string" },
      client: { type: "string" },
      banner: { type: "string" },
      replay: { type: "string" },
      account: { type: "string" },
      login: { type: "boolean" },
      version: { type: "boolean" },
      acp: { type: "boolean" },
    },
  });
  const text = (name: keyof typeof values) => (typeof values[name] === "string" ? (values[name] as string) : undefined);
  if (values.version) {
    console.log("fake-agent 1.2.3");
    process.exit(0);
  }
  const account = text("account") ?? null;
  if (values.login && account) {
    process.stdout.write("Who are you? ");
    for await (const name of console) {
      await Bun.write(account, name);
      break;
    }
    console.log("Signed in.");
    process.exit(0);
  }
  const ignore = list(text("ignore"));
  if (ignore.has("term")) process.on("SIGTERM", () => {});
  if (text("banner")) console.log(text("banner"));
  const file = text("replay");
  if (file) await replay(file);
  else
    await new FakeAgent({
      home: text("home") ?? null,
      no: list(text("no")),
      faults: new Map(((values.fault as string[] | undefined) ?? []).map((f) => f.split(":", 2) as [string, string])),
      ignore,
      client: list(text("client")),
      account,
    }).serve();
}
