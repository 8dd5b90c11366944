import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { SECURITY_HEADERS } from "../../src/http/headers.ts";
import { JSON_ONLY, NAVIGATION, type Running, raw, serve, statusOf } from "./serve.ts";

let server: Running;
beforeAll(() => {
  server = serve({ allowed_hosts: ["boo.example", "other.example:8443"] });
});
afterAll(() => server.stop());
const request = (host: string | null, headers: Record<string, string> = {}, line = "GET /me HTTP/1.1") =>
  raw(
    server.port,
    [
      line,
      ...(host === null ? [] : [`Host: ${host}`]),
      ...Object.entries(headers).map(([n, v]) => `${n}: ${v}`),
      "",
      "",
    ].join("\r\n"),
  );
const status = async (...args: Parameters<typeof request>) => statusOf(await request(...args));

describe("Host", () => {
  for (const host of [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost:1",
    "127.0.0.1",
    "127.0.0.1:9500",
    "[::1]",
    "[::1]:80",
    "[0:0:0:0:0:0:0:1]",
    "boo.example",
    "Boo.Example.:99",
    "other.example:8443",
  ])
    test(`${host} is ours`, async () => expect(await status(host)).toBe(200));

  for (const host of [
    "evil.example",
    "localhost.evil.example",
    "evil-localhost",
    "boo.example.evil",
    "other.example",
    "other.example:1",
    "0.0.0.0",
    "127.1",
    "[::2]",
    "192.168.1.5",
  ])
    test(`${host} is foreign`, async () => expect(await status(host)).toBe(403));

  for (const host of [
    "",
    "user@localhost",
    "localhost@evil.example",
    "localhost/evil",
    "localhost, evil.example",
    "localhost#",
    "localhost?x",
    "localhost:",
    "localhost:x",
    "localhost:123456",
    "[::1",
    "::1",
    "a b",
    "localhost\\evil",
    "%6c%6fcalhost",
    "localhost..",
    "-",
  ])
    test(`"${host}" is no name`, async () => expect(await status(host)).toBe(400));

  test("two Host headers, in either order", async () => {
    for (const [first, second] of [
      ["localhost", "evil.example"],
      ["evil.example", "localhost"],
    ] as const)
      expect(statusOf(await raw(server.port, `GET /me HTTP/1.1\r\nHost: ${first}\r\nHost: ${second}\r\n\r\n`))).toBe(
        400,
      );
  });
  test("no Host at all", async () => {
    expect(await status(null)).toBe(400);
    expect(await status(null, {}, "GET /me HTTP/1.0")).toBe(400);
  });
  test("a target that names another host counts for nothing", async () => {
    expect(await status("localhost", {}, "GET http://evil.example/me HTTP/1.1")).toBe(200);
    expect(await status("evil.example", {}, "GET http://localhost/me HTTP/1.1")).toBe(403);
  });
  test("a name from the request is escaped where it is shown", async () => {
    expect(await request("evil.example", { Accept: "text/html" })).toContain("called &quot;evil.example&quot;");
  });
});

describe("Origin and Sec-Fetch-Site", () => {
  const ours = () => `http://localhost:${server.port}`;
  const from = (headers: Record<string, string>, line?: string) => status(`localhost:${server.port}`, headers, line);

  test("no browser at all is fine in loopback mode", async () => {
    expect(await from({})).toBe(200);
    expect(await from({}, "POST /started HTTP/1.1")).toBe(202);
  });
  test("our own page", async () => {
    expect(await from({ Origin: ours() })).toBe(200);
    expect(await from({ Origin: ours(), "Sec-Fetch-Site": "same-origin" }, "POST /started HTTP/1.1")).toBe(202);
    expect(await from({ "Sec-Fetch-Site": "none" })).toBe(200);
    expect(await status("boo.example", { Origin: "https://boo.example" })).toBe(200);
    expect(await status("boo.example:443", { Origin: "https://boo.example" })).toBe(200);
  });
  for (const origin of [
    "null",
    "https://evil.example",
    "http://localhost",
    "http://localhost:1",
    "http://127.0.0.1:PORT",
    "http://localhost:PORT.evil.example",
    "http://localhost:PORT@evil.example",
    "http://evil.example/http://localhost:PORT",
    "file://",
    "chrome-extension://abc",
    "",
  ])
    test(`Origin "${origin}" is refused for every method`, async () => {
      const Origin = origin.replaceAll("PORT", String(server.port));
      for (const line of [
        "GET /me HTTP/1.1",
        "HEAD /me HTTP/1.1",
        "POST /started HTTP/1.1",
        "DELETE /me HTTP/1.1",
        "GET /stream HTTP/1.1",
      ])
        expect(await from({ Origin }, line)).toBe(403);
    });
  for (const site of ["cross-site", "same-site", "SAME-ORIGIN", "x"])
    test(`Sec-Fetch-Site ${site} is refused, with our Origin too`, async () => {
      expect(await from({ "Sec-Fetch-Site": site })).toBe(403);
      expect(await from({ "Sec-Fetch-Site": site, Origin: ours() }, "POST /started HTTP/1.1")).toBe(403);
    });
  test("a link from another site opens, but only as a top-level GET", async () => {
    const link = { ...NAVIGATION, "Sec-Fetch-Site": "cross-site" };
    expect(await from(link)).toBe(200);
    expect(await from({ ...link, Origin: "null" })).toBe(200);
    expect(await from(link, "POST /started HTTP/1.1")).toBe(403);
    expect(await from({ ...link, "sec-fetch-dest": "iframe" })).toBe(403);
    expect(await from({ ...link, "sec-fetch-mode": "no-cors" })).toBe(403);
    expect(await from({ ...link, Upgrade: "websocket", Connection: "upgrade" })).toBe(403);
  });
});

describe("WebSocket", () => {
  const upgrade = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const open = (host: string, headers: Record<string, string> = {}) =>
    status(host, { ...upgrade, ...headers }, "GET /socket HTTP/1.1");

  test("opens for our page and for a program", async () => {
    expect(await open("localhost:1", { Origin: "http://localhost:1" })).toBe(101);
    expect(await open("localhost")).toBe(101);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket`);
    const message = await new Promise((done) => socket.addEventListener("message", (event) => done(event.data)));
    expect(message).toBe("open");
    socket.close();
  });
  test("stays shut for anyone else", async () => {
    expect(await open("evil.example")).toBe(403);
    expect(await open("localhost", { Origin: "http://evil.example" })).toBe(403);
    expect(await open("localhost", { Origin: "null" })).toBe(403);
    expect(await open("localhost", { "Sec-Fetch-Site": "same-site" })).toBe(403);
    expect(await open("localhost", { "X-Forwarded-For": "1.2.3.4" })).toBe(403);
  });
});

describe("loopback mode", () => {
  for (const header of [
    "Forwarded",
    "X-Forwarded-For",
    "x-forwarded-host",
    "X-Forwarded-Proto",
    "X-Forwarded-Anything",
    "Via",
    "Remote-User",
    "X-Real-IP",
  ])
    test(`refuses ${header}, even when it is empty`, async () => {
      expect(await status("localhost", { [header]: "x" })).toBe(403);
      expect(await status("localhost", { [header]: "" })).toBe(403);
    });
});

describe("every route", () => {
  const targets = () =>
    server.app.routes.map((route) => ({
      method: route.method === "WS" ? "GET" : route.method,
      path: route.path.replace(/:\w+/g, "1").replace("*", "x"),
      ws: route.method === "WS",
    }));
  const call = (path: string, method: string, headers: Record<string, string>) =>
    fetch(server.url + path, { method, headers: { ...headers }, redirect: "manual" });

  test("refuses a foreign name and a foreign page", async () => {
    expect(targets().length).toBeGreaterThan(10);
    for (const { method, path, ws } of targets()) {
      const upgrade: Record<string, string> = ws ? { Upgrade: "websocket" } : {};
      expect([path, await status("evil.example", upgrade, `${method} ${path} HTTP/1.1`)]).toEqual([path, 403]);
      expect([
        path,
        await status("localhost", { ...upgrade, Origin: "https://evil.example" }, `${method} ${path} HTTP/1.1`),
      ]).toEqual([path, 403]);
    }
  });
  test("answers with the security headers, errors too", async () => {
    const paths = [
      ...targets().filter((t) => !t.ws),
      { method: "GET", path: "/nothing" },
      { method: "GET", path: "/me?bad-origin" },
    ];
    for (const { method, path } of paths) {
      const answer = await call(path, method, path.includes("bad-origin") ? { origin: "null" } : JSON_ONLY);
      await answer.body?.cancel();
      for (const [name, value] of Object.entries(SECURITY_HEADERS))
        if (!(path === "/bytes" && name === "content-security-policy"))
          expect([path, name, answer.headers.get(name)]).toEqual([path, name, value]);
      expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-z]{16}$/);
    }
  });
  test("the policy allows no inline script, no eval, no foreign source", () => {
    const script = SECURITY_HEADERS["content-security-policy"]!.split("; ").find((part) =>
      part.startsWith("script-src"),
    );
    expect(script).toBe("script-src 'self'");
  });
});

describe("odd requests", () => {
  test("methods that are not used", async () => {
    for (const method of ["OPTIONS", "TRACE"]) {
      const answer = await request("localhost", {}, `${method} /me HTTP/1.1`);
      expect(statusOf(answer)).toBe(405);
      expect(answer.toLowerCase()).toContain("allow: get, head");
    }
  });
  test("an address of more than 8 kB", async () =>
    expect(await status("localhost", {}, `GET /${"a".repeat(8200)} HTTP/1.1`)).toBe(414));
  test("broken escapes and NUL bytes in the path", async () => {
    for (const path of ["/things/%E0%A4%A", "/%00", "/things/%00", "//evil.example/", "/things/../../etc/passwd"])
      expect(await status("localhost", {}, `GET ${path} HTTP/1.1`)).toBeLessThan(500);
  });
});
