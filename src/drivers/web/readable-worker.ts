/** The other side of readable.ts. Nothing of a page is run, and nothing that it names is loaded. */
import { parentPort } from "node:worker_threads";
import { markdownOf } from "./markdown.ts";
import type { ReadableDone, ReadableJob } from "./readable.ts";

parentPort?.on("message", ({ id, html, url, whole }: ReadableJob) => {
  const done: ReadableDone = { id, ...markdownOf(html, url, whole) };
  parentPort?.postMessage(done);
});
