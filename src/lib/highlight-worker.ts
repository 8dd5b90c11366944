/** The other side of highlighter.ts: a thread of its own, so that a slow grammar holds up nobody. */
import { parentPort } from "node:worker_threads";
import { highlightLines } from "./highlight.ts";

export interface Job {
  id: number;
  code: string;
  language: string;
}
export interface Done {
  id: number;
  lines: string[];
}

parentPort?.on("message", ({ id, code, language }: Job) => {
  const done: Done = { id, lines: highlightLines(code, language) };
  parentPort?.postMessage(done);
});
