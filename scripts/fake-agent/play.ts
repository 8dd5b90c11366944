/** Plays the directives of one prompt as updates, permissions and real changes in the directory of the conversation. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Directive, directivesOf } from "./directives.ts";
import { RpcError, type Wire } from "./wire.ts";

export interface Conversation {
  id: string;
  cwd: string;
  mode: string;
  chosen: { model: string; thought_level: string };
  history: { role: "user" | "agent"; text: string }[];
  abort: AbortController;
}

interface Playing {
  wire: Wire;
  c: Conversation;
  can: { fs: boolean; terminal: boolean };
  slow: number;
  said: string;
  plan: string[];
  calls: number;
  stop: string;
}

export async function play(wire: Wire, c: Conversation, text: string, can: Playing["can"]) {
  const p: Playing = { wire, c, can, slow: 0, said: "", plan: [], calls: 0, stop: "end_turn" };
  const before = c.history.slice(0, -1);
  try {
    for (const directive of directivesOf(text)) {
      if (c.abort.signal.aborted) throw new Cancelled();
      await step(p, directive, before);
    }
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    p.stop = "cancelled";
  }
  c.history.push({ role: "agent", text: p.said });
  return { stopReason: p.stop, usage: { inputTokens: text.length, outputTokens: p.said.length, cachedReadTokens: 0 } };
}

class Cancelled extends Error {}

async function step(p: Playing, { op, arg }: Directive, before: Conversation["history"]): Promise<void> {
  const { wire, c } = p;
  const update = (u: Record<string, unknown>) => wire.update(c.id, u);
  switch (op) {
    case "say":
      return say(p, "agent_message_chunk", arg.split(/(?<= )/));
    case "think":
      return say(p, "agent_thought_chunk", arg.split(/(?<= )/));
    case "tokens":
      return say(
        p,
        "agent_message_chunk",
        Array.from({ length: Number(arg) }, (_, i) => `t${i} `),
      );
    case "stamps":
      for (let i = 0; i < Number(arg); i++)
        await say(p, "agent_message_chunk", [`@${Math.round((performance.timeOrigin + performance.now()) * 1000)} `]);
      return;
    case "history":
      return say(p, "agent_message_chunk", [
        `I remember ${before.length} messages: ${before.map((m) => m.text).join(" / ")}`,
      ]);
    case "slow":
      p.slow = Number(arg);
      return;
    case "wait":
      return pause(p, Number(arg));
    case "write":
    case "edit":
    case "delete":
    case "asktwice":
    case "askfirst":
      return change(p, op, arg.split("|"));
    case "bash":
      return bash(p, arg);
    case "read":
      return readFile(p, arg);
    case "plan":
      p.plan = arg.split("|");
      return plan(p, 0);
    case "step":
      return plan(p, Number(arg));
    case "commands":
      return update({
        sessionUpdate: "available_commands_update",
        availableCommands: arg.split(",").map((name) => ({ name, description: name })),
      });
    case "mode":
      c.mode = arg;
      return update({ sessionUpdate: "current_mode_update", currentModeId: arg });
    case "title":
      return update({ sessionUpdate: "session_info_update", title: arg });
    case "notice":
      return update({ sessionUpdate: "notice", severity: "info", title: arg });
    case "usage": {
      const [used, size, cost] = arg.split(",").map(Number);
      return update({
        sessionUpdate: "usage_update",
        used,
        size,
        ...(cost !== undefined && { cost: { amount: cost, currency: "USD" } }),
      });
    }
    default:
      return misbehave(p, op, arg);
  }
}

async function misbehave(p: Playing, op: string, arg: string): Promise<void> {
  switch (op) {
    case "hang":
      await new Promise((_, reject) => p.c.abort.signal.addEventListener("abort", () => reject(new Cancelled())));
      return;
    case "die":
      process.stderr.write("fatal: the fake agent was told to die\n");
      process.exit(Number(arg) || 1);
      break;
    case "error":
      throw new RpcError(-32603, "Internal error", { details: arg });
    case "auth":
      throw new RpcError(-32000, "Authentication required");
    case "garbage":
      for (let i = 0; i < (Number(arg) || 3); i++) p.wire.raw(`[warn] line ${i} is no message\n{"half":\n`);
      return;
    case "flood": {
      const text = "x".repeat(10_000);
      for (let i = 0; i < Number(arg) * 100; i++) {
        p.wire.update(p.c.id, { sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
        if (i % 20 === 0) await pause(p, 0);
      }
      return;
    }
    case "unknown":
      p.wire.update(p.c.id, { sessionUpdate: "something_new", value: 1 });
      p.wire.update("another-session", {
        sessionUpdate: "agent_message_chunk",
        content: { type: "text", text: "not for you" },
      });
      p.wire.update(p.c.id, { sessionUpdate: "tool_call", title: 5 });
      return;
    case "stray":
      // In a session of its own: killing the agent's group does not reach it.
      Bun.spawn(["sleep", arg], { stdin: "ignore", stdout: "ignore", stderr: "ignore", detached: true }).unref();
      return;
    case "stop":
      p.stop = arg;
      return;
    default:
      throw new RpcError(-32602, `no such directive: ${op}`);
  }
}

async function say(p: Playing, kind: string, pieces: string[]): Promise<void> {
  for (const text of pieces) {
    await pause(p, p.slow);
    p.said += kind === "agent_message_chunk" ? text : "";
    p.wire.update(p.c.id, { sessionUpdate: kind, content: { type: "text", text } });
  }
}

async function pause(p: Playing, ms: number): Promise<void> {
  if (ms > 0) await Bun.sleep(ms);
  else await new Promise<void>((done) => setImmediate(done));
  if (p.c.abort.signal.aborted) throw new Cancelled();
}

function plan(p: Playing, done: number): void {
  const status = (i: number) => (i < done ? "completed" : i === done ? "in_progress" : "pending");
  const entries = p.plan.map((content, i) => ({ content, priority: "medium", status: status(i) }));
  p.wire.update(p.c.id, { sessionUpdate: "plan", entries });
}

/** A call that changes a file: shown, asked for, done. */
async function change(p: Playing, op: string, [name = "", first = "", second = ""]: string[]): Promise<void> {
  const { wire, c } = p;
  const path = resolve(c.cwd, name);
  const old = existsSync(path) ? readFileSync(path, "utf8") : null;
  const text = op === "edit" ? (old ?? "").replace(first, second) : first;
  const kind = op === "delete" ? "delete" : "edit";
  const call = {
    toolCallId: `call-${c.history.length}-${++p.calls}`,
    title: `${op === "edit" ? "Edit" : op === "delete" ? "Delete" : "Write"} ${name}`,
    kind,
    locations: [{ path, line: 1 }],
    rawInput: { path, content: text },
    content: op === "delete" ? [] : [{ type: "diff", path, oldText: old, newText: text }],
  };
  const early = op === "askfirst" ? permitted(p, call) : null;
  if (early) await say(p, "agent_message_chunk", [second]);
  wire.update(c.id, { sessionUpdate: "tool_call", status: "pending", ...call });
  for (let i = 0; i < (op === "asktwice" ? 2 : 1); i++)
    if (!(await (early ?? permitted(p, call)))) return fail(p, call.toolCallId, "User refused permission to run tool");
  wire.update(c.id, { sessionUpdate: "tool_call_update", toolCallId: call.toolCallId, status: "in_progress" });
  if (op === "delete") rmSync(path);
  else if (p.can.fs) {
    try {
      await wire.ask("fs/write_text_file", { sessionId: c.id, path, content: text });
    } catch (error) {
      return fail(p, call.toolCallId, (error as Error).message);
    }
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  wire.update(c.id, { sessionUpdate: "tool_call_update", toolCallId: call.toolCallId, status: "completed" });
}

async function bash(p: Playing, command: string): Promise<void> {
  const { wire, c } = p;
  const toolCallId = `call-${c.history.length}-${++p.calls}`;
  const call = { toolCallId, title: command, kind: "execute", rawInput: { command } };
  wire.update(c.id, { sessionUpdate: "tool_call", status: "pending", ...call });
  if (!(await permitted(p, call))) return fail(p, toolCallId, "User refused permission to run tool");
  if (p.can.terminal) {
    const { terminalId } = await wire.ask("terminal/create", { sessionId: c.id, command, cwd: c.cwd });
    wire.update(c.id, {
      sessionUpdate: "tool_call_update",
      toolCallId,
      status: "in_progress",
      content: [{ type: "terminal", terminalId }],
    });
    const exit = await wire.ask("terminal/wait_for_exit", { sessionId: c.id, terminalId });
    await wire.ask("terminal/release", { sessionId: c.id, terminalId });
    const status = exit.exitCode === 0 ? "completed" : "failed";
    return wire.update(c.id, { sessionUpdate: "tool_call_update", toolCallId, status });
  }
  wire.update(c.id, { sessionUpdate: "tool_call_update", toolCallId, status: "in_progress" });
  const child = Bun.spawn(["sh", "-c", command], { cwd: c.cwd, stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  const text = await new Response(child.stdout).text();
  wire.update(c.id, {
    sessionUpdate: "tool_call_update",
    toolCallId,
    status: (await child.exited) === 0 ? "completed" : "failed",
    content: [{ type: "content", content: { type: "text", text } }],
  });
}

async function readFile(p: Playing, name: string): Promise<void> {
  const { wire, c } = p;
  const toolCallId = `call-${c.history.length}-${++p.calls}`;
  const path = resolve(c.cwd, name);
  wire.update(c.id, {
    sessionUpdate: "tool_call",
    toolCallId,
    title: `Read ${name}`,
    kind: "read",
    status: "in_progress",
    locations: [{ path }],
    rawInput: { path },
  });
  try {
    const { content } = await wire.ask("fs/read_text_file", { sessionId: c.id, path });
    wire.update(c.id, {
      sessionUpdate: "tool_call_update",
      toolCallId,
      status: "completed",
      content: [{ type: "content", content: { type: "text", text: content } }],
    });
  } catch (error) {
    fail(p, toolCallId, (error as Error).message);
  }
}

const OPTIONS = [
  { optionId: "allow-once", kind: "allow_once", name: "Allow once" },
  { optionId: "allow-always", kind: "allow_always", name: "Always allow" },
  { optionId: "reject", kind: "reject_once", name: "Reject" },
];

async function permitted(p: Playing, toolCall: Record<string, unknown>): Promise<boolean> {
  if (p.c.mode === "auto") return true;
  const { outcome } = (await p.wire.ask("session/request_permission", {
    sessionId: p.c.id,
    toolCall,
    options: OPTIONS,
  })) as {
    outcome: { outcome: string; optionId?: string };
  };
  if (outcome.outcome === "cancelled") throw new Cancelled();
  if (outcome.optionId === "allow-always") p.c.mode = "auto";
  return outcome.optionId?.startsWith("allow") === true;
}

function fail(p: Playing, toolCallId: string, text: string): void {
  p.wire.update(p.c.id, {
    sessionUpdate: "tool_call_update",
    toolCallId,
    status: "failed",
    content: [{ type: "content", content: { type: "text", text } }],
  });
}
