import { describe, expect, test } from "bun:test";
import type { Flavour } from "../../../scripts/fake-llm/flavours.ts";
import { discover } from "../../../src/drivers/llm/discover.ts";
import { contextWindow, listModels, probe } from "../../../src/drivers/llm/probe.ts";
import { normaliseUrl } from "../../../src/drivers/llm/url.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { fakeLlm } from "../../support/fake-llm.ts";

const CTX = 16_384;
const at = (url: string, api_key: string | null = null) => ({ base_url: url, api_key });

describe("each kind of server", () => {
  const cases: [Flavour, string, (number | null)[], (boolean | null)[]][] = [
    // flavour, kind, window of the loaded and of the other model, whether they are loaded
    ["openai", "openai", [null, null], [null, null]],
    ["vllm", "vllm", [CTX, CTX], [null, null]],
    ["openrouter", "openai", [CTX, CTX], [null, null]],
    ["llama-swap", "llama-swap", [CTX, null], [true, false]],
    ["ollama", "ollama", [CTX, CTX], [true, false]],
    ["lm-studio", "lm-studio", [CTX, null], [true, false]],
  ];
  for (const [flavour, kind, windows, loaded] of cases) {
    test(`${flavour}: is recognised and tells its models`, async () => {
      await using llm = await fakeLlm({ flavour, models: ["qwen-vl", "devstral"], loaded: ["qwen-vl"], n_ctx: CTX });
      const probed = await probe(at(llm.url));
      expect(probed).toMatchObject({ kind: kind as never, state: "ready", error: null });
      expect(probed.models.map((m) => m.id)).toEqual(["qwen-vl", "devstral"]);
      expect(probed.models.map((m) => m.context_window)).toEqual(windows);
      expect(probed.models.map((m) => m.loaded)).toEqual(loaded);
    });
  }

  test("llama.cpp: one model, its window from /props", async () => {
    await using llm = await fakeLlm({ flavour: "llama.cpp", models: ["gemma.gguf"], n_ctx: CTX });
    const { kind, models } = await probe(at(llm.url));
    expect(kind).toBe("llama.cpp");
    expect(models).toEqual([{ id: "gemma.gguf", context_window: CTX, loaded: true, vision: false }]);
  });

  test("vision is known where the server tells", async () => {
    await using ollama = await fakeLlm({ flavour: "ollama", models: ["qwen-vl", "devstral"] });
    expect((await listModels(at(ollama.url))).map((m) => m.vision)).toEqual([true, false]);
    await using vllm = await fakeLlm({ flavour: "vllm" });
    expect((await listModels(at(vllm.url)))[0]!.vision).toBeNull();
  });

  test("asking llama-swap never loads a model", async () => {
    await using llm = await fakeLlm({ flavour: "llama-swap", models: ["a", "b/c"], loaded: ["b/c"], n_ctx: CTX });
    await probe(at(llm.url));
    expect(await contextWindow({ ...at(llm.url), kind: "llama-swap" }, "a")).toBeNull();
    expect(await contextWindow({ ...at(llm.url), kind: "llama-swap" }, "b/c")).toBe(CTX);
    expect([...llm.about.loaded]).toEqual(["b/c"]);
  });

  test("the key goes along with every question", async () => {
    await using llm = await fakeLlm({ flavour: "ollama", api_key: "sk-right" });
    expect((await probe(at(llm.url, "sk-right"))).models).toHaveLength(3);
    expect(llm.requests().every((r) => r.authorization === "Bearer sk-right")).toBe(true);
    expect(await probe(at(llm.url, "sk-wrong"))).toMatchObject({ state: "error", error: "answered 401", models: [] });
  });
});

describe("what is no endpoint", () => {
  const answers: [string, () => Response | Promise<Response>, string][] = [
    [
      "a web page",
      () => new Response("<!doctype html><p>hi", { headers: { "content-type": "text/html" } }),
      "answered, but not with JSON",
    ],
    ["other JSON", () => Response.json({ hello: "world" }), "answered, but not with a list of models"],
    ["a redirect", () => Response.redirect("http://127.0.0.1:1/v1/models"), "answered 302"],
    ["404", () => new Response("no", { status: 404 }), "answered 404"],
    ["500", () => new Response("no", { status: 500 }), "answered 500"],
    ["silence", () => new Promise<Response>(() => {}), "no answer within 0.05 s"],
  ];
  for (const [name, answer, error] of answers) {
    test(name, async () => {
      await using server = serve(answer);
      const probed = await probe(at(server.url), { deadline_ms: name === "silence" ? 50 : 2_000 });
      expect(probed).toMatchObject({ error, models: [] });
      expect(probed.state).toBe(name === "500" || name === "silence" ? "unavailable" : "error");
    });
  }

  test("nobody", async () => {
    let url = "";
    {
      await using server = serve(() => new Response());
      url = server.url;
    }
    expect(await probe(at(url))).toMatchObject({ state: "unavailable", error: "connection refused" });
  });

  test("an endless body is read no further than two megabytes", async () => {
    const block = new Uint8Array(64 * 1024).fill(32);
    let sent = 0;
    await using server = serve(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              sent += block.length;
              controller.enqueue(block);
            },
          }),
        ),
    );
    expect((await probe(at(server.url))).error).toBe("answered, but not with JSON");
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  test("garbage in the list is left out, and what postgres cannot store is taken out", async () => {
    const data = [
      null,
      7,
      {},
      { id: "" },
      { id: 3 },
      { id: "good" },
      { id: "good" },
      { id: "nul\0\ud800" },
      { id: "x".repeat(500) },
      { id: "window", max_model_len: "many" },
      { id: "text", context_length: "4096" },
    ];
    await using server = serve(() => Response.json({ data }));
    const { models } = await probe(at(server.url));
    expect(models.map((m) => [m.id, m.context_window])).toEqual([
      ["good", null],
      ["nul\ufffd", null],
      ["window", null],
      ["text", 4096],
    ]);
  });
});

test("the usual ports are asked at once, and each says what it found", async () => {
  await using ollama = await fakeLlm({ flavour: "ollama" });
  await using one = await fakeLlm({ flavour: "llama.cpp", models: ["a"] });
  await using shut = await fakeLlm({ api_key: "k" });
  await using other = serve(() => new Response("hello"));
  const candidates = [ollama.port, one.port, shut.port, other.port, 1].map((port) => ({ label: "Something", port }));
  const found = await discover({ candidates });
  expect(found.map(({ label, ok, note }) => [label, ok, note])).toEqual([
    ["Ollama", true, "3 models"],
    ["llama.cpp", true, "1 model"],
    ["Something", false, "answered 401"],
    ["Something", false, "answered, but not with JSON"],
    ["Something", false, "connection refused"],
  ]);
  expect(found[0]!.url).toBe(ollama.url);
});

describe("URLs", () => {
  const good: [string, string][] = [
    ["http://host:8401", "http://host:8401/v1"],
    ["http://host:8401/", "http://host:8401/v1"],
    ["host:8401", "http://host:8401/v1"],
    [" http://host:8401/v1/ ", "http://host:8401/v1"],
    ["http://host/v1/models", "http://host/v1"],
    ["https://api.example.com/v1/chat/completions", "https://api.example.com/v1"],
    ["https://example.com/openai/v1", "https://example.com/openai/v1"],
    ["https://example.com/v1beta/openai/", "https://example.com/v1beta/openai"],
    ["HTTP://Host:80/v1", "http://host/v1"],
    ["[::1]:8080", "http://[::1]:8080/v1"],
  ];
  for (const [typed, url] of good) test(`${typed} is ${url}`, () => expect(normaliseUrl(typed)).toBe(url));

  for (const typed of [
    "",
    "   ",
    "ftp://host/v1",
    "file:///etc/passwd",
    "http://user:secret@host/v1",
    "http://host/v1?key=secret",
    "http://host/v1#x",
    "http://",
    "not a url",
    `http://host/${"x".repeat(600)}`,
  ]) {
    test(`${JSON.stringify(typed.slice(0, 40))} is refused by name of the field`, () => {
      const refuse = () => normaliseUrl(typed);
      expect(refuse).toThrow(AppError);
      try {
        refuse();
      } catch (error) {
        expect((error as AppError).field).toBe("url");
        expect((error as AppError).message).not.toContain("secret");
      }
    });
  }
});

function serve(handler: () => Response | Promise<Response>): { url: string; port: number } & AsyncDisposable {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: handler });
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    port: server.port!,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
