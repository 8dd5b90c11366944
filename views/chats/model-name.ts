/** Model names as people say them: without the publisher's folder and the file's suffix. */
import { DEMO_ENDPOINT_ID, type Endpoint } from "../../src/domain/endpoint.ts";

/** `qwen/Qwen3-Coder-30B-A3B.Q4_K_M.gguf` → `Qwen3-Coder-30B-A3B.Q4_K_M`. */
export function shortModel(model: string): string {
  const last = model.split("/").filter(Boolean).at(-1) ?? model;
  return last.replace(/\.gguf$/i, "") || model;
}

/** What the margin has room for: the first words of the name, at most 12 characters. */
export function marginModel(model: string): string {
  const words = shortModel(model).split(/[-_:\s]/);
  let said = words[0] ?? model;
  for (const word of words.slice(1)) {
    if (said.length + word.length + 1 > MARGIN_CHARS) break;
    said += `-${word}`;
  }
  return said.length > MARGIN_LIMIT_CHARS ? `${said.slice(0, MARGIN_LIMIT_CHARS - 1)}…` : said;
}
/** Characters after which no further word is added, and what fits the margin at all. */
const MARGIN_CHARS = 7;
const MARGIN_LIMIT_CHARS = 8;

export const isDemo = (endpoint: Pick<Endpoint, "id"> | null): boolean => endpoint?.id === DEMO_ENDPOINT_ID;
