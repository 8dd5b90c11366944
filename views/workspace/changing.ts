import { urls } from "../urls.ts";

/** htmx attributes of an element that asks for a layout change; the stream brings the result. */
export const changing = (sessionId: string, values: Record<string, string | number>): Record<string, string> => ({
  "hx-post": urls.layoutChanges(sessionId),
  "hx-vals": JSON.stringify(values),
  "hx-swap": "none",
});
