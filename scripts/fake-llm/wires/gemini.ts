/** Gemini's generateContent, as its command line asks for it. */
import type { ServerResponse } from "node:http";
import type { ChatBody, Plan } from "../directives.ts";
import {
  answer,
  asList,
  asObject,
  eventsOn,
  gathered,
  leastOf,
  newName,
  type Piece,
  pieces,
  type Turn,
  tokensOf,
  userTurn,
} from "./shape.ts";

export function fromGemini(body: Record<string, unknown>, model: string): ChatBody {
  const tools = asList(body.tools).flatMap((tool) =>
    asList(tool.functionDeclarations).map((f) => ({ function: { name: String(f.name) } })),
  );
  return { model, messages: gathered(asList(body.contents).flatMap(turnsOf)), tools };
}

export function schemaOfGemini(body: Record<string, unknown>): unknown {
  const config = asObject(body.generationConfig);
  if (config.responseMimeType !== "application/json") return undefined;
  return config.responseJsonSchema ?? config.responseSchema ?? {};
}

/** Its routers and checks end in a choice of what comes last. */
export function leastOfGemini(schema: unknown): unknown {
  const least = asObject(leastOf(schema));
  if ("next_speaker" in least) least.next_speaker = "user";
  if ("model_choice" in least) least.model_choice = "pro";
  return least;
}

function turnsOf({ role, parts }: Record<string, unknown>): Turn[] {
  if (role === "model") return [{ role: "assistant", content: "" }];
  const all = asList(parts);
  const results = all.filter((part) => part.functionResponse);
  const texts = all.filter((part) => typeof part.text === "string").map((part) => String(part.text));
  return [
    ...results.map(
      (part): Turn => ({ role: "tool", content: JSON.stringify(asObject(part.functionResponse).response) }),
    ),
    ...userTurn(texts),
  ];
}

const partOf = (piece: Piece) =>
  piece.kind === "tool"
    ? {
        functionCall: { id: newName("fc"), name: piece.name, args: JSON.parse(piece.arguments) as unknown },
        thoughtSignature: "ZmFrZQ==",
      }
    : { text: piece.text, ...(piece.kind === "think" && { thought: true }) };

export async function playGemini(
  plan: Plan,
  body: Record<string, unknown>,
  response: ServerResponse,
  { model, stream }: { model: string; stream: boolean },
): Promise<void> {
  const promptTokenCount = plan.usage?.in ?? tokensOf(body.contents);
  const whole = (parts: unknown[], sent: number, finish: boolean) => ({
    candidates: [{ content: { role: "model", parts }, index: 0, ...(finish && { finishReason: "STOP" }) }],
    usageMetadata: { promptTokenCount, candidatesTokenCount: sent, totalTokenCount: promptTokenCount + sent },
    modelVersion: model,
    responseId: newName("gem"),
  });
  const parts: unknown[] = [];
  const events = stream ? eventsOn(response) : null;
  for await (const piece of pieces(plan, response)) {
    parts.push(partOf(piece));
    events?.send(whole([parts.at(-1)], parts.length, false));
  }
  if (!events) return answer(response, whole(parts, parts.length, true));
  events.send(whole([{ text: "" }], parts.length, true));
  events.end();
}
