import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  createLoginAttempts,
  createToken,
  ensureFirstToken,
  LOGIN_TRIES,
  listTokens,
  revokeToken,
} from "../../src/engine/access.ts";
import { type CallerWatch, watchCaller } from "../../src/http/request.ts";
import { loginRoutes, loginUrl, safeNext } from "../../src/http/routes/login.ts";
import { tokenRoutes } from "../../src/http/routes/tokens.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { HTMX, JSON_ONLY, NAVIGATION, PAGE, type Running, raw, sampleRoutes, serve, statusOf } from "./serve.ts";

let database: TestDatabase;
let server: Running;
let clock = 0;
let bearer = "";
let bearerId = "";
const watches: CallerWatch[] = [];
beforeAll(async () => {
  database = await testDatabase();
  const core = { sql: database.sql };
  const attempts = createLoginAttempts(() => clock);
  const page = (props: { error: string | null; next: string }) =>
    `<!doctype html>login ${props.next} ${props.error ?? ""}`;
  server = serve(
    { auth: "token", allowed_hosts: ["boo.example"], trusted_proxies: ["::1"] },
    {
      core,
      loginUrl,
      routes: (app, closing) =>
        sampleRoutes(
          app.get("/watched", ({ request }) => {
            watches.push(watchCaller(request));
            return "watched";
          }) as never,
          closing,
        )
          .use(loginRoutes({ mode: "token", core, attempts, page }))
          .use(tokenRoutes({ core })),
    },
  );
  const made = await createToken(core, "test");
  [bearer, bearerId] = [made.token, made.row.id];
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});
afterEach(() => {
  clock += 10 * 60_000;
});

const call = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  fetch(server.url + path, { headers, redirect: "manual", ...init });
const origin = () => ({ origin: server.url });
const withBearer = () => ({ authorization: `Bearer ${bearer}` });
const signIn = (token: string, headers: Record<string, string> = {}, next = "/me?x=1") =>
  call("/login", { ...PAGE, ...headers }, { method: "POST", body: new URLSearchParams({ token, next }) });
const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0]!.split(";")[0]!;

describe("a connection that outlives its request", () => {
  test("knows when its token was revoked, and when its login was ended", async () => {
    const core = { sql: database.sql };
    const { token, row } = await createToken(core, "for a stream");
    watches.length = 0;
    expect((await call("/watched", { authorization: `Bearer ${token}` })).status).toBe(200);
    const cookie = cookieOf(await signIn(token, origin()));
    expect((await call("/watched", { cookie, ...NAVIGATION })).status).toBe(200);
    const told = () => Promise.all(watches.map((watch) => watch()));
    expect(await told()).toEqual([true, true]);
    expect((await call("/logout", { cookie, ...origin() }, { method: "POST" })).status).toBeLessThan(400);
    expect(await told()).toEqual([true, false]);
    await revokeToken(core, row.id);
    expect(await told()).toEqual([false, false]);
  });
});

describe("without identity", () => {
  test("a page leads to the login page and back, htmx navigates, the rest is 401", async () => {
    const page = await call("/me?x=1&y=2", { ...NAVIGATION });
    expect([page.status, page.headers.get("location")]).toEqual([
      303,
      `/login?next=${encodeURIComponent("/me?x=1&y=2")}`,
    ]);
    const fragment = await call("/me", { ...HTMX, "hx-current-url": `${server.url}/things/1?a=b` });
    expect([fragment.status, fragment.headers.get("hx-redirect")]).toEqual([
      401,
      `/login?next=${encodeURIComponent("/things/1?a=b")}`,
    ]);
    for (const headers of [JSON_ONLY, { accept: "text/event-stream" }, { accept: "*/*" }]) {
      const answer = await call("/me", headers);
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
      expect((await answer.json()).error.code).toBe("unauthorized");
    }
  });
  test("no route answers but the open ones", async () => {
    const open: string[] = [];
    for (const route of server.app.routes) {
      const path = route.path.replace(/:\w+/g, "1").replace("*", "x");
      const upgrade =
        route.method === "WS"
          ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
          : "";
      const answer = await raw(
        server.port,
        `${route.method === "WS" ? "GET" : route.method} ${path} HTTP/1.1\r\nHost: localhost\r\n${upgrade}Connection: close\r\n\r\n`,
      );
      if (statusOf(answer) !== 401) open.push(`${route.method} ${path}`);
    }
    expect(open.sort()).toEqual(["DELETE /login", "GET /health", "GET /login", "POST /login"]);
    expect(await (await call("/health")).json()).toEqual({ ok: true, who: null });
  });
  test("a path that only looks open is not", async () => {
    for (const path of [
      "/health/",
      "/login/",
      "/login.json",
      "/assets",
      "/LOGIN",
      "//login",
      "/health%2f",
      "/login;x",
      "/assets/../me",
      "/assets/%2e%2e/me",
      "/login/../me",
    ])
      expect([
        path,
        statusOf(await raw(server.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n`)),
      ]).toEqual([path, path === "/login.json" ? 200 : 401]);
  });
});

describe("bearer", () => {
  test("opens every route for a program", async () => {
    expect(await (await call("/me", withBearer())).json()).toEqual({
      caller: { mode: "token", name: "test", token_id: bearerId, via: "api" },
    });
    expect((await call("/started", { ...withBearer(), ...JSON_ONLY }, { method: "POST" })).status).toBe(202);
    expect((await (await call("/me", { ...withBearer(), "x-boocode-client": "cli" })).json()).caller.via).toBe("cli");
  });
  test("anything else does not", async () => {
    const near = bearer.slice(0, -1) + (bearer.endsWith("A") ? "B" : "A");
    for (const authorization of [
      `Bearer ${near}`,
      `Bearer ${bearer}x`,
      "Bearer ",
      "Bearer boo_",
      `Basic ${bearer}`,
      bearer,
      `Bearer ${bearer} x`,
      "Bearer ' or 1=1--",
    ])
      expect([authorization, (await call("/me", { authorization, ...JSON_ONLY })).status]).toEqual([
        authorization,
        401,
      ]);
  });
  test("does not help a foreign page or a foreign name", async () => {
    expect((await call("/me", { ...withBearer(), origin: "https://evil.example" })).status).toBe(403);
    expect(
      statusOf(
        await raw(server.port, `GET /me HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer ${bearer}\r\n\r\n`),
      ),
    ).toBe(403);
  });
  test("is stored as a hash only", async () => {
    const rows = JSON.stringify(await database.sql`select * from access_tokens`);
    expect(rows).not.toContain(bearer.slice(4));
    expect(rows).toContain(new Bun.CryptoHasher("sha256").update(bearer).digest("hex"));
  });
});

describe("the login page", () => {
  test("trades the token for a cookie and goes on", async () => {
    const answer = await signIn(bearer, origin());
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/me?x=1"]);
    const cookie = answer.headers.getSetCookie()[0]!;
    expect(cookie).toMatch(
      new RegExp(`^boocode-${server.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000$`),
    );
    expect(cookie).not.toContain(bearer.slice(4));
    const me = await call("/me", { cookie: cookieOf(answer) });
    expect((await me.json()).caller).toEqual({ mode: "token", name: "test", token_id: bearerId, via: "browser" });
    const stored = JSON.stringify(await database.sql`select * from login_sessions`);
    expect(stored).not.toContain(cookieOf(answer).split("=")[1]!);
  });
  test("marks the cookie Secure with the __Host- prefix over https", async () => {
    const secure = /^__Host-boocode=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/;
    const body = `token=${bearer}`;
    const login = (extra: string) =>
      raw(
        server.port,
        `POST /login HTTP/1.1\r\nHost: boo.example\r\nAccept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n${extra}\r\n\r\n${body}`,
      );
    const cookie = (answer: string) => /set-cookie: (.*)\r\n/i.exec(answer)?.[1] ?? "";
    expect(cookie(await login("Origin: https://boo.example"))).toMatch(secure);
    // A peer that is no trusted proxy may say what it likes.
    expect(cookie(await login("X-Forwarded-Proto: https"))).toStartWith("boocode=");
  });
  test("as JSON", async () => {
    const answer = await call(
      "/login",
      { ...JSON_ONLY, "content-type": "application/json" },
      { method: "POST", body: JSON.stringify({ token: bearer }) },
    );
    expect(answer.status).toBe(201);
    expect((await answer.json()).login.name).toBe("test");
    expect(answer.headers.getSetCookie()).toHaveLength(1);
  });
  test("leads nowhere but to our own paths", async () => {
    for (const next of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "/\t/evil.example",
      "javascript:alert(1)",
      "/login?next=/",
      "/logout",
      "/a\r\nSet-Cookie: x=y",
      "",
    ])
      expect([next, (await signIn(bearer, {}, next)).headers.get("location")]).toEqual([next, "/"]);
    expect(safeNext("/chats/1?before=2#m-3")).toBe("/chats/1?before=2#m-3");
    expect(loginUrl("//evil")).toBe("/login");
  });
  test("says how many tries are left, then when to come back, for this address alone", async () => {
    const texts: string[] = [];
    for (let i = 0; i < LOGIN_TRIES; i++) {
      const answer = await signIn("boo_wrong");
      expect(answer.status).toBe(401);
      texts.push(await answer.text());
    }
    expect(texts[0]).toContain("4 tries left");
    expect(texts[3]).toContain("1 try left");
    clock += 20_000;
    for (const token of [bearer, "boo_wrong"]) {
      const paused = await signIn(token);
      expect([paused.status, paused.headers.get("retry-after")]).toEqual([429, "40"]);
      expect(await paused.text()).toContain("Try again in 40 s.");
    }
    // The pause concerns signing in, not who is signed in.
    expect((await call("/me", withBearer())).status).toBe(200);
    clock += 40_000;
    expect((await signIn(bearer)).status).toBe(303);
  });
  test("is not shown to who is signed in", async () => {
    expect((await call("/login?next=/me", { ...PAGE, ...withBearer() })).headers.get("location")).toBe("/me");
    expect(await (await call("/login?next=//evil", PAGE)).text()).toContain("login / ");
  });
});

describe("the cookie", () => {
  test("changes nothing without an Origin, and opens no socket", async () => {
    const cookie = cookieOf(await signIn(bearer));
    const post = (headers: Record<string, string>) =>
      call("/started", { cookie, ...JSON_ONLY, ...headers }, { method: "POST" });
    expect((await post(origin())).status).toBe(202);
    expect((await post({ "sec-fetch-site": "same-origin" })).status).toBe(202);
    expect((await post({})).status).toBe(403);
    expect((await post({ "sec-fetch-site": "none" })).status).toBe(403);
    expect((await post({ origin: "null" })).status).toBe(403);
    const socket = (extra: string) =>
      raw(
        server.port,
        `GET /socket HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: ${cookie}\r\n${extra}\r\n`,
      );
    expect(statusOf(await socket(""))).toBe(403);
    expect(statusOf(await socket(`Origin: http://localhost:${server.port}\r\n`))).toBe(101);
  });
  test("opens a link from elsewhere (Lax), for reading", async () => {
    const cookie = cookieOf(await signIn(bearer));
    expect((await call("/me", { cookie, ...NAVIGATION, "sec-fetch-site": "cross-site" })).status).toBe(200);
  });
  test("ends with signing out, with its time, and with its token", async () => {
    const out = cookieOf(await signIn(bearer));
    const answer = await call("/logout", { cookie: out, ...PAGE, ...origin() }, { method: "POST" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/login"]);
    for (const cookie of answer.headers.getSetCookie()) expect(cookie).toContain("Max-Age=0");
    expect((await call("/me", { cookie: out, ...JSON_ONLY })).status).toBe(401);

    const late = cookieOf(await signIn(bearer));
    await database.sql`update login_sessions set expires_at = now() - interval '1 second'`;
    expect((await call("/me", { cookie: late, ...JSON_ONLY })).status).toBe(401);

    const other = await createToken({ sql: database.sql }, "other");
    const cookie = cookieOf(await signIn(other.token));
    expect((await call("/me", { cookie })).status).toBe(200);
    expect(
      (await call(`/tokens/${other.row.id}`, { ...withBearer(), ...JSON_ONLY }, { method: "DELETE" })).status,
    ).toBe(200);
    expect((await call("/me", { cookie, ...JSON_ONLY })).status).toBe(401);
    const revoked = await call("/me", { authorization: `Bearer ${other.token}`, ...JSON_ONLY });
    expect([revoked.status, (await revoked.json()).error.message]).toEqual([
      401,
      "This token is not right, or it was revoked.",
    ]);
    expect((await signIn(other.token)).status).toBe(401);
  });
  test("of another port or a made-up one is nobody's", async () => {
    const cookie = cookieOf(await signIn(bearer));
    for (const wrong of [
      cookie.replace(/-\d+=/, "-1="),
      `boocode-${server.port}=${"A".repeat(43)}`,
      `boocode-${server.port}=`,
      `boocode-${server.port}=' or true --`,
    ])
      expect((await call("/me", { cookie: wrong, ...JSON_ONLY })).status).toBe(401);
  });
});

describe("tokens", () => {
  test("are listed without secrets, made once, revoked once", async () => {
    const make = (label: unknown) =>
      call(
        "/tokens",
        { ...withBearer(), ...JSON_ONLY, "content-type": "application/json" },
        { method: "POST", body: JSON.stringify({ label }) },
      );
    const made = await make("  laptop ");
    expect(made.status).toBe(201);
    const { token } = (await made.json()) as { token: { id: string; label: string; secret: string } };
    expect(token.label).toBe("laptop");
    expect((await call("/me", { authorization: `bearer ${token.secret}` })).status).toBe(200);
    const list = await (await call("/tokens", { ...withBearer(), ...JSON_ONLY })).text();
    expect(list).toContain('"label":"laptop"');
    expect(list).not.toContain(token.secret);
    expect(list).not.toContain("hash");
    const revoke = () => call(`/tokens/${token.id}/revocation`, { ...withBearer(), ...JSON_ONLY }, { method: "POST" });
    expect([(await revoke()).status, (await revoke()).status]).toEqual([200, 404]);
    expect((await make("  ")).status).toBe(422);
    expect((await make("x".repeat(81))).status).toBe(422);
  });
  test("when used, say when", async () => {
    const core = { sql: database.sql };
    const { token, row } = await createToken(core, "fresh");
    const used = async () => (await listTokens(core)).find((t) => t.id === row.id)?.last_used_at;
    expect(await used()).toBeNull();
    await call("/me", { authorization: `Bearer ${token}` });
    const first = await used();
    expect(first).toBeInstanceOf(Date);
    await call("/me", { authorization: `Bearer ${token}` });
    expect(await used()).toEqual(first!);
    await revokeToken(core, row.id);
  });
  test("the first one is made when there is none, and only then", async () => {
    const empty = await testDatabase();
    try {
      const core = { sql: empty.sql };
      const first = await ensureFirstToken(core);
      expect(first).toMatch(/^boo_[\w-]{43}$/);
      expect(await ensureFirstToken(core)).toBeNull();
      await revokeToken(core, (await listTokens(core))[0]!.id);
      expect(await ensureFirstToken(core)).not.toBeNull();
    } finally {
      await empty.drop();
    }
  });
});
