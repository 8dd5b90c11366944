/**
 * What the wires beside chat completions share. Coding agents that are tested speak Anthropic's messages, OpenAI's
 * responses, or Gemini's: each request becomes the turns that a plan is made from, and the plan's steps their events.
 */
import type { ServerResponse } from "node:http";
import { type ChatBody, type Plan, parseDirectives } from "../directives.ts";

export type Turn = NonNullable<ChatBody["messages"]>[number];

/** A piece of an answer: a word, or a whole call. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "think"; text: string }
  | { kind: "tool"; name: string; arguments: string };

let serial = 0;
export const newName = (prefix: string): string => `${prefix}_fake${(++serial).toString(36)}`;

export const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
export const asList = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(asObject) : []);

/** Text of a content that is a text, or a list of blocks. */
export function wordsOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(wordsOf).join("");
  const { text, output, content: inner } = asObject(content);
  return wordsOf(text ?? output ?? inner ?? "");
}

const REMINDERS = /<system-reminder>[\s\S]*?<\/system-reminder>/g;
const scripted = (text: string) => parseDirectives(text).length > 0;

/** Of what a user's turn is made of, the piece that holds directives; agents put their own texts around it. */
export function userTurn(texts: string[]): Turn[] {
  const said = texts.map((text) => text.replace(REMINDERS, "")).filter((text) => text.trim() !== "");
  const text = said.findLast(scripted) ?? said.at(-1);
  return text === undefined ? [] : [{ role: "user", content: text }];
}

/** Users' turns in a row are one: the last that holds directives, else the last. Later ones after a result are side texts. */
export function gathered(turns: Turn[]): Turn[] {
  const kept: Turn[] = [];
  for (const turn of turns) {
    const before = kept.at(-1);
    const plain = turn.role === "user" && !scripted(wordsOf(turn.content));
    if (plain && before?.role === "tool") continue;
    if (turn.role === "user" && before?.role === "user") {
      if (!plain || !scripted(wordsOf(before.content))) kept[kept.length - 1] = turn;
    } else kept.push(turn);
  }
  return kept;
}

/** The least object of a JSON schema, for side calls that want one: titles, reviews of a guardian. */
export function leastOf(schema: unknown): unknown {
  const s = asObject(schema);
  if (Array.isArray(s.enum)) return s.enum[0];
  if (s.const !== undefined) return s.const;
  const any = s.anyOf ?? s.oneOf;
  if (Array.isArray(any)) return leastOf(any[0]);
  const type = String(Array.isArray(s.type) ? s.type[0] : (s.type ?? "")).toLowerCase();
  if (type === "object" || s.properties)
    return Object.fromEntries(Object.entries(asObject(s.properties)).map(([name, inner]) => [name, leastOf(inner)]));
  return { array: [], boolean: true, integer: 1, number: 1, null: null }[type] ?? (type === "null" ? null : "fake");
}

/** Words of the plan, paced as it says; ends early with the client. */
export async function* pieces(plan: Plan, response: ServerResponse): AsyncGenerator<Piece> {
  for (const piece of unpaced(plan)) {
    if (response.destroyed) return;
    if (plan.slow_ms > 0) await Bun.sleep(plan.slow_ms);
    yield piece;
  }
}

function* unpaced(plan: Plan): Generator<Piece> {
  for (const step of plan.steps) {
    if (step.kind === "tool") yield step;
    else if (step.kind === "tokens") for (let i = 0; i < step.n; i++) yield { kind: "text", text: `tok${i} ` };
    else if (step.kind === "stamps")
      for (let i = 0; i < step.n; i++)
        yield { kind: "text", text: `@${Math.round((performance.timeOrigin + performance.now()) * 1000)} ` };
    else if (step.kind === "text" || step.kind === "think")
      for (const word of step.text.match(/\S+\s*|\s+/g) ?? []) yield { kind: step.kind, text: word };
  }
}

export interface Events {
  send(value: Record<string, unknown>, name?: string): void;
  end(): void;
}

export function eventsOn(response: ServerResponse): Events {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  return {
    send: (value, name) => {
      if (!response.destroyed) response.write(`${name ? `event: ${name}\n` : ""}data: ${JSON.stringify(value)}\n\n`);
    },
    end: () => void response.end(),
  };
}

export function answer(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

export const tokensOf = (body: unknown): number => Math.ceil(JSON.stringify(body ?? "").length / 4);
