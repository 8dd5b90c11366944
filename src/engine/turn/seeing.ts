/**
 * A model of which nobody knows whether it takes pictures gets them. One that refuses them is asked again without, told so,
 * and remembered as one that does not see: the next message is warned of it.
 */
import { type ChatMessage, type Llm, type LlmEvent, type LlmRequest, PromptTooLong } from "../../domain/llm.ts";
import { AppError } from "../../lib/errors.ts";

/** What servers say when a model takes no pictures; llama.cpp: "image input is not supported - hint: … mmproj". */
const ABOUT_PICTURES = /image|vision|multi-?modal|mmproj|content (type|part)|content.{0,40}(string|array|list)/i;
const UNSEEN =
  "[The pictures named above were not shown to you: you do not take pictures. You do not know what is on them; say so if it matters.]";

/** `onBlind` is told once that the endpoint refuses pictures. */
export function seeing(llm: Llm, onBlind: () => Promise<void>): Llm {
  let blind = false;
  return {
    async *stream(request) {
      if (blind) return yield* llm.stream(withoutImages(request));
      let begun = false;
      try {
        for await (const event of llm.stream(request)) {
          begun ||= event.kind !== "status";
          yield event;
        }
      } catch (error) {
        if (begun || !hasImages(request) || !isRefusal(error)) throw error;
        blind = true;
        await onBlind();
        const event: LlmEvent = { kind: "status", phase: "retrying", percent: null, detail: "it takes no pictures" };
        yield event;
        yield* llm.stream(withoutImages(request));
      }
    },
  };
}

const hasImages = ({ messages }: LlmRequest) => messages.some((m) => m.role === "user" && m.images?.length);
const isRefusal = (error: unknown) =>
  error instanceof AppError &&
  !(error instanceof PromptTooLong) &&
  ["invalid", "unavailable"].includes(error.code) &&
  ABOUT_PICTURES.test(error.message);

function withoutImages(request: LlmRequest): LlmRequest {
  const unseen = (message: ChatMessage): ChatMessage =>
    message.role === "user" && message.images?.length
      ? { role: "user", content: `${message.content}\n\n${UNSEEN}` }
      : message;
  return { ...request, messages: request.messages.map(unseen) };
}
