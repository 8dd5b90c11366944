import { ids } from "../ids.ts";

/** Attributes of a form or button whose answer is the panel as it is then, also when it was refused. */
export const gitPost = (projectId: string, url: string): Record<string, string> => ({
  "hx-post": url,
  "hx-target": `#${ids.gitPanel(projectId)}`,
  "hx-swap": "outerMorph",
});
