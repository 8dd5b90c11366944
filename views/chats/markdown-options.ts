/** How an answer's Markdown is rendered, the same for the page and for the stream. */
import type { MarkdownOptions } from "../../src/lib/markdown.ts";
import { urls } from "../urls.ts";

/** File names in the text lead to the file as the chat's session has it; names outside the project stay text. */
export const markdownOptions = (projectId: string, chatId: string): MarkdownOptions => ({
  fileUrl: (path, line) => (isInside(path) ? urls.file(projectId, path.replace(/^(?:\.\/)+/, ""), line, chatId) : null),
});

/** Whether a path as a model writes it can be of the project: relative, and never up. */
export const isInside = (path: string): boolean =>
  path !== "" && !path.startsWith("/") && !path.split("/").includes("..");
