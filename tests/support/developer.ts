/** The developer at one browser, by JSON over HTTP: asks in chats, watches what comes, answers what is asked. */
import { readFile } from "node:fs/promises";
import type { Change } from "../../src/domain/change.ts";
import type { Part } from "../../src/domain/message.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { type Caller, callerOf } from "./caller.ts";
import type { ServerProcess } from "./server.ts";
import { until } from "./until.ts";

export interface SeenRun {
  id: string;
  state: string;
  reason: string | null;
  error: string | null;
  agent_mode: string | null;
  model: string | null;
  ended_at: string | null;
}

/** Agents start slowly on a busy machine, and retry by themselves. */
const PATIENCE_MS = 60_000;

export class Developer {
  /** The server may be another one at each call: it is killed and started again. */
  constructor(
    private readonly server: () => ServerProcess,
    private readonly patience_ms = PATIENCE_MS,
  ) {}

  readonly call: Caller = (method, path, body) => callerOf(this.server())(method, path, body);

  async ask(chat: string, text: string, more: Record<string, unknown> = {}): Promise<string> {
    return (await this.call<{ run: SeenRun }>("POST", `/chats/${chat}/messages`, { text, ...more })).run.id;
  }
  async goOn(run: string): Promise<string> {
    return (await this.call<{ run: SeenRun }>("POST", `/runs/${run}/continuation`)).run.id;
  }
  stop(run: string): Promise<unknown> {
    return this.call<unknown>("POST", `/runs/${run}/cancellation`);
  }
  async run(id: string): Promise<SeenRun> {
    return (await this.call<{ run: SeenRun }>("GET", `/runs/${id}`)).run;
  }
  ended(id: string): Promise<SeenRun> {
    return until(async () => {
      const now = await this.run(id);
      return now.ended_at ? now : null;
    }, this.patience_ms);
  }

  /** Of the newest message of a chat. */
  async parts(chat: string): Promise<Part[]> {
    const { messages } = await this.call<{ messages: { parts: Part[] }[] }>("GET", `/chats/${chat}`);
    return messages.at(-1)?.parts ?? [];
  }
  async text(chat: string): Promise<string> {
    return (await this.parts(chat)).flatMap((p) => (p.kind === "text" ? p.text : (tailOf(p) ?? []))).join("");
  }
  async notices(chat: string): Promise<string> {
    return (await this.parts(chat)).flatMap((p) => (p.kind === "notice" ? p.text : [])).join("|");
  }
  /** Waits until the answer that is being written has these words. */
  sees(chat: string, words: RegExp): Promise<unknown> {
    return until(async () => words.test(await this.text(chat)), this.patience_ms);
  }

  async open(): Promise<RunRequest[]> {
    return (await this.call<{ requests: RunRequest[] }>("GET", "/requests?state=open")).requests;
  }
  /** Waits until this provider asks for something. */
  asked(provider: string): Promise<RunRequest> {
    return until(async () => (await this.open()).find((r) => r.provider === provider), this.patience_ms);
  }
  /** Answers by the kind of the option, whatever the agent calls it. */
  async answer(request: RunRequest, kind: "allow_once" | "reject_once"): Promise<void> {
    const option = (request.options as { id: string; kind: string }[]).find((o) => o.kind === kind)!;
    await this.call("POST", `/requests/${request.id}/answer`, { option_id: option.id });
  }

  async changes(session: string): Promise<Change[]> {
    return (await this.call<{ changes: Change[] }>("GET", `/sessions/${session}/changes`)).changes;
  }
  /** Accepts every file but these, which are rejected. */
  async decide(session: string, rejected: readonly string[] = []): Promise<void> {
    for (const { id, path } of await this.changes(session))
      await this.call("PUT", `/changes/${id}/verdict`, { verdict: rejected.includes(path) ? "rejected" : "accepted" });
  }

  async openChat(session: string): Promise<string> {
    return (await this.call<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, { kind: "coder" })).chat.id;
  }
  /** A project at the directory with a session and its first coder's chat. */
  async openSession(path: string): Promise<{ session: string; chat: string }> {
    const { project } = await this.call<{ project: { id: string } }>("POST", "/projects", { path });
    const made = await this.call<{ session: { id: string }; chat: { id: string } }>(
      "POST",
      `/projects/${project.id}/sessions`,
      { kind: "coder" },
    );
    return { session: made.session.id, chat: made.chat.id };
  }

  /** The server's instance, from the marker of an agent that runs now: `markedProcesses` finds what bears it. */
  async instance(): Promise<string> {
    const { processes } = await this.call<{ processes: { pid: number }[] }>("GET", "/processes");
    const environment = await readFile(`/proc/${processes[0]!.pid}/environ`, "utf8");
    return /BOOCODE_AGENT=([^:\0]+):/.exec(environment)![1]!;
  }
}

/** What the screen of an agent in a terminal says. */
const tailOf = (part: Part) => (part.kind === "tool" ? part.meta.agent?.tail : null);
