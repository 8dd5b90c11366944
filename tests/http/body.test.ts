import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MAX_BODY_BYTES, readBody } from "../../src/http/body.ts";
import { JSON_ONLY, type Running, raw, serve, statusOf } from "./serve.ts";

let server: Running;
beforeAll(() => {
  server = serve();
});
afterAll(() => server.stop());

async function post(body: BodyInit | null, type: string | null, extra: Record<string, string> = {}) {
  const headers = new Headers({ ...JSON_ONLY, ...extra });
  if (type) headers.set("content-type", type);
  const answer = await fetch(`${server.url}/things`, { method: "POST", body, headers });
  return {
    status: answer.status,
    body: (await answer.json()) as { thing?: unknown; error?: { code: string; message: string; field?: string } },
  };
}
const json = (value: unknown) => post(typeof value === "string" ? value : JSON.stringify(value), "application/json");
const FORM = "application/x-www-form-urlencoded";

test("JSON and a form come out as the same object", async () => {
  const thing = { name: "a", count: 3, tags: ["x", "y"] };
  expect((await json(thing)).body.thing).toEqual(thing);
  expect((await post("name=a&count=3&tags=x&tags=y&unknown=1", `${FORM}; charset=UTF-8`)).body.thing).toEqual(thing);
});

test("the first wrong field is named in a sentence", async () => {
  const wrong: [unknown, string, string][] = [
    [{}, "name", '"name" is missing.'],
    [{ name: 1 }, "name", '"name" must be text.'],
    [{ name: "" }, "name", '"name" must have at least 1 characters.'],
    [{ name: "x".repeat(21) }, "name", '"name" must have at most 20 characters.'],
    [{ name: "a", count: 10 }, "count", '"count" must be at most 9.'],
    [{ name: "a", tags: ["x", 2] }, "tags.1", '"tags.1" must be text.'],
  ];
  for (const [value, field, message] of wrong) {
    const answer = await json(value);
    expect([answer.status, answer.body.error]).toEqual([422, { code: "invalid", message, field }]);
  }
  expect((await json([])).status).toBe(422);
  expect((await json("null")).status).toBe(422);
  expect((await post(null, null)).body.error?.field).toBe("name");
});

describe("too much", () => {
  const big = JSON.stringify({ name: "x".repeat(MAX_BODY_BYTES) });
  test("a long body with its length told", async () => {
    const answer = await json(big);
    expect([answer.status, answer.body.error]).toEqual([
      413,
      { code: "limit", message: "The body is larger than 1 MB." },
    ]);
  });
  test("a long body in chunks", async () => {
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(100_000));
        controller.close();
      },
    });
    const answer = await post(stream as unknown as BodyInit, "application/json", { "x-chunked": "1" });
    expect(answer.status).toBe(413);
  });
  test("a length that lies is held to what it says", async () => {
    const lie = (length: number, body: string) =>
      raw(
        server.port,
        `POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
      );
    expect(statusOf(await lie(12, `{"name":"a"}${"x".repeat(100)}`))).toBe(200);
    expect(statusOf(await lie(MAX_BODY_BYTES + 1, "{}"))).toBe(413);
    for (const head of [
      "Content-Length: 3\r\nTransfer-Encoding: chunked",
      "Content-Length: 3\r\nContent-Length: 4",
      "Content-Length: -1",
      "Content-Length: x",
    ])
      expect(statusOf(await raw(server.port, `POST /things HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n{}`))).toBe(
        400,
      );
  });
  test("a body that never ends is given up", async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(3)) });
    const request = new Request("http://localhost/", { method: "POST", body });
    const error = await readBody(request, MAX_BODY_BYTES, 20).catch((thrown) => thrown);
    expect([error.code, error.status]).toEqual(["invalid", 408]);
  });
  test("deep JSON, wherever the brackets hide", async () => {
    const deep = (n: number) => `{"name":"a","tags":${"[".repeat(n)}${"]".repeat(n)}}`;
    expect((await json(deep(500_000))).body.error?.message).toContain("levels deep");
    expect((await json(deep(40))).body.error?.message).toContain("levels deep");
    expect((await json({ name: `"${"[".repeat(15)}\\` })).status).toBe(200);
  });
  test("a form with thousands of fields", async () => {
    expect((await post("a=1&".repeat(2000), FORM)).status).toBe(413);
  });
});

test("what is not JSON and not a form", async () => {
  for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/xml", "", "application/jsonx"]) {
    const answer = await post('{"name":"a"}', type);
    expect([type, answer.status, answer.body.error?.code]).toEqual([type, 415, "invalid"]);
  }
  for (const broken of ["{", '{"name":}', "\u0000", "nope", '{"name":"a"}}']) {
    const answer = await json(broken);
    expect([broken, answer.status, answer.body.error?.message]).toEqual([broken, 422, "The body is not valid JSON."]);
  }
});

test("NUL, lone surrogates and bytes that are no UTF-8 arrive as text that can be stored", async () => {
  expect((await json('{"name":"a\\u0000b\\ud800c"}')).body.thing).toEqual({ name: "a\ufffdb\ufffdc" });
  expect((await post("name=a%00b%FFc%0D%0Ad", FORM)).body.thing).toEqual({ name: "a\ufffdb\ufffdc\nd" });
});

test("names that mean something to JavaScript are fields like others", async () => {
  expect((await json('{"name":"a","__proto__":{"count":7},"constructor":1}')).body.thing).toEqual({ name: "a" });
  expect((await post("name=a&__proto__=x&__proto__=y&constructor=z", FORM)).body.thing).toEqual({ name: "a" });
});

test("any bytes get an answer below 500", async () => {
  const types = fc.constantFrom("application/json", FORM, "text/plain");
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((s) => new TextEncoder().encode(s)),
      ),
      types,
      async (bytes, type) => {
        expect((await post(new Uint8Array(bytes), type)).status).toBeLessThan(500);
      },
    ),
    { numRuns: 150 },
  );
});

test("a wrong query names its field too", async () => {
  const answer = await fetch(`${server.url}/query?n=x`, { headers: JSON_ONLY });
  expect([answer.status, await answer.json()]).toEqual([
    422,
    { error: { code: "invalid", message: '"n" must be a number.', field: "n" } },
  ]);
});

describe("bytes that are not ours", () => {
  const bytes = (type: string) => fetch(`${server.url}/bytes?type=${encodeURIComponent(type)}`);
  test("are sandboxed, named safely, and downloads unless they are raster images", async () => {
    for (const [type, kind] of [
      ["text/html", "attachment"],
      ["image/svg+xml", "attachment"],
      ["image/png", "inline"],
      ["application/pdf", "attachment"],
    ]) {
      const answer = await bytes(type!);
      expect(answer.headers.get("content-type")).toBe(type!);
      expect(answer.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("content-disposition")).toBe(
        `${kind}; filename="a_b___.html"; filename*=UTF-8''a%22b__%C3%BC.html`,
      );
    }
  });
  test("a type that is no type is only bytes", async () => {
    for (const type of ["", "text/html\r\nx: y", "x", "text/html; charset=utf-8; x"])
      expect((await bytes(type)).headers.get("content-type")).toBe("application/octet-stream");
  });
});
