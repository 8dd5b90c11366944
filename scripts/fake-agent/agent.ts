/** The scripted agent: its conversations, what it offers, and the requests of its client. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Conversation, play } from "./play.ts";
import { type Request, RpcError, Wire } from "./wire.ts";

export interface FakeAgentOptions {
  home: string | null;
  no: Set<string>;
  faults: Map<string, string>;
  ignore: Set<string>;
  client: Set<string>;
  account: string | null;
}

const MODES = [
  { id: "ask", name: "Ask first" },
  { id: "auto", name: "Automatic" },
  { id: "plan", name: "Plan" },
];
const OPTIONS = {
  model: ["fake-large", "fake-small"],
  thought_level: ["low", "high"],
} as const;

export class FakeAgent {
  private readonly wire = new Wire();
  private readonly open = new Map<string, Conversation>();
  private clientCan: { fs?: { writeTextFile?: boolean }; terminal?: boolean; auth?: { terminal?: boolean } } = {};

  constructor(private readonly options: FakeAgentOptions) {}

  async serve(): Promise<void> {
    await this.wire.read((message) => {
      if ("id" in message) void this.answer(message);
      else if (message.method === "session/cancel" && !this.options.ignore.has("cancel"))
        this.open.get(message.params.sessionId as string)?.abort.abort();
    });
    if (this.options.ignore.has("eof")) await new Promise(() => setInterval(() => {}, 60_000));
    process.exit(0);
  }

  private async answer(request: Request): Promise<void> {
    try {
      const result = await this.handle(request);
      this.wire.send({ id: request.id, result });
    } catch (error) {
      const { code, message, data } = error instanceof RpcError ? error : new RpcError(-32603, String(error));
      this.wire.send({ id: request.id, error: { code, message, ...(data !== undefined && { data }) } });
    }
  }

  private async handle({ method, params }: Request): Promise<unknown> {
    await this.fault(method.replace("session/", ""));
    switch (method) {
      case "initialize":
        this.clientCan = (params.clientCapabilities as never) ?? {};
        return this.hello();
      case "authenticate":
        return this.authenticate(params.methodId as string);
      case "session/new":
        return this.begin(params.cwd as string);
      case "session/load":
      case "session/resume":
        return this.restore(params.sessionId as string, params.cwd as string, method === "session/load");
      case "session/list":
        return { sessions: this.kept(params.cwd as string | undefined) };
      case "session/close":
        this.open.delete(params.sessionId as string);
        return {};
      case "session/set_mode":
        this.find(params).mode = params.modeId as string;
        return {};
      case "session/set_config_option":
        return this.setOption(params);
      case "session/prompt":
        return this.prompt(params);
      default:
        throw new RpcError(-32601, `Method not found: ${method}`);
    }
  }

  private async fault(step: string): Promise<void> {
    const how = this.options.faults.get(step);
    if (how === "hang") await new Promise(() => {});
    if (how === "garbage") this.wire.raw("Warning: something that is no message\n{broken\n[1,2]\n");
    if (how === "die") {
      process.stderr.write(`Error: the fake agent died at ${step}\n    at somewhere (file.js:1:1)\n`);
      process.exit(7);
    }
    if (how === "login") {
      process.stderr.write("You are not logged in. Run fake-agent login first.\n");
      process.exit(1);
    }
    if (how === "auth") throw new RpcError(-32000, "Authentication required");
    if (how === "error") throw new RpcError(-32603, "Internal error", { details: `refused at ${step}` });
  }

  private hello() {
    const { no, faults } = this.options;
    const can = (name: string) => (no.has(name) ? {} : { [name]: {} });
    return {
      protocolVersion: faults.get("initialize") === "version" ? 2 : 1,
      agentInfo: { name: "fake-agent", version: "1.2.3" },
      authMethods: [
        { id: "login", name: "Log in" },
        ...(this.clientCan.auth?.terminal
          ? [{ id: "tty", name: "Log in here", type: "terminal", args: ["--login"] }]
          : []),
      ],
      agentCapabilities: {
        loadSession: !no.has("load"),
        promptCapabilities: { image: !no.has("images"), embeddedContext: !no.has("embedded") },
        sessionCapabilities: { ...can("resume"), ...can("list"), ...can("close") },
      },
    };
  }

  private authenticate(method: string) {
    if (method !== "login" || !this.options.account) throw new RpcError(-32602, `No way to sign in: ${method}`);
    writeFileSync(this.options.account, "somebody");
    return {};
  }

  private begin(cwd: string) {
    const { account } = this.options;
    if (account && !existsSync(account)) throw new RpcError(-32000, "Authentication required");
    const id = `fake-${crypto.randomUUID()}`;
    const made: Conversation = {
      id,
      cwd,
      mode: "ask",
      chosen: { model: "fake-large", thought_level: "low" },
      history: [],
      abort: new AbortController(),
    };
    this.open.set(id, made);
    this.announce(id);
    return { sessionId: id, ...this.state(made) };
  }

  private restore(id: string, cwd: string, replay: boolean) {
    const file = this.fileOf(id);
    if (!file || !existsSync(file)) throw new RpcError(-32002, `Session not found: ${id}`);
    const kept = JSON.parse(readFileSync(file, "utf8")) as Pick<Conversation, "history">;
    // As with most real agents, the mode is not kept.
    const made: Conversation = {
      id,
      cwd,
      mode: "ask",
      chosen: { model: "fake-large", thought_level: "low" },
      history: kept.history,
      abort: new AbortController(),
    };
    this.open.set(id, made);
    if (replay)
      for (const { role, text } of made.history)
        this.wire.update(id, { sessionUpdate: `${role}_message_chunk`, content: { type: "text", text } });
    this.announce(id);
    return this.state(made);
  }

  private announce(id: string): void {
    if (this.options.no.has("commands")) return;
    const availableCommands = [
      { name: "review", description: "Look at the changes", input: { hint: "what to look at" } },
      { name: "init", description: "Write an AGENTS.md" },
    ];
    this.wire.update(id, { sessionUpdate: "available_commands_update", availableCommands });
  }

  private state(c: Conversation) {
    const { no } = this.options;
    const option = (id: "model" | "thought_level") => ({
      id,
      name: id,
      category: id,
      type: "select",
      currentValue: c.chosen[id],
      options: OPTIONS[id].map((value) => ({ value, name: value })),
    });
    return {
      ...(no.has("modes") ? {} : { modes: { currentModeId: c.mode, availableModes: MODES } }),
      configOptions: [
        ...(no.has("models") ? [] : [option("model")]),
        ...(no.has("thinking") ? [] : [option("thought_level")]),
      ],
    };
  }

  private setOption(params: Record<string, unknown>) {
    const c = this.find(params);
    const id = params.configId as "model" | "thought_level";
    if (!this.options.ignore.has("options")) c.chosen[id] = params.value as string;
    return this.state(c);
  }

  private async prompt(params: Record<string, unknown>) {
    const c = this.find(params);
    c.abort = new AbortController();
    const text = (params.prompt as Block[]).map(wordsOf).join("\n");
    c.history.push({ role: "user", text });
    const can = {
      fs: this.options.client.has("fs") && this.clientCan.fs?.writeTextFile === true,
      terminal: this.options.client.has("terminal") && this.clientCan.terminal === true,
    };
    const result = await play(this.wire, c, text, can);
    const file = this.fileOf(c.id);
    if (file) writeFileSync(file, JSON.stringify({ cwd: c.cwd, history: c.history }));
    return result;
  }

  private kept(wanted: string | undefined) {
    const { home } = this.options;
    if (!home || !existsSync(home)) return [];
    const all = readdirSync(home).map((name) => {
      const { cwd, history } = JSON.parse(readFileSync(join(home, name), "utf8")) as Conversation;
      return { sessionId: name.replace(/\.json$/, ""), cwd, title: history[0]?.text.slice(0, 60) ?? "Untitled" };
    });
    return all.filter(({ cwd }) => wanted === undefined || cwd === wanted);
  }

  private find(params: Record<string, unknown>): Conversation {
    const found = this.open.get(params.sessionId as string);
    if (!found) throw new RpcError(-32002, "Session not found");
    return found;
  }

  private fileOf(id: string): string | null {
    const { home } = this.options;
    if (!home) return null;
    mkdirSync(home, { recursive: true });
    return join(home, `${id}.json`);
  }
}

interface Block {
  type: string;
  text?: string;
  uri?: string;
  data?: string;
  mimeType?: string;
  resource?: { uri: string; text?: string };
}

/** What it was sent, in words: it says them again. */
function wordsOf({ type, text, uri, data, mimeType, resource }: Block): string {
  if (resource) return `(resource ${resource.uri})\n${resource.text}`;
  return text ?? `(${[type, mimeType, uri, data && `${data.length} characters`].filter(Boolean).join(" ")})`;
}
