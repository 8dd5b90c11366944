/** Attributes of a form whose result the stream brings: it posts by itself without script, and through htmx with it. */
import { ids } from "../ids.ts";

export function posting(url: string): Record<string, string> {
  const refused = `swap:innerHTML target:#${ids.notice}`;
  return {
    method: "post",
    action: url,
    "hx-post": url,
    "hx-swap": "none",
    "hx-status:4xx": refused,
    "hx-status:5xx": refused,
  };
}
