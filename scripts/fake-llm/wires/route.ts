/** Which of the other wires a request speaks, and its answer by the same directives. */
import type { ServerResponse } from "node:http";
import { type ChatBody, type Plan, planFor } from "../directives.ts";
import { fromAnthropic, playAnthropic, schemaOfAnthropic } from "./anthropic.ts";
import { fromGemini, leastOfGemini, playGemini, schemaOfGemini } from "./gemini.ts";
import { fromResponses, playResponses, schemaOfResponses } from "./responses.ts";
import { answer, asObject, leastOf, tokensOf } from "./shape.ts";

const GEMINI = /\/models\/([^:/]+):(generateContent|streamGenerateContent|countTokens)$/;

/** Null when it is none of them. `script` is what stands in for the directives. */
export function otherWire(
  path: string,
  given: unknown,
  script: (body: ChatBody) => string | null,
): ((response: ServerResponse) => Promise<void> | void) | null {
  const body = asObject(given);
  const plan = (chat: ChatBody, schema: unknown, least: (schema: unknown) => unknown = leastOf): Plan => {
    const made = planFor(chat, script(chat));
    return schema === undefined ? made : { ...made, steps: [{ kind: "text", text: JSON.stringify(least(schema)) }] };
  };
  if (/\/messages\/count_tokens$/.test(path))
    return (response) => answer(response, { input_tokens: tokensOf(body.messages) });
  if (/\/messages$/.test(path))
    return (response) =>
      waited(plan(fromAnthropic(body), schemaOfAnthropic(body)), (p) => playAnthropic(p, body, response));
  if (/\/responses$/.test(path))
    return (response) =>
      waited(plan(fromResponses(body), schemaOfResponses(body)), (p) => playResponses(p, body, response));
  const [, model = "", verb] = GEMINI.exec(path) ?? [];
  if (!verb) return null;
  if (verb === "countTokens") return (response) => answer(response, { totalTokens: tokensOf(body.contents) });
  const stream = verb === "streamGenerateContent";
  return (response) =>
    waited(plan(fromGemini(body, model), schemaOfGemini(body), leastOfGemini), (p) =>
      playGemini(p, body, response, { model, stream }),
    );
}

async function waited(plan: Plan, play: (plan: Plan) => Promise<void>): Promise<void> {
  if (plan.wait_ms > 0) await Bun.sleep(plan.wait_ms);
  await play(plan);
}
