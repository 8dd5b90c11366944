/** The scripted model server, in this process on a free port: `await using llm = await fakeLlm()`. */

import type { About } from "../../scripts/fake-llm/flavours.ts";
import { type FakeLlmOptions, type FakeRequest, type Script, startFakeLlm } from "../../scripts/fake-llm.ts";

export interface TestLlm extends AsyncDisposable {
  /** Base URL with /v1. */
  url: string;
  port: number;
  about: About;
  /** Every request so far, oldest first. */
  requests(): FakeRequest[];
  /** Bodies of the chat requests so far. */
  chats(): FakeRequest["body"][];
  /** Resolves with the n-th chat request (1-based) as soon as it came in. */
  chat(n?: number): Promise<FakeRequest>;
  /** Script for the requests to come: directives, or a function of the request; null reads the user message again. */
  set(script: Script): void;
}

const WAIT_MS = 5_000;

/** Starts one; disposing closes it with all its connections. */
export async function fakeLlm(options: Omit<FakeLlmOptions, "onRequest"> = {}): Promise<TestLlm> {
  const seen: FakeRequest[] = [];
  const waiting = new Set<() => void>();
  const server = await startFakeLlm({
    ...options,
    onRequest: (request) => {
      seen.push(request);
      for (const wake of waiting) wake();
    },
  });
  const chats = () => seen.filter((r) => r.path === "/v1/chat/completions");
  return {
    url: server.url,
    port: server.port,
    about: server.about,
    requests: () => seen,
    chats: () => chats().map((r) => r.body),
    chat: (n = 1) =>
      new Promise((resolve, reject) => {
        const wake = () => {
          const found = chats()[n - 1];
          if (!found) return;
          clearTimeout(deadline);
          waiting.delete(wake);
          resolve(found);
        };
        const deadline = setTimeout(() => {
          waiting.delete(wake);
          reject(new Error(`chat request ${n} did not come within ${WAIT_MS} ms`));
        }, WAIT_MS);
        waiting.add(wake);
        wake();
      }),
    set: server.setScript,
    [Symbol.asyncDispose]: server.close,
  };
}
