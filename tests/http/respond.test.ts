import { afterAll, beforeAll, expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { HTMX, JSON_ONLY, LONG, PAGE, type Running, serve } from "./serve.ts";

let server: Running;
beforeAll(() => {
  server = serve();
});
afterAll(() => server.stop());
const get = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  fetch(server.url + path, { headers, redirect: "manual", ...init });

const CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
const matrix: [string, string, Record<string, string>, "page" | "fragment" | "json" | "markdown"][] = [
  ["a browser", "/things/1", { accept: CHROME, "sec-fetch-mode": "navigate" }, "page"],
  ["a browser that says anything", "/things/1", { accept: "*/*", "sec-fetch-mode": "cors" }, "page"],
  ["curl", "/things/1", { accept: "*/*" }, "json"],
  ["JSON asked for", "/things/1", JSON_ONLY, "json"],
  ["JSON preferred to html", "/things/1", { accept: "text/html;q=0.5, application/json" }, "json"],
  ["html preferred to JSON", "/things/1", { accept: "text/html, application/json;q=0.5" }, "page"],
  ["htmx", "/things/1", HTMX, "fragment"],
  ["htmx with any accept", "/things/1", { ...HTMX, accept: "*/*" }, "fragment"],
  ["htmx with hx-select", "/things/1", { ...HTMX, "hx-request-type": "full" }, "page"],
  ["a boosted link", "/things/1", { ...HTMX, "hx-boosted": "true" }, "page"],
  ["history restored", "/things/1", { ...HTMX, "hx-history-restore-request": "true" }, "page"],
  [".json over everything", "/things/1.json?x=1", HTMX, "json"],
  [".md", "/things/1.md", { accept: CHROME }, "markdown"],
];
const TYPES = {
  page: "text/html; charset=utf-8",
  fragment: "text/html; charset=utf-8",
  json: "application/json; charset=utf-8",
  markdown: "text/markdown; charset=utf-8",
};
const BODIES = { page: "<!doctype html><p>1</p>", fragment: "<p>1</p>", json: '{"thing":{"id":"1"}}', markdown: "# 1" };

for (const [who, path, headers, form] of matrix) {
  test(`${who} gets ${form === "json" ? "JSON" : `a ${form}`}`, async () => {
    const answer = await get(path, headers);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe(TYPES[form]);
    expect(await answer.text()).toBe(BODIES[form]);
    expect(answer.headers.get("vary")).toStartWith("Accept, HX-Request");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });
}

test("a suffix belongs to the path where the route says so", async () => {
  expect(await (await get("/openapi.json")).json()).toEqual({ openapi: true });
  expect(await (await get("/projects/7/files/src/package.json", PAGE)).json()).toEqual({ path: "src/package.json" });
  expect(await (await get("/projects/7/files/README.md")).json()).toEqual({ path: "README.md" });
  expect((await get("/things.json/1")).status).toBe(404);
});

test("HEAD answers the headers of GET and no body, also for a stream", async () => {
  for (const path of ["/things/1", "/things/1.json", "/stream"]) {
    const answer = await get(path, PAGE, { method: "HEAD" });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("");
  }
  expect((await get("/nothing", PAGE, { method: "HEAD" })).status).toBe(404);
});

test("posts: JSON says where it is, a form goes on, htmx stays or navigates", async () => {
  const post = (path: string, headers: Record<string, string>) => get(path, headers, { method: "POST" });
  const made = await post("/made", JSON_ONLY);
  expect([made.status, made.headers.get("location")]).toEqual([201, "/things/1"]);
  const form = await post("/made", PAGE);
  expect([form.status, form.headers.get("location")]).toEqual([303, "/things/1"]);
  const navigate = await post("/made", HTMX);
  expect([navigate.status, navigate.headers.get("hx-redirect")]).toEqual([204, "/things/1"]);
  expect((await post("/started", JSON_ONLY)).status).toBe(202);
  expect((await post("/started", PAGE)).status).toBe(303);
  const stay = await post("/started", HTMX);
  expect([stay.status, stay.headers.get("hx-redirect")]).toEqual([204, null]);
});

test("long answers are compressed as the client takes it, short ones and streams never", async () => {
  const plain = async (encoding: string, path = "/long") => {
    const answer = await get(path, { ...PAGE, "accept-encoding": encoding }, { decompress: false } as RequestInit);
    return {
      encoding: answer.headers.get("content-encoding"),
      vary: answer.headers.get("vary"),
      bytes: new Uint8Array(await answer.arrayBuffer()),
    };
  };
  const zstd = await plain("gzip, deflate, br, zstd");
  expect(zstd.encoding).toBe("zstd");
  expect(Bun.zstdDecompressSync(zstd.bytes).toString()).toBe(LONG);
  const gzip = await plain("gzip, br;q=0.5");
  expect(gzip.encoding).toBe("gzip");
  expect(gunzipSync(gzip.bytes).toString()).toBe(LONG);
  const br = await plain("gzip;q=0, br");
  expect(brotliDecompressSync(br.bytes).toString()).toBe(LONG);
  const none = await plain("identity");
  expect([none.encoding, none.bytes.length]).toEqual([null, LONG.length]);
  expect(none.vary).toContain("Accept-Encoding");
  expect((await plain("zstd", "/things/1")).encoding).toBeNull();
});
