/** Attributes of a form or button that tells the server something and gets no content back. */
import { ids } from "../ids.ts";
import { posting } from "../ui/post.ts";

/** As everywhere, but a refusal is shown at the composer of the chat, where the reader's eyes are. */
export function action(url: string, chatId: string): Record<string, string> {
  const refused = `swap:innerHTML target:#${ids.composerError(chatId)}`;
  return { ...posting(url), "hx-status:4xx": refused, "hx-status:5xx": refused };
}

/** The same for a submit button that has a URL of its own inside another form. */
export function buttonAction(url: string, chatId: string): Record<string, string> {
  const { method: _, action: __, ...htmx } = action(url, chatId);
  return { formaction: url, ...htmx };
}

/** Shows an error's text inside the element that asked, which stays. JSX cannot spell these names. */
export const ERRORS_INSIDE: Record<string, string> = {
  "hx-status:4xx": "swap:innerHTML",
  "hx-status:5xx": "swap:innerHTML",
};
/** A success is never swapped in: what it changed comes by the stream. */
export const SUCCESS_IS_SILENT: Record<string, string> = { "hx-status:2xx": "swap:none" };
