import { expect, test } from "bun:test";
import { type Running, serve, streams } from "./serve.ts";

async function openStream(server: Running, abort?: AbortController) {
  const answer = await fetch(`${server.url}/stream`, { signal: abort?.signal ?? null });
  const reader = answer.body!.getReader();
  await reader.read();
  return reader;
}

test("a stop ends open streams and refuses what comes after", async () => {
  const server = serve();
  const reader = await openStream(server);
  const started = performance.now();
  await server.stop();
  expect((await reader.read().catch(() => ({ done: true }))).done).toBe(true);
  expect(performance.now() - started).toBeLessThan(2900);
  expect(fetch(`${server.url}/health`)).rejects.toThrow();
});

test("a stop does not wait for ever for a handler that hangs", async () => {
  const server = serve({}, { routes: (app) => app.get("/hang", () => new Promise(() => {})) });
  const hanging = fetch(`${server.url}/hang`).then(
    () => "answered",
    () => "cut",
  );
  await fetch(`${server.url}/nothing`);
  await server.stop();
  expect(await hanging).toBe("cut");
}, 10_000);

test("a client that goes away ends its stream, with a suffix too", async () => {
  const server = serve();
  const before = streams.closed;
  const abort = new AbortController();
  await openStream(server, abort);
  abort.abort();
  const deadline = Date.now() + 3000;
  while (streams.closed === before && Date.now() < deadline) await new Promise(setImmediate);
  expect(streams.closed).toBe(before + 1);
  await server.stop();
});

test("a port that is taken is an error, never shared", async () => {
  const server = serve();
  expect(() => serve({ port: server.port })).toThrow();
  await server.stop();
});

test("no answer of a stream or page says what serves it", async () => {
  const server = serve();
  const answer = await fetch(`${server.url}/health`);
  expect(answer.headers.get("server")).toBeNull();
  expect(answer.headers.get("x-powered-by")).toBeNull();
  await server.stop();
});
