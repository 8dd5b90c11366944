import { describe, expect, test } from "bun:test";
import type { EndpointKind } from "../../../src/domain/endpoint.ts";
import type { LlmEvent, LlmRequest } from "../../../src/domain/llm.ts";
import { createOpenAi } from "../../../src/drivers/llm/openai.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { fakeLlm, type TestLlm } from "../../support/fake-llm.ts";

const TOOL = { name: "grep", description: "Searches.", parameters: { type: "object", properties: {} } };

interface Ask {
  kind?: EndpointKind;
  api_key?: string | null;
  signal?: AbortSignal;
  request?: Partial<LlmRequest>;
  onEvent?: (event: LlmEvent) => void;
}

/** All events and the error, if it ended with one. */
async function ask(llm: Pick<TestLlm, "url">, text: string, options: Ask = {}) {
  const { kind = "openai", api_key = null, signal = new AbortController().signal, request, onEvent } = options;
  const model = createOpenAi({ base_url: llm.url, api_key, kind, retry_ms: 5 });
  const messages = [{ role: "user" as const, content: text }];
  const events: LlmEvent[] = [];
  let error: unknown = null;
  try {
    for await (const event of model.stream({
      model: "fake-model",
      messages,
      tools: [],
      sampling: {},
      signal,
      ...request,
    })) {
      events.push(event);
      onEvent?.(event);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { events, error, text: textOf(events, "text"), sentence: error instanceof AppError ? error.message : "" };
}

const textOf = (events: LlmEvent[], kind: "text" | "reasoning") =>
  events.map((e) => (e.kind === kind ? e.text : "")).join("");
const only = <K extends LlmEvent["kind"]>(events: LlmEvent[], kind: K) =>
  events.filter((e): e is Extract<LlmEvent, { kind: K }> => e.kind === kind);

describe("an answer", () => {
  test("says of how many pieces a text was made, however they came over the network", async () => {
    await using llm = await fakeLlm();
    const { events } = await ask(llm, "[[tokens:40]]");
    const pieces = only(events, "text").reduce((sum, { deltas = 1 }) => sum + deltas, 0);
    expect(pieces).toBe(40);
  });

  test("is text, reasoning, usage with cached tokens, and an end", async () => {
    await using llm = await fakeLlm();
    const { events, error, text } = await ask(llm, "[[think:let me see]][[say:Hello there.]][[usage:120,7,100]]");
    expect(error).toBeNull();
    expect(text).toBe("Hello there.");
    expect(textOf(events, "reasoning")).toBe("let me see");
    expect(events.slice(-2)).toEqual([
      { kind: "usage", tokens_in: 120, tokens_out: 7, tokens_cached: 100 },
      { kind: "end", stop: "stop" },
    ]);
  });

  test("takes `reasoning` as well as `reasoning_content`", async () => {
    await using llm = await fakeLlm({ flavour: "vllm" });
    const { events } = await ask(llm, "[[think:hm]][[say:yes]]", { kind: "vllm" });
    expect(textOf(events, "reasoning")).toBe("hm");
  });

  test("of 50,000 tokens arrives whole", async () => {
    await using llm = await fakeLlm();
    const { text, error } = await ask(llm, "[[tokens:50000]]");
    expect(error).toBeNull();
    expect(text).toBe(Array.from({ length: 50_000 }, (_, i) => `tok${i} `).join(""));
  });

  test("keeps NUL bytes and surrogates as they came; storing them is another layer's care", async () => {
    await using llm = await fakeLlm();
    const { text } = await ask(llm, '[[json:"a\\u0000b"]][[json:"\\ud83d"]][[json:"\\ude00"]]');
    expect(text).toBe("a\0b😀");
  });

  test("says why it stopped", async () => {
    await using llm = await fakeLlm();
    const { events } = await ask(llm, "[[say:cut]][[finish:length]]");
    expect(events.at(-1)).toEqual({ kind: "end", stop: "length" });
  });

  test("in one piece of JSON is taken too", async () => {
    const answer = {
      choices: [{ message: { role: "assistant", content: "all at once" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 3, completion_tokens: 2 },
    };
    await using server = plain(() => Response.json(answer));
    const { text, events } = await ask(server, "hi");
    expect(text).toBe("all at once");
    expect(only(events, "usage")[0]?.tokens_in).toBe(3);
  });

  test("without an end marker counts as whole once the model said why it stopped", async () => {
    const body =
      'data: {"choices":[{"delta":{"content":"ok"}}]}\n: note\r\ndata: {"choices":[{"finish_reason":"stop"}]}';
    await using server = plain(() => new Response(body, { headers: { "content-type": "text/event-stream" } }));
    const { text, error, events } = await ask(server, "hi");
    expect(error).toBeNull();
    expect(text).toBe("ok");
    expect(events.at(-1)?.kind).toBe("end");
  });
});

describe("the request", () => {
  test("carries sampling only if set, and llama.cpp's fields only to llama.cpp", async () => {
    await using llm = await fakeLlm();
    await ask(llm, "a", { request: { sampling: { temperature: 0.2, top_k: undefined } } });
    await ask(llm, "b", { kind: "llama.cpp", request: { tools: [TOOL] } });
    const [plainBody, llamaBody] = llm.chats();
    expect(plainBody).toEqual({
      model: "fake-model",
      messages: [{ role: "user", content: "a" }],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.2,
    });
    expect(llamaBody).toMatchObject({ return_progress: true, cache_prompt: true, parallel_tool_calls: true });
    expect(llamaBody!.tools).toEqual([{ type: "function", function: TOOL } as never]);
  });

  test("replays calls, reasoning and broken arguments in a form that chat templates can read", async () => {
    await using llm = await fakeLlm();
    await ask(llm, "", {
      request: {
        messages: [
          { role: "user", content: "x\ud800" },
          {
            role: "assistant",
            content: "",
            reasoning: "why",
            tool_calls: [{ id: "1", name: "grep", arguments: '{"a":' }],
          },
          { role: "tool", tool_call_id: "1", content: "none" },
        ],
      },
    });
    expect(llm.chats()[0]!.messages).toEqual([
      { role: "user", content: "x\ufffd" },
      {
        role: "assistant",
        content: null,
        reasoning_content: "why",
        tool_calls: [{ id: "1", type: "function", function: { name: "grep", arguments: '{"not_json":"{\\"a\\":"}' } }],
      } as never,
      { role: "tool", tool_call_id: "1", content: "none" } as never,
    ]);
  });

  test("sends the key as a bearer token and nothing about this machine", async () => {
    let headers = new Headers();
    await using server = plain((request) => {
      headers = request.headers;
      return Response.json({ choices: [{ message: { content: "ok" }, finish_reason: "stop" }] });
    });
    await ask(server, "hi", { api_key: "sk-secret-key" });
    expect(headers.get("authorization")).toBe("Bearer sk-secret-key");
    const names: string[] = [];
    headers.forEach((_value, name) => {
      names.push(name);
    });
    expect(names.filter((name) => name.startsWith("x-stainless") || name.startsWith("openai"))).toEqual([]);
    await ask(server, "hi");
    expect(headers.get("authorization")).toBeNull();
  });
});

describe("tool calls", () => {
  test("in parallel come whole and in order, with signs of life before", async () => {
    await using llm = await fakeLlm();
    const long = "x".repeat(200);
    const { events } = await ask(
      llm,
      `[[say:Looking.]][[tool:grep {"pattern":"${long}"}]][[tool:view_file {"path":"a.ts"}]]`,
    );
    const calls = only(events, "tool_call").map((e) => e.call);
    expect(calls.map((c) => [c.name, c.arguments])).toEqual([
      ["grep", `{"pattern":"${long}"}`],
      ["view_file", '{"path":"a.ts"}'],
    ]);
    expect(new Set(calls.map((c) => c.id)).size).toBe(2);
    expect(only(events, "tool_progress").at(-1)).toEqual({ kind: "tool_progress", name: "view_file", chars: 15 });
    expect(events.at(-1)).toEqual({ kind: "end", stop: "tool_calls" });
  });

  for (const style of ["whole", "noid", "noindex", "repeatname", "whole,noid,noindex", "noid,noindex,repeatname"]) {
    test(`of a server with the habit "${style}" are told apart`, async () => {
      await using llm = await fakeLlm();
      const { events } = await ask(
        llm,
        `[[toolstyle:${style}]][[tool:grep {"pattern":"one two three four five six seven eight"}]][[tool:grep {"pattern":"b"}]]`,
      );
      const calls = only(events, "tool_call").map((e) => e.call);
      expect(calls.map((c) => c.name)).toEqual(["grep", "grep"]);
      expect(calls.map((c) => c.arguments)).toEqual([
        '{"pattern":"one two three four five six seven eight"}',
        '{"pattern":"b"}',
      ]);
      expect(calls.every((c) => c.id.length > 0) && calls[0]!.id !== calls[1]!.id).toBe(true);
    });
  }

  test("keep broken arguments as text", async () => {
    await using llm = await fakeLlm();
    const { events } = await ask(llm, '[[tool:grep {"pattern": nope}]]');
    expect(only(events, "tool_call")[0]!.call.arguments).toBe('{"pattern": nope}');
  });
});

describe("signs of life", () => {
  test("prompt processing is told in percent of what was not cached", async () => {
    await using llm = await fakeLlm({ flavour: "llama.cpp" });
    const { events } = await ask(llm, "[[progress:4]][[say:ok]]", { kind: "llama.cpp" });
    const percents = only(events, "status").map((e) => (e.phase === "prompt" ? e.percent : null));
    expect(percents.filter((p) => p !== null)).toEqual([25, 50, 75, 100]);
  });

  test("a loading model is waited for, and said", async () => {
    await using llm = await fakeLlm({ flavour: "llama.cpp" });
    const { events, text } = await ask(llm, "[[loading:60]][[say:ready]]", { kind: "llama.cpp" });
    expect(only(events, "status").map((e) => e.phase)).toContain("loading");
    expect(text).toBe("ready");
  });

  test("llama-swap is asked while it is silent", async () => {
    await using swap = plain(async (request) => {
      if (new URL(request.url).pathname === "/running")
        return Response.json({ running: [{ model: "fake-model", state: "starting" }] });
      await told.promise;
      return Response.json({ choices: [{ message: { content: "ok" }, finish_reason: "stop" }] });
    });
    const told = Promise.withResolvers<void>();
    const { events, text } = await ask(swap, "hi", {
      kind: "llama-swap",
      onEvent: (e) => e.kind === "status" && e.phase === "loading" && told.resolve(),
    });
    expect(only(events, "status").find((e) => e.phase === "loading")?.detail).toBe("llama-swap is loading fake-model");
    expect(text).toBe("ok");
  });
});

describe("faults before the first byte", () => {
  test("429 with Retry-After is tried again when the server says so", async () => {
    await using llm = await fakeLlm();
    const { events, text } = await ask(llm, "[[error:429,2]][[retryafter:0.01]][[say:at last]]");
    expect(only(events, "status").flatMap((e) => (e.phase === "retrying" ? [e.detail] : []))).toEqual([
      "answered 429, try 2 of 4 at once",
      "answered 429, try 3 of 4 at once",
    ]);
    expect(text).toBe("at last");
  });

  test("a Retry-After beyond the limit fails at once", async () => {
    await using llm = await fakeLlm();
    const { sentence } = await ask(llm, "[[error:429]][[retryafter:3600]][[message:quota used up]]");
    expect(sentence).toContain("quota used up");
    expect(sentence).toContain("wait 3600 s");
    expect(llm.chats()).toHaveLength(1);
  });

  test("nor is it kept for any other status", async () => {
    await using llm = await fakeLlm();
    const { sentence } = await ask(llm, "[[error:503]][[retryafter:3600]]");
    expect(sentence).toContain("answered 503");
    expect(llm.chats()).toHaveLength(1);
  });

  for (const [name, script] of [
    ["429", "[[error:429]]"],
    ["502", "[[error:502]]"],
    ["503", "[[error:503]]"],
    ["504", "[[error:504]]"],
    ["a reset", "[[reset]]"],
  ]) {
    test(`${name} is tried four times and no more`, async () => {
      await using llm = await fakeLlm();
      const { error, sentence } = await ask(llm, script!);
      expect((error as AppError).code).toBe("unavailable");
      expect(sentence).toContain(new URL(llm.url).host);
      expect(llm.chats()).toHaveLength(4);
    });
  }

  const answers: [string, string, string][] = [
    ["[[error:401]]", "unavailable", "API key is missing or wrong"],
    ["[[error:403]][[message:not for you]]", "unavailable", "not for you"],
    ["[[error:404]][[message:The model `x` does not exist]]", "invalid", "has no model named fake-model"],
    ["[[error:404]]", "unavailable", "ends in /v1"],
    [
      "[[error:400]][[message:This model's maximum context length is 8192 tokens.]]",
      "invalid",
      "longer than the context window of fake-model",
    ],
    ["[[error:400]][[message:bad tool schema]]", "invalid", "bad tool schema"],
    ["[[error:500]][[message:out of memory]]", "unavailable", "out of memory. Its log may say more."],
    ["[[error:302]]", "unavailable", "redirect"],
  ];
  for (const [script, code, part] of answers) {
    test(`${script} is not tried again and says why`, async () => {
      await using llm = await fakeLlm();
      const { error, sentence } = await ask(llm, script);
      expect((error as AppError).code).toBe(code as AppError["code"]);
      expect(sentence).toContain(part);
      expect(sentence).toContain(new URL(llm.url).host);
      expect(llm.chats()).toHaveLength(1);
    });
  }

  test("a refused connection and an unknown host say what to look at", async () => {
    let url = "";
    {
      await using llm = await fakeLlm();
      url = llm.url;
    }
    const refused = await ask({ url }, "hi");
    expect(refused.sentence).toContain("refused the connection");
    const unknown = await ask({ url: "http://no-such-host.invalid/v1" }, "hi");
    expect(unknown.sentence).toContain("There is no host named no-such-host.invalid");
    expect([...refused.events, ...unknown.events].map((e) => e.kind)).toEqual(["status", "status"]);
  });

  test("a web page instead of an answer is named by its title", async () => {
    await using llm = await fakeLlm();
    const { sentence } = await ask(llm, "[[garbage]]");
    expect(sentence).toContain("“Sign in”");
  });

  test("no sentence shows the key, also when the server repeats it", async () => {
    await using llm = await fakeLlm({ script: "[[error:500]][[message:key sk-very-secret failed]]" });
    const { sentence, error } = await ask(llm, "hi", { api_key: "sk-very-secret" });
    expect(sentence).toContain("key ••• failed");
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("sk-very-secret");
  });
});

describe("faults in the middle keep what came before", () => {
  const faults: [string, string][] = [
    ["[[errorat:3]]", "broke in the middle"],
    ["[[eof:3]]", "broke in the middle"],
    ["[[badjson:3]]", "not JSON"],
    ["[[errchunk:3]]", "CUDA out of memory"],
  ];
  for (const [script, part] of faults) {
    test(script, async () => {
      await using llm = await fakeLlm();
      const { text, error, sentence } = await ask(llm, `${script}[[tokens:10]][[slow:2]]`);
      // A reset throws away what the kernel has not handed over yet: what came before is then what was read before.
      if (script === "[[errorat:3]]") expect("tok0 tok1 tok2 ".startsWith(text) && text !== "").toBe(true);
      else expect(text).toBe("tok0 tok1 tok2 ");
      expect((error as AppError).code).toBe("unavailable");
      expect(sentence).toContain(part);
      expect(llm.chats()).toHaveLength(1);
    });
  }

  test("an empty stream is an error", async () => {
    await using llm = await fakeLlm();
    expect((await ask(llm, "[[empty]]")).sentence).toContain("empty answer");
  });
});

describe("cancel", () => {
  const reason = new Error("stopped by a human");

  for (const [name, script, when] of [
    ["in the middle", "[[tokens:1000]][[slow:2]]", "text"],
    ["in a silence after some tokens", "[[stall:2]][[tokens:10]]", "text"],
    ["before the answer", "[[hang]]", "status"],
    ["while waiting to try again", "[[error:429]][[retryafter:20]]", "retrying"],
  ] as const) {
    test(`${name} ends at once with the caller's reason, and the endpoint sees the connection close`, async () => {
      await using llm = await fakeLlm();
      const controller = new AbortController();
      const { error } = await ask(llm, script, {
        signal: controller.signal,
        onEvent: (e) => {
          const hit = when === e.kind || (e.kind === "status" && e.phase === when);
          // A hanging endpoint must have the request before it is cancelled.
          if (hit) void llm.chat().then(() => controller.abort(reason));
        },
      });
      expect(error).toBe(reason);
      expect(await (await llm.chat()).ended).toBe(when === "retrying" ? "answered" : "aborted");
    });
  }

  test("a signal that is aborted already sends nothing", async () => {
    await using llm = await fakeLlm();
    const { error } = await ask(llm, "hi", { signal: AbortSignal.abort(reason) });
    expect(error).toBe(reason);
    expect(llm.requests()).toHaveLength(0);
  });
});

/** A server of one handler, for answers that the scripted one does not give. */
function plain(handler: (request: Request) => Response | Promise<Response>): { url: string } & AsyncDisposable {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: handler });
  return { url: `http://127.0.0.1:${server.port}/v1`, [Symbol.asyncDispose]: () => server.stop(true) };
}
