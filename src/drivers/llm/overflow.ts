/** How servers say that a prompt is longer than the context window, and how large they say that it is. */

const SAID = [
  // OpenAI, Azure, vLLM, OpenRouter, LiteLLM; llama.cpp's type and sentence.
  /context_length_exceeded/,
  /exceed_context_size/,
  /maximum (context|model) length/,
  /exceed\w*.{0,40}context (size|length|window)/,
  /context (size|length|window).{0,40}exceeded/,
  // llama-cpp-python, SGLang, TGI, Ollama with truncation off, LM Studio, Mistral, Gemini, Anthropic, Bedrock.
  /requested tokens.{0,40}exceed/,
  /longer than the model'?s? (context|maximum)/,
  /inputs?`? tokens.{0,60}must be/,
  /input (length|token count|is too long).{0,60}(exceed|maximum|context|requested model)/,
  /context the overflows/,
  /greater than the context length/,
  /too large for model with \d+ maximum context/,
  /prompt (is too long|too long|contains too many tokens)/,
];

/** Where the size stands in those sentences; the first that fits. */
const SIZES = [
  /"n_ctx"\s*:\s*(\d+)/,
  /(?:maximum|max) (?:context|model|sequence) length (?:is|of)\s*(\d[\d,]*)/,
  /(?:context (?:length|window|size)) (?:of|is)(?: only)?\s*(\d[\d,]*)/,
  /context (?:length|window|size)\s*\(\s*(\d[\d,]*)/,
  /(\d[\d,]*) maximum context/,
  /must be <=\s*(\d[\d,]*)/,
  /maximum number of tokens allowed\s*\(?(\d[\d,]*)/,
  /(?:tokens )?>\s*(\d[\d,]*) maximum/,
];

/** No window is smaller; a smaller figure is something else. */
const SMALLEST = 256;
const LARGEST = 100_000_000;

export function isOverflow(body: string): boolean {
  const said = body.toLowerCase();
  return SAID.some((pattern) => pattern.test(said));
}

/** The window's tokens out of such an answer; null where it does not tell. */
export function windowIn(body: string): number | null {
  const said = body.toLowerCase();
  for (const pattern of SIZES) {
    const size = Number(pattern.exec(said)?.[1]?.replaceAll(",", ""));
    if (size >= SMALLEST && size <= LARGEST) return size;
  }
  return null;
}
