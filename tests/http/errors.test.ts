import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { AppError, conflict, type ErrorCode } from "../../src/lib/errors.ts";
import { HTMX, JSON_ONLY, PAGE, type Running, serve, thrown } from "./serve.ts";

let server: Running;
beforeAll(() => {
  server = serve();
});
afterAll(() => server.stop());
const SECRET = "secret detail /home/me/file.ts:12";

async function failing(error: unknown, headers: Record<string, string>, path = "/throws") {
  thrown.error = error;
  const answer = await fetch(server.url + path, { headers, redirect: "manual" });
  return {
    status: answer.status,
    type: answer.headers.get("content-type"),
    headers: answer.headers,
    text: await answer.text(),
  };
}

const CODES: [ErrorCode, number][] = [
  ["invalid", 422],
  ["unauthorized", 401],
  ["forbidden", 403],
  ["not_found", 404],
  ["conflict", 409],
  ["limit", 413],
  ["unavailable", 503],
  ["internal", 500],
];

for (const [code, status] of CODES) {
  test(`${code}: ${status} as JSON, page and fragment`, async () => {
    const error = new AppError(code, "It is <b>so</b>.", { field: "name" });
    const message = code === "internal" ? expect.any(String) : "It is <b>so</b>.";
    for (const path of ["/throws", "/throws-later"]) {
      const json = await failing(error, JSON_ONLY, path);
      expect(json.status).toBe(status);
      expect(JSON.parse(json.text)).toEqual({
        error: { code, message, ...(code !== "internal" && { field: "name" }) },
      });
      const page = await failing(error, PAGE, path);
      expect([page.status, page.type]).toEqual([status, "text/html; charset=utf-8"]);
      const fragment = await failing(error, HTMX, path);
      expect(fragment.status).toBe(status);
      expect(fragment.text).toStartWith('<p class="note-bad" role="alert">');
      if (code !== "internal")
        for (const html of [page, fragment]) expect(html.text).toContain("It is &lt;b&gt;so&lt;/b&gt;.");
    }
  });
}

test("a lost race shows the state as it is; a limit says when to come back", async () => {
  const lost = await failing(conflict("Somebody was faster.", { state: "completed" }), JSON_ONLY);
  expect(JSON.parse(lost.text).error.current).toEqual({ state: "completed" });
  const slow = await failing(new AppError("limit", "Too many.", { status: 429, retry_after_s: 30 }), JSON_ONLY);
  expect([slow.status, slow.headers.get("retry-after")]).toEqual([429, "30"]);
  expect((await failing(new AppError("unauthorized", "Who?"), JSON_ONLY)).headers.get("www-authenticate")).toBe(
    "Bearer",
  );
});

describe("what is not understood", () => {
  const things: [string, unknown][] = [
    ["an Error", new Error(SECRET)],
    ["a TypeError", new TypeError(SECRET)],
    ["an AppError called internal", new AppError("internal", SECRET)],
    ["a string", SECRET],
    ["null", null],
    ["a Postgres error", Object.assign(new Error(SECRET), { name: "PostgresError", code: "23505", query: SECRET })],
    ["an Error with a status", Object.assign(new Error(SECRET), { status: 200 })],
  ];
  for (const [what, error] of things)
    test(`${what} is "internal" outside and whole in the log`, async () => {
      for (const headers of [JSON_ONLY, PAGE, HTMX]) {
        server.log.length = 0;
        const answer = await failing(error, headers);
        expect(answer.status).toBe(500);
        expect(answer.text + JSON.stringify(answer.headers.toJSON())).not.toContain("secret detail");
        expect(answer.text).not.toContain(" at ");
        const line = server.log.find((entry) => entry.includes("request.failed"))!;
        expect(line).toContain(answer.headers.get("x-request-id")!);
        if (error !== null) expect(line).toContain("secret detail");
      }
    });
});

test("a database that is away is 503 with a sentence", async () => {
  const away = [
    { code: "CONNECTION_CLOSED" },
    { code: "ECONNREFUSED" },
    { code: "57P01" },
    { code: "CONNECT_TIMEOUT" },
    { code: "ENOENT", syscall: "connect" },
  ];
  for (const detail of away) {
    const answer = await failing(Object.assign(new Error(`write ${SECRET}`), detail), JSON_ONLY);
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text).error.message).toStartWith("The database does not answer");
  }
  expect(
    (await failing(Object.assign(new Error("no file"), { code: "ENOENT", syscall: "open" }), JSON_ONLY)).status,
  ).toBe(500);
});

test("Elysia's own errors speak the same way", async () => {
  const missing = await fetch(`${server.url}/no/such`, { headers: JSON_ONLY });
  expect([missing.status, await missing.json()]).toEqual([
    404,
    { error: { code: "not_found", message: "There is no such page." } },
  ]);
  const query = await fetch(`${server.url}/elysia-query?n=${encodeURIComponent(SECRET)}`, { headers: JSON_ONLY });
  expect([query.status, await query.json()]).toEqual([
    422,
    { error: { code: "invalid", message: '"n" must be a number.', field: "n" } },
  ]);
  const thrownByZod = z.object({ name: z.string() }).safeParse({}).error;
  const zod = await failing(thrownByZod, JSON_ONLY);
  expect([zod.status, JSON.parse(zod.text).error]).toEqual([
    422,
    { code: "invalid", message: '"name" is missing.', field: "name" },
  ]);
});
