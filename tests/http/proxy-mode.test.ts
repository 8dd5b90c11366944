import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../src/config.ts";
import { createAuth } from "../../src/http/auth.ts";
import { JSON_ONLY, PAGE, type Running, serve } from "./serve.ts";

const SECRET = "0123456789abcdef-secret";
const THROUGH = {
  "remote-user": "ana",
  "x-boocode-proxy-secret": SECRET,
  "x-forwarded-for": "203.0.113.9",
  ...JSON_ONLY,
};
const call = (url: string, path: string, headers: Record<string, string>, init: RequestInit = {}) =>
  fetch(url + path, { headers, redirect: "manual", ...init });
const without = (name: string) => Object.fromEntries(Object.entries(THROUGH).filter(([n]) => n !== name));

describe("from a trusted address", () => {
  let server: Running;
  beforeAll(() => {
    server = serve({ auth: "proxy", trusted_proxies: ["127.0.0.0/8"], proxy_secret: SECRET });
  });
  afterAll(() => server.stop());

  test("the proxy's user is the caller", async () => {
    expect(await (await call(server.url, "/me", THROUGH)).json()).toEqual({
      caller: { mode: "proxy", name: "ana", token_id: null, via: "api" },
    });
  });
  test("without the right secret it is nobody", async () => {
    for (const secret of ["", "wrong", `${SECRET}x`, SECRET.slice(1), `${SECRET}, ${SECRET}`])
      expect([
        secret,
        (await call(server.url, "/me", { ...THROUGH, "x-boocode-proxy-secret": secret })).status,
      ]).toEqual([secret, 403]);
    expect((await call(server.url, "/me", without("x-boocode-proxy-secret"))).status).toBe(403);
  });
  test("without a user, with two, or with an odd one, nobody is signed in", async () => {
    expect((await call(server.url, "/me", without("remote-user"))).status).toBe(401);
    for (const user of ["", " ", "ana, root", "x".repeat(201)])
      expect((await call(server.url, "/me", { ...THROUGH, "remote-user": user })).status).toBe(401);
    const page = await call(server.url, "/me", { ...without("remote-user"), ...PAGE });
    expect([page.status, page.headers.get("location")]).toEqual([401, null]);
  });
  test("a change needs an Origin, for the proxy's login comes along by itself", async () => {
    const post = (headers: Record<string, string>) =>
      call(server.url, "/started", { ...THROUGH, ...headers }, { method: "POST" });
    expect((await post({})).status).toBe(403);
    expect((await post({ origin: server.url })).status).toBe(202);
    expect((await post({ origin: "https://evil.example" })).status).toBe(403);
  });
  test("straight from this machine there is only the bare health answer", async () => {
    expect(await (await call(server.url, "/health", {})).json()).toEqual({ ok: true, who: null });
    expect((await call(server.url, "/me", JSON_ONLY)).status).toBe(401);
    expect((await call(server.url, "/health", { "remote-user": "ana" })).status).toBe(403);
  });
});

test("from any other address everything is refused, with the right secret too", async () => {
  const server = serve({ auth: "proxy", trusted_proxies: ["10.0.0.0/8"], proxy_secret: SECRET });
  for (const path of ["/me", "/health", "/nothing"]) expect((await call(server.url, path, THROUGH)).status).toBe(403);
  await server.stop();
});

describe("who is a trusted proxy", () => {
  const config = (trusted_proxies: string[]) => ({
    ...readConfig({}),
    auth: "proxy" as const,
    trusted_proxies,
    proxy_secret: SECRET,
  });
  const identify = (proxies: string[], peer: string | null) => {
    const auth = createAuth(config(proxies), { sql: null as never });
    return Promise.resolve()
      .then(() => auth.identify(new Request("http://localhost/", { headers: THROUGH }), peer))
      .then(
        (who) => who?.name,
        () => "refused",
      );
  };
  const cases: [string[], string | null, string][] = [
    [["10.0.0.0/8"], "10.255.0.1", "ana"],
    [["10.0.0.0/8"], "11.0.0.1", "refused"],
    [["10.0.0.0/8"], "::ffff:10.0.0.1", "ana"],
    [["192.168.1.7"], "192.168.1.7", "ana"],
    [["192.168.1.7"], "192.168.1.70", "refused"],
    [["fd00::/8"], "fd12:3456::1", "ana"],
    [["fd00::/8"], "fe80::1", "refused"],
    [["::1", "127.0.0.1"], "::1", "ana"],
    [["0.0.0.0/0"], "2001:db8::1", "refused"],
    [["10.0.0.0/8"], null, "ana"],
  ];
  for (const [proxies, peer, who] of cases)
    test(`${peer ?? "a unix socket"} of ${proxies}: ${who}`, async () =>
      expect(await identify(proxies, peer)).toBe(who));

  test("a wrong entry stops the start with the setting's name", () => {
    for (const entry of ["proxy.local", "10.0.0.0/33", "10.0.0.0/x", "fd00::/129", "/8", "10.0.0"])
      expect(() => createAuth(config([entry]), { sql: null as never })).toThrow("BOOCODE_TRUSTED_PROXIES is wrong");
  });
  test("a client's address is believed from a proxy only, and the last one it added", () => {
    const auth = createAuth(config(["10.0.0.0/8"]), { sql: null as never });
    const forwarded = (list: string) => new Request("http://localhost/", { headers: { "x-forwarded-for": list } });
    expect(auth.addressOf(forwarded("1.1.1.1, 203.0.113.9"), "10.0.0.1")).toBe("203.0.113.9");
    expect(auth.addressOf(forwarded("1.1.1.1, 203.0.113.9"), "11.0.0.1")).toBe("11.0.0.1");
    expect(auth.addressOf(forwarded("not an address"), "10.0.0.1")).toBe("10.0.0.1");
  });
});

test("over a unix socket no secret is needed, and only our user and group reach it", async () => {
  const dir = mkdtempSync(join(tmpdir(), "boocode-socket-"));
  const socket = join(dir, "http.sock");
  const over = (headers: Record<string, string>) =>
    fetch("http://localhost/me", { unix: socket, headers } as RequestInit);
  try {
    for (let start = 0; start < 2; start++) {
      const server = serve({ auth: "proxy", socket });
      expect(statSync(socket).mode & 0o777).toBe(0o660);
      expect((await (await over({ "remote-user": "ana" })).json()).caller.name).toBe("ana");
      expect((await over(JSON_ONLY)).status).toBe(401);
      await server.stop();
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
