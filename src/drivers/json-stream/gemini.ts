/** Gemini's `--output-format stream-json`. */
import { z } from "zod";
import {
  callName,
  callPatch,
  count,
  maybe,
  read,
  type StreamEvent,
  type StreamReader,
  sessionName,
  text,
  toolEvent,
} from "./shape.ts";

const Line = z.looseObject({ type: z.string() });
const Init = z.object({ session_id: sessionName, model: maybe });
const Said = z.object({ role: z.literal("assistant"), content: text });
const Call = z.object({ tool_id: callName, tool_name: z.string().max(200), parameters: z.unknown() });
const Done = z.object({
  tool_id: callName,
  status: z.string().catch("success"),
  output: maybe,
  error: z.object({ message: maybe }).nullish().catch(null),
});
const Problem = z.object({ message: text });
const End = z.object({
  status: z.string().catch("success"),
  error: z.object({ message: maybe }).nullish().catch(null),
  stats: z.object({ input_tokens: count, output_tokens: count, cached: count }).nullish().catch(null),
});

export function geminiReader(): StreamReader {
  return (value): StreamEvent[] => {
    switch (read(Line, value)?.type) {
      case "init": {
        const init = read(Init, value);
        return init ? [{ kind: "session", id: init.session_id, model: init.model ?? null }] : [];
      }
      case "message": {
        const said = read(Said, value);
        return said ? [{ kind: "text", text: said.content }] : [];
      }
      case "tool_use": {
        const call = read(Call, value);
        return call ? [toolEvent(call.tool_id, true, callPatch(call.tool_name, call.parameters))] : [];
      }
      case "tool_result": {
        const done = read(Done, value);
        if (!done) return [];
        const failed = done.status !== "success";
        const output = done.output ?? done.error?.message ?? null;
        return [toolEvent(done.tool_id, false, { status: failed ? "failed" : "completed", output })];
      }
      case "error": {
        const problem = read(Problem, value);
        return problem ? [{ kind: "notice", text: problem.message }] : [];
      }
      case "result":
        return endOf(value);
      default:
        return [];
    }
  };
}

function endOf(value: unknown): StreamEvent[] {
  const end = read(End, value);
  if (!end) return [];
  const failed = end.status !== "success";
  return [
    {
      kind: "end",
      error: failed ? (end.error?.message ?? "it failed without a word").slice(0, 400) : null,
      tokens_in: end.stats?.input_tokens ?? null,
      tokens_out: end.stats?.output_tokens ?? null,
      tokens_cached: end.stats?.cached ?? null,
      cost_usd: null,
    },
  ];
}
