/** The sentences in which servers refuse a prompt that is too long, as they were seen. */
import { expect, test } from "bun:test";
import { isOverflow, windowIn } from "../../../src/drivers/llm/overflow.ts";

const SAID: [string, number | null][] = [
  ["This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.", 8192],
  ["This model's maximum context length is 4,096 tokens.", 4096],
  ['{"error":{"code":"context_length_exceeded","message":"Too long"}}', null],
  [
    '{"error":{"code":400,"message":"the request exceeds the available context size. try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}}',
    8192,
  ],
  [
    "The decoder prompt (length 9000) is longer than the maximum model length of 8192. Make sure that it is no smaller.",
    8192,
  ],
  ["Requested tokens (9000) exceed context window of 8192", 8192],
  ["The input (9000 tokens) is longer than the model's context length (8192 tokens).", 8192],
  ["Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 9000", 4096],
  ["the input length exceeds the context length", null],
  [
    "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
    4096,
  ],
  ["Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length", 32768],
  ["The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", 1048576],
  ["prompt is too long: 210000 tokens > 200000 maximum", 200000],
  ["Input is too long for requested model.", null],
];
for (const [sentence, window] of SAID)
  test(sentence.slice(0, 60), () => {
    expect(isOverflow(sentence)).toBe(true);
    expect(windowIn(sentence)).toBe(window);
  });

test("other refusals are none", () => {
  for (const sentence of [
    "bad tool schema",
    "Rate limit reached: 30000 tokens per minute",
    "max_tokens must be at least 1",
    "The model `x` does not exist",
    "Incorrect API key provided",
    "context deadline exceeded",
  ])
    expect(isOverflow(sentence)).toBe(false);
});
