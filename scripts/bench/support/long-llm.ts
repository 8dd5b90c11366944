/** The scripted endpoint with one directive more, for answers too long to be spelled out: [[long:text|code,TOKENS,RATE]]. */
import type { ChatBody } from "../../fake-llm/directives.ts";
import { startFakeLlm } from "../../fake-llm.ts";

const TOKENS_A_PARAGRAPH = 25;
const TOKENS_A_LINE = 10;

function script(body: ChatBody): string | null {
  const asked = String(body.messages?.at(-1)?.content ?? "");
  const [, shape, tokens, rate] = /\[\[long:(text|code),(\d+),(\d+)\]\]/.exec(asked) ?? [];
  if (!shape) return null;
  const [size, end] = shape === "code" ? [TOKENS_A_LINE, '"\\n"'] : [TOKENS_A_PARAGRAPH, '"\\n\\n"'];
  const count = Number(tokens);
  const pieces = `[[tokens:${size - 1}]][[json:${end}]]`.repeat(Math.floor(count / size));
  const rest = count % size ? `[[tokens:${count % size}]]` : "";
  return `[[slow:${1000 / Number(rate)}]]${shape === "code" ? '[[json:"```js\\n"]]' : ""}${pieces}${rest}`;
}

if (import.meta.main) {
  const llm = await startFakeLlm({ script });
  console.log(llm.url);
  process.on("SIGTERM", () => void llm.close().then(() => process.exit(0)));
}
