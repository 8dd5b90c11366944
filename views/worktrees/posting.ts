import { ids } from "../ids.ts";

/** Attributes of a form whose answer is the finish as it is then, also when it was refused. */
export const finishPost = (sessionId: string, url: string): Record<string, string> => ({
  method: "post",
  action: url,
  "hx-post": url,
  "hx-target": `#${ids.finish(sessionId)}`,
  "hx-swap": "outerMorph",
});
