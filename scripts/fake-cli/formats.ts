/** How the scripted program says what it does: as text for people, or as one of the JSON streams. */
import { writeSync } from "node:fs";

export interface Format {
  begin(prompt: string): void;
  say(text: string): void;
  think(text: string): void;
  /** A call, done. */
  wrote(path: string, text: string, ok: boolean): void;
  ran(command: string, output: string, code: number): void;
  plan(entries: string[]): void;
  end(error: string | null): void;
}

const line = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
let calls = 0;
const callId = () => `call_${process.pid}_${++calls}`;

/** On a terminal what is written and not taken yet is lost at the end of the program: this waits until it is taken. */
function writeNow(text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0)
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as { code?: string }).code !== "EAGAIN") throw error;
      Bun.sleepSync(1);
    }
}

function text(): Format {
  const out = writeNow;
  return {
    begin: () => out("\u001b[1;35mfake-cli\u001b[0m ready\n"),
    say: out,
    think: (s) => out(`\u001b[2m${s}\u001b[22m\n`),
    wrote: (path, _, ok) => out(`\n\u001b[32m${ok ? "+" : "x"}\u001b[39m ${path}\n`),
    ran: (command, output, code) => out(`\n$ ${command}\n${output}${code === 0 ? "" : `exit ${code}\n`}`),
    plan: (entries) => out(`${entries.map((e) => `[ ] ${e}`).join("\n")}\n`),
    end: (error) => out(error ? `\n\u001b[31m${error}\u001b[39m\n` : "\n"),
  };
}

function claude(id: string, model: string): Format {
  const message = (content: unknown[]) => line({ type: "assistant", message: { role: "assistant", model, content } });
  const result = (tool_use_id: string, content: string, is_error: boolean) =>
    line({
      type: "user",
      message: { role: "user", content: [{ type: "tool_result", tool_use_id, content, is_error }] },
    });
  const piece = (delta: unknown) =>
    line({ type: "stream_event", event: { type: "content_block_delta", index: 0, delta } });
  return {
    begin: () => line({ type: "system", subtype: "init", session_id: id, model, tools: [], permissionMode: "default" }),
    say: (t) => {
      piece({ type: "text_delta", text: t });
      message([{ type: "text", text: t }]);
    },
    think: (thinking) => {
      piece({ type: "thinking_delta", thinking });
      message([{ type: "thinking", thinking, signature: "" }]);
    },
    wrote: (file_path, content, ok) => {
      const call = callId();
      message([{ type: "tool_use", id: call, name: "Write", input: { file_path, content } }]);
      result(call, ok ? `File created at ${file_path}` : "Permission to use Write was refused", !ok);
    },
    ran: (command, output, code) => {
      const call = callId();
      message([{ type: "tool_use", id: call, name: "Bash", input: { command } }]);
      result(call, output, code !== 0);
    },
    plan: (entries) => {
      const todos = entries.map((content, i) => ({ content, status: i === 0 ? "in_progress" : "pending" }));
      message([{ type: "tool_use", id: callId(), name: "TodoWrite", input: { todos } }]);
    },
    end: (error) =>
      line({
        type: "result",
        subtype: error ? "error_during_execution" : "success",
        is_error: error !== null,
        result: error ?? "done",
        session_id: id,
        total_cost_usd: 0.25,
        usage: { input_tokens: 120, output_tokens: 8, cache_read_input_tokens: 100 },
      }),
  };
}

function codex(id: string): Format {
  let items = 0;
  const item = (type: string, fields: object) => line({ type, item: { id: `item_${items}`, ...fields } });
  const done = (fields: object) => {
    items++;
    item("item.completed", fields);
  };
  return {
    begin: () => {
      line({ type: "thread.started", thread_id: id });
      line({ type: "turn.started" });
    },
    say: (t) => done({ type: "agent_message", text: t }),
    think: (t) => done({ type: "reasoning", text: t }),
    wrote: (path, _, ok) => {
      done({ type: "file_change", changes: [{ path, kind: "add" }], status: ok ? "completed" : "failed" });
    },
    ran: (command, aggregated_output, exit_code) => {
      items++;
      const call = { type: "command_execution", command: `/bin/bash -lc '${command}'` };
      item("item.started", { ...call, aggregated_output: "", exit_code: null, status: "in_progress" });
      const status = exit_code === 0 ? "completed" : "failed";
      item("item.completed", { ...call, aggregated_output, exit_code, status });
    },
    plan: (entries) => done({ type: "todo_list", items: entries.map((t) => ({ text: t, completed: false })) }),
    end: (error) =>
      error
        ? line({ type: "turn.failed", error: { message: error } })
        : line({ type: "turn.completed", usage: { input_tokens: 120, cached_input_tokens: 100, output_tokens: 8 } }),
  };
}

function gemini(id: string, model: string): Format {
  const call = (tool_name: string, parameters: object, ok: boolean, output: string) => {
    const tool_id = callId();
    line({ type: "tool_use", tool_name, tool_id, parameters });
    line({ type: "tool_result", tool_id, status: ok ? "success" : "error", output });
  };
  return {
    begin: (prompt) => {
      line({ type: "init", session_id: id, model });
      line({ type: "message", role: "user", content: prompt });
    },
    say: (content) => line({ type: "message", role: "assistant", content, delta: true }),
    think: () => {},
    wrote: (file_path, content, ok) => call("write_file", { file_path, content }, ok, ok ? "written" : "refused"),
    ran: (command, output, code) => call("run_shell_command", { command }, code === 0, output),
    plan: () => {},
    end: (error) =>
      line({
        type: "result",
        status: error ? "error" : "success",
        ...(error && { error: { message: error } }),
        stats: { input_tokens: 120, output_tokens: 8, cached: 100 },
      }),
  };
}

export const FORMATS: Record<string, (id: string, model: string) => Format> = { text, claude, codex, gemini };
