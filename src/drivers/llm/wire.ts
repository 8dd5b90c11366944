/** Requests as they go over the wire: body, headers, and the one fetch that every call to an endpoint uses. */
import type { EndpointKind } from "../../domain/endpoint.ts";
import type { ChatImage, ChatMessage, LlmRequest } from "../../domain/llm.ts";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * fetch for model servers. Redirects are not followed (a key must not travel), loopback never goes through a proxy, and
 * Bun's own limit of five silent minutes is off: models load longer than that, and callers have limits of their own.
 */
export function fetchEndpoint(url: string, init: RequestInit): Promise<Response> {
  const direct = LOOPBACK.has(new URL(url).hostname) ? { proxy: false as const } : {};
  const options: BunFetchRequestInit & { timeout: false } = { ...init, ...direct, redirect: "manual", timeout: false };
  return fetch(url, options);
}

/** The first `limit` bytes of a body as text; the rest is not read, whatever its size. */
export async function readBounded(response: Response, limit: number): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < limit) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      size += value.length;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, limit));
}

/** Body of a chat completion. llama.cpp's own fields go only to servers that know them: others refuse unknown ones. */
export function bodyOf(request: LlmRequest, kind: EndpointKind): Record<string, unknown> {
  const llamaCpp = kind === "llama.cpp" || kind === "llama-swap";
  const reasoning = kind === "ollama" || kind === "vllm" ? "reasoning" : "reasoning_content";
  const { tools } = request;
  return {
    model: request.model,
    messages: request.messages.map((message) => wireMessage(message, reasoning)),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: "function",
        function: { name, description, parameters },
      })),
      // OpenAI's default is true; llama.cpp's grammar allows one call only unless it is told.
      ...(llamaCpp && { parallel_tool_calls: true }),
    }),
    stream: true,
    stream_options: { include_usage: true },
    ...samplingOf(request),
    ...(llamaCpp && { return_progress: true, cache_prompt: true }),
  };
}

function samplingOf({ sampling }: LlmRequest): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sampling).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}

function wireMessage(message: ChatMessage, reasoning: string): Record<string, unknown> {
  // JSON parsers of C++ servers refuse a lone surrogate, and with it the whole request.
  const content = message.content.toWellFormed();
  if (message.role === "tool") return { role: "tool", tool_call_id: message.tool_call_id, content };
  if (message.role === "user" && message.images?.length)
    return { role: "user", content: [...message.images.map(wireImage), { type: "text", text: content }] };
  if (message.role !== "assistant") return { role: message.role, content };
  const calls = message.tool_calls ?? [];
  return {
    role: "assistant",
    content: content === "" && calls.length > 0 ? null : content,
    ...(message.reasoning && { [reasoning]: message.reasoning.toWellFormed() }),
    ...(calls.length > 0 && {
      tool_calls: calls.map((call) => ({
        id: call.id,
        type: "function",
        function: { name: call.name, arguments: wireArguments(call.arguments) },
      })),
    }),
  };
}

const wireImage = ({ type, base64 }: ChatImage) => ({
  type: "image_url",
  image_url: { url: `data:${type};base64,${base64}` },
});

/** Chat templates parse the arguments of past calls; what the model wrote broken is sent as a string in an object. */
function wireArguments(text: string): string {
  try {
    JSON.parse(text);
    return text.toWellFormed();
  } catch {
    return JSON.stringify({ not_json: text.toWellFormed() });
  }
}
