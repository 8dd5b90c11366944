import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type Assets, loadAssets } from "../../src/http/assets.ts";
import { assetRoutes } from "../../src/http/routes/assets.ts";
import { type Running, serve } from "./serve.ts";

let dir: string;
let assets: Assets;
let server: Running;
const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "boocode-assets-"));
  for (const sub of ["css", "js", "icons"]) mkdirSync(join(dir, sub));
  write("css/order.json", '["b.css", "missing.css", "a.css"]');
  write("css/a.css", `.a { color: red }\n/* ${"padding ".repeat(100)} */`);
  write("css/b.css", ".b { background: url(/assets/icons/ghost.svg) }");
  write("css/unlisted.css", ".never {}");
  write("js/order.json", '["own.js"]');
  write("js/own.js", "window.own = 1 // no end\n//# sourceMappingURL=own.js.map");
  write("js/lazy.js", "export const lazy = 1;");
  write("icons/ghost.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
  write("manifest.webmanifest", '{"icons":[{"src":"/assets/icons/ghost.svg"}]}');
  write("notes.txt", "not for the web");
  assets = await loadAssets({ dir });
  server = serve({ auth: "token" }, { routes: (app) => app.use(assetRoutes(assets)) });
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true });
});
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { headers, redirect: "manual", decompress: false } as RequestInit);

test("app.css joins the listed files in their order and links to hashed assets", async () => {
  const css = await (await get(assets.url("app.css"), { "accept-encoding": "identity" })).text();
  expect(css.indexOf(".b {")).toBeLessThan(css.indexOf(".a {"));
  expect(css).toContain(`url(${assets.url("icons/ghost.svg")})`);
  expect(css).not.toContain("never");
});

test("app.js is htmx, its extensions and ours as one script without source maps", async () => {
  const js = await (await get(assets.url("app.js"), { "accept-encoding": "identity" })).text();
  expect(js).not.toContain("sourceMappingURL");
  expect(js.indexOf("htmx")).toBeLessThan(js.indexOf("window.own"));
  expect(() => new Function(js)).not.toThrow();
  expect(await (await get(assets.url("js/lazy.js"))).text()).toBe("export const lazy = 1;");
});

test("is cached for ever, needs no identity, and has the right type", async () => {
  const types = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "icons/ghost.svg": "image/svg+xml",
    "manifest.webmanifest": "application/manifest+json",
  };
  for (const [name, type] of Object.entries(types)) {
    expect(assets.url(name)).toMatch(/^\/assets\/[\w/]+\.[0-9a-f]{10}\.\w+$/);
    const answer = await get(assets.url(name));
    expect([name, answer.status, answer.headers.get("content-type")]).toEqual([name, 200, type]);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("comes compressed as the client takes it, with its own tag, and 304 for that tag", async () => {
  const url = assets.url("app.js");
  const plain = await (await get(url, { "accept-encoding": "identity" })).text();
  const unpack = { br: brotliDecompressSync, zstd: Bun.zstdDecompressSync, gzip: gunzipSync };
  const tags = new Set<string>();
  for (const [accept, encoding] of [
    ["gzip, deflate, br, zstd", "br"],
    ["zstd, gzip", "zstd"],
    ["gzip", "gzip"],
  ] as const) {
    const answer = await get(url, { "accept-encoding": accept });
    expect(answer.headers.get("content-encoding")).toBe(encoding);
    expect(answer.headers.get("vary")).toBe("Accept-Encoding");
    expect(Buffer.from(unpack[encoding](new Uint8Array(await answer.arrayBuffer()))).toString()).toBe(plain);
    const etag = answer.headers.get("etag")!;
    tags.add(etag);
    const again = await get(url, { "accept-encoding": accept, "if-none-match": `"x", W/${etag}` });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect((await get(url, { "accept-encoding": accept, "if-none-match": '"x"' })).status).toBe(200);
  }
  expect(tags.size).toBe(3);
  expect(
    (await get(assets.url("icons/ghost.svg"), { "accept-encoding": "br" })).headers.get("content-encoding"),
  ).toBeNull();
});

test("an old hash or none leads to the current one; a wrong name is not found", async () => {
  for (const path of ["/assets/app.0000000000.css", "/assets/app.css"]) {
    const answer = await get(path);
    expect([answer.status, answer.headers.get("location"), answer.headers.get("cache-control")]).toEqual([
      302,
      assets.url("app.css"),
      "no-cache",
    ]);
  }
  for (const path of [
    "/assets/",
    "/assets/nothing.css",
    "/assets/notes.txt",
    "/assets/css/a.css",
    "/assets/../package.json",
    "/assets/..%2f..%2fpackage.json",
    "/assets/%E0%A4%A",
    "/assets/js/order.json",
  ])
    expect([path, (await get(path)).status]).toEqual([path, path.includes("/../") ? 401 : 404]);
  expect((await get("/favicon.ico")).headers.get("location")).toBe(assets.url("icons/ghost.svg"));
});

test("in development a changed file is there at the next request; otherwise the build stays", async () => {
  const dev = await loadAssets({ dir, dev: true });
  const [url, build] = [dev.url("app.css"), dev.build];
  write("css/a.css", ".a { color: blue }");
  utimesSync(join(dir, "css/a.css"), 1, 1);
  expect(dev.url("app.css")).not.toBe(url);
  expect(dev.build).not.toBe(build);
  expect(assets.url("app.css")).toBe(url);
});

test("the assets that pages name exist", async () => {
  const real = await loadAssets();
  for (const name of ["app.css", "app.js", "icons/ghost.svg", "icons/ghost-192.png", "manifest.webmanifest"])
    expect(real.url(name)).toMatch(/\.[0-9a-f]{10}\.\w+$/);
});
