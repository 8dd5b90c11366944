/** What the model was told, and whether an endpoint and its cache of the prompt can live with it. */
import { expect } from "bun:test";
import type { FakeRequest } from "../../scripts/fake-llm.ts";

export interface Told {
  role: string;
  content: string | null;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}
export const toldBy = (body: FakeRequest["body"]) => body.messages as unknown as Told[];

/** Every call has its result and every result its call, in this order; nothing is empty; arguments are JSON. */
export function expectWellFormed(messages: readonly Told[]): void {
  expect(messages[0]?.role).toBe("system");
  const open: string[] = [];
  for (const { role, content, tool_calls = [], tool_call_id } of messages) {
    if (role === "tool") expect(open.shift()).toBe(tool_call_id!);
    else expect(open).toEqual([]);
    for (const call of tool_calls) {
      open.push(call.id);
      JSON.parse(call.function.arguments);
    }
    if (role === "assistant") expect(content !== "" || tool_calls.length > 0).toBe(true);
    else expect(content).toBeString();
    if (role === "user") expect(content).not.toBe("");
  }
  expect(open).toEqual([]);
  expect(messages.at(-1)?.role).not.toBe("assistant");
}

const isWrapUp = (message: Told | undefined) =>
  message?.role === "user" && message.content?.startsWith("The limit of this run") === true;

/**
 * Each request of one chat begins, byte for byte, with what the one before it said: then the endpoint's cache holds.
 * The wrap-up of a limit is said once and not kept.
 */
export function expectStablePrefix(bodies: readonly FakeRequest["body"][]): void {
  let before: string[] = [];
  for (const body of bodies) {
    const messages = toldBy(body);
    expectWellFormed(messages);
    const now = messages.map((message) => JSON.stringify(message));
    expect(now.slice(0, before.length)).toEqual(before);
    before = isWrapUp(messages.at(-1)) ? now.slice(0, -1) : now;
  }
}
