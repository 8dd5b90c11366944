/** What nobody should send, and somebody will: unknown ids, wrong types, huge bodies, strange paths and names. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestApp, testApp } from "../support/app.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { parse } from "../support/html.ts";
import { tempDir } from "../support/repo.ts";

let llm: TestLlm;
let boo: TestApp;
beforeAll(async () => {
  llm = await fakeLlm();
  boo = await testApp({ llm });
});
afterAll(async () => {
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});

interface ErrorJson {
  error: { code: string; message: string; field?: string };
}
const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(boo.url + path, {
    method,
    redirect: "manual",
    headers: {
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
async function refusal(response: Response, status: number): Promise<ErrorJson["error"]> {
  const text = await response.text();
  expect([response.status, text.slice(0, 200)]).toEqual([status, expect.any(String)]);
  const { error } = JSON.parse(text) as ErrorJson;
  expect(error.message).toBeString();
  return error;
}

describe("unknown ids", () => {
  const IDS = ["nope", "0", "%00", "%2e%2e%2fetc", "a'%22%3Cb%3E%0A", "x".repeat(300)];
  const NEED_A_QUERY = /\/(?:diff|rail|rows|lines)$|^\/chats\/\{id\}\/review$/;
  /** Enough of everything that the routes ask for before they look for the row. */
  const BODY = {
    ...{ title: "t", name: "n", text: "t", archived: true, endpoint_id: "e", model: "m", version: 1, message: "m" },
    ...{ paths: ["a"], path: "a", files: ["a"], hooks: "off", models: [], change: "focus", pane: "p", layout: {} },
  };

  test("answer 404 on every route that has one, as JSON and as a page", async () => {
    const { paths } = await boo.get<{ paths: Record<string, Record<string, unknown>> }>("/openapi.json");
    const routes = Object.entries(paths).filter(([path]) => path.includes("{id}"));
    expect(routes.length).toBeGreaterThan(20);
    for (const [path, methods] of routes) {
      for (const method of Object.keys(methods).map((m) => m.toUpperCase())) {
        for (const id of IDS) {
          const url = path.replace("{id}", id).replace(/\{\w+\}/, "x");
          const where = `${method} ${url}`;
          const bodied = method !== "GET" && method !== "DELETE";
          const json = await ask(method, url, bodied ? BODY : undefined);
          // A body, or a query that a route needs, is refused before its row is looked for; the rest is not there.
          const unread = json.status === 422 && (bodied || NEED_A_QUERY.test(path));
          expect([where, json.status]).toEqual([where, unread ? 422 : 404]);
          expect(((await json.json()) as ErrorJson).error.code).toBe(json.status === 404 ? "not_found" : "invalid");
          if (method !== "GET") continue;
          const page = await fetch(boo.url + url, { headers: { accept: "text/html" } });
          expect([where, page.status]).toEqual([where, json.status]);
          expect(await page.text()).toStartWith("<!doctype html>");
        }
      }
    }
  }, 20_000);

  test("of routes with a body are 404, not 422, when the body is right", async () => {
    for (const [method, path, body] of [
      ["PATCH", "/projects/nope", { name: "n" }],
      ["POST", "/projects/nope/sessions", {}],
      ["PATCH", "/sessions/nope", { title: "t" }],
      ["POST", "/sessions/nope/chats", {}],
      ["PATCH", "/chats/nope", { title: "t" }],
      ["POST", "/chats/nope/messages", { text: "t" }],
      ["POST", "/chats/nope/model", { endpoint_id: "e", model: "m" }],
      ["POST", "/runs/nope/cancellation", {}],
      ["POST", "/runs/nope/continuation", {}],
      ["POST", "/runs/nope/promotion", {}],
      ["POST", "/runs/nope/withdrawal", {}],
    ] as const)
      expect(await refusal(await ask(method, path, body), 404)).toBeDefined();
  });
});

describe("wrong bodies", () => {
  test("are refused by the field's name, and nothing is stored", async () => {
    const { chat } = await boo.chat();
    const to = `/chats/${chat}/messages`;
    const cases: [unknown, string | undefined][] = [
      [{}, "text"],
      [{ text: 7 }, "text"],
      [{ text: null }, "text"],
      [{ text: ["a"] }, "text"],
      [{ text: "" }, "text"],
      [{ text: " \n\t " }, "text"],
      [{ text: "x".repeat(64_001) }, "text"],
      [{ text: "a", client_id: "has space" }, "client_id"],
      [{ text: "a", client_id: "x".repeat(101) }, "client_id"],
      [{ text: "a", client_id: 1 }, "client_id"],
      [{ text: "a", provider: "claude" }, "provider"],
      [{ text: "a", model: "m".repeat(301) }, "model"],
      [{ text: "a", now: "perhaps" }, "now"],
      [[], undefined],
      ["null", undefined],
      ["{", undefined],
      ['"text"', undefined],
    ];
    for (const [body, field] of cases) {
      const error = await refusal(await ask("POST", to, body), 422);
      expect([JSON.stringify(body).slice(0, 60), error.field]).toEqual([JSON.stringify(body).slice(0, 60), field]);
    }
    expect((await boo.get<{ messages: unknown[]; queue: unknown[] }>(`/chats/${chat}`)).messages).toHaveLength(0);
    expect(llm.chats()).toHaveLength(0);
  });

  test("that pick an endpoint which is not there are refused wherever one is picked", async () => {
    const { chat, session } = await boo.chat();
    const { run } = await boo.ask(chat, "one");
    await boo.settled(run.id, session);
    const { messages } = await boo.get<{ messages: { id: string }[] }>(`/chats/${chat}`);
    const pick = { endpoint_id: "gone", model: "m" };
    for (const [method, path, body] of [
      ["PATCH", `/chats/${chat}`, pick],
      ["POST", `/chats/${chat}/model`, pick],
      ["POST", `/chats/${chat}/messages`, { text: "two", ...pick }],
      ["POST", `/messages/${messages[0]!.id}/regeneration`, pick],
      ["POST", `/messages/${messages[0]!.id}/revision`, { text: "two", ...pick }],
    ] as const) {
      const error = await refusal(await ask(method, path, body), 422);
      expect([path, error.field, error.message]).toEqual([
        path,
        "endpoint_id",
        'There is no endpoint "gone" any more. Pick another one.',
      ]);
    }
    for (const [path, body, field] of [
      [`/chats/${chat}/messages`, { text: "two", model: "no-such" }, "model"],
      [`/messages/${messages[0]!.id}/revision`, { text: "two", model: "no-such" }, "model"],
      [`/messages/${messages[0]!.id}/regeneration`, { model: "fake-mini" }, "endpoint_id"],
    ] as const)
      expect([path, (await refusal(await ask("POST", path, body), 422)).field]).toEqual([path, field]);
    expect((await boo.get<{ messages: unknown[] }>(`/chats/${chat}`)).messages).toHaveLength(2);
  });

  test("a model alone is that model, also the demo model's, beside endpoints", async () => {
    const { chat, session } = await boo.chat();
    for (const model of ["fake-mini", "demo"]) {
      const { run } = await boo.ask(chat, "hello", { model });
      expect(await boo.settled(run.id, session)).toMatchObject({ state: "completed", model });
    }
  });

  test("that are too large are refused with 413, told or not told beforehand", async () => {
    const { chat } = await boo.chat();
    const huge = JSON.stringify({ text: "x".repeat(3_000_000) });
    expect((await refusal(await ask("POST", `/chats/${chat}/messages`, huge), 413)).code).toBe("limit");
    const chunks = new ReadableStream({
      start(controller) {
        for (let at = 0; at < huge.length; at += 100_000)
          controller.enqueue(new TextEncoder().encode(huge.slice(at, at + 100_000)));
        controller.close();
      },
    });
    const streamed = await fetch(`${boo.url}/chats/${chat}/messages`, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: chunks,
    });
    expect((await refusal(streamed, 413)).code).toBe("limit");
  });

  test("of another kind, and methods that a route does not have", async () => {
    const { chat } = await boo.chat();
    for (const type of ["text/plain", "application/xml", "image/png"])
      expect([415, 422]).toContain(
        (await ask("POST", `/chats/${chat}/messages`, "text=a", { "content-type": type })).status,
      );
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const { status } = await ask(method, "/health");
      expect([404, 405]).toContain(status);
    }
  });

  test("a plain form that is refused comes back with what was typed", async () => {
    const { chat } = await boo.chat();
    const typed = `<b>"quoted" & 'single'\n${"long ".repeat(13_000)}`;
    const response = await fetch(`${boo.url}/chats/${chat}/messages`, {
      method: "POST",
      headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ text: typed, client_id: "c" }),
    });
    expect(response.status).toBe(422);
    const doc = parse(await response.text());
    expect(doc.querySelector(`#ce-${chat}`)?.textContent).toContain("at most 64,000 characters");
    expect(doc.querySelector("textarea")?.value.replaceAll("\r", "").trimStart().slice(0, 200)).toBe(
      typed.slice(0, 200),
    );
  });

  test("text that no database stores is stored as what can be", async () => {
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(chat, "a\u0000b \ud83d c\r\nd");
    await boo.settled(run.id, session);
    const { messages } = await boo.get<{ messages: { parts: { text: string }[] }[] }>(`/chats/${chat}`);
    expect(messages[0]!.parts[0]!.text).toBe("a\ufffdb \ufffd c\nd");
    for (const [path, body] of [
      [`/sessions/${session}`, { title: "x\u0000\ud83d" }],
      [`/chats/${chat}`, { title: "x\u0000\ud83d" }],
    ] as const)
      expect((await ask("PATCH", path, body)).status).toBe(200);
  });
});

describe("the same send twice", () => {
  test("is one message, also from many at once and after it was answered", async () => {
    const { session, chat } = await boo.chat();
    const before = llm.chats().length;
    const sends = await Promise.all(
      Array.from({ length: 8 }, () => boo.ask(chat, "[[say:once]]", { client_id: "same" })),
    );
    expect(new Set(sends.map((s) => s.run.id)).size).toBe(1);
    await boo.settled(sends[0]!.run.id, session);
    const late = await boo.ask(chat, "[[say:something else]]", { client_id: "same" });
    expect(late.run.id).toBe(sends[0]!.run.id);
    expect(llm.chats().length - before).toBe(1);
    const other = await boo.send<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, {});
    const elsewhere = await boo.ask(other.chat.id, "[[say:once]]", { client_id: "same" });
    expect(elsewhere.run.id).not.toBe(late.run.id);
    await boo.settled(elsewhere.run.id, session);
  });

  test("a queue has an end", async () => {
    const { chat } = await boo.chat();
    const first = await boo.ask(chat, "[[slow:20]][[tokens:9999]]");
    for (let i = 0; i < 50; i++) await boo.ask(chat, `waits ${i}`);
    const error = await refusal(await ask("POST", `/chats/${chat}/messages`, { text: "one too many" }), 429);
    expect(error.message).toContain("50 messages");
    const { queue } = await boo.get<{ queue: { run: { id: string } }[] }>(`/chats/${chat}`);
    await Promise.all(queue.map(({ run }) => ask("DELETE", `/runs/${run.id}`)));
    await boo.send("POST", `/runs/${first.run.id}/cancellation`, {});
  });
});

describe("directories", () => {
  const register = (path: unknown, more: object = {}) => ask("POST", "/projects", { path, ...more });

  test("that are not there, are files, are outside of the roots or may not be read are refused by name", async () => {
    await using outside = await tempDir({ "a.txt": "a" });
    const { root } = boo.repo;
    await mkdir(join(root, "closed"), { mode: 0o000 });
    await symlink(outside.root, join(root, "leads-out"));
    await symlink(join(root, "nowhere"), join(root, "leads-nowhere"));
    const reasons: string[] = [];
    for (const path of [
      join(root, "no/such"),
      join(root, "README.md"),
      join(root, "README.md/x"),
      outside.root,
      join(root, "leads-out"),
      join(root, "leads-nowhere"),
      `${root}/../..`,
      "relative/path",
      "",
      "/",
      `${root}\u0000`,
      "x".repeat(5_000),
      7,
      null,
      ...(process.getuid?.() === 0 ? [] : [join(root, "closed")]),
    ]) {
      const error = await refusal(await register(path), 422);
      expect([path, error.field]).toEqual([path, "path"]);
      reasons.push(error.message);
    }
    expect(new Set(reasons).size).toBeGreaterThan(3);
    await chmod(join(root, "closed"), 0o700);
  });

  test("with newlines, quotes and markup in their names are projects like others", async () => {
    for (const name of ["new\nline", 'it\'s "quoted"', "<b>bold & $(reboot)", "ünï 漢 😀", "in  side"]) {
      const path = join(boo.repo.root, name);
      await mkdir(path);
      await writeFile(join(path, `${name.trim()}.txt`), `content of ${name}\n`);
      const made = await register(path);
      expect(made.status).toBe(201);
      const { project } = (await made.json()) as { project: { id: string; path: string } };
      expect(project.path).toBe(path);
      expect(await refusal(await register(path), 409)).toMatchObject({ code: "conflict" });
      const page = await fetch(`${boo.url}/projects/${project.id}`, { headers: { accept: "text/html" } });
      expect(page.status).toBe(200);
      expect((await page.text()).includes("<b>bold")).toBe(false);
      const { chat, session } = await boo.send<{ chat: { id: string }; session: { id: string } }>(
        "POST",
        `/projects/${project.id}/sessions`,
        {},
      );
      const { run } = await boo.ask(
        chat.id,
        `[[tool:list_dir {"path":"."}]][[tool:view_file ${JSON.stringify({ path: `${name.trim()}.txt` })}]]`,
      );
      await boo.settled(run.id, session.id);
      const { messages } = await boo.get<{ messages: { parts: { kind: string; state: string; text: string }[] }[] }>(
        `/chats/${chat.id}`,
      );
      const tools = messages[1]!.parts.filter((p) => p.kind === "tool");
      expect(tools.map((t) => t.state)).toEqual(["closed", "closed"]);
      expect(tools[1]!.text).toContain("content of");
    }
  });
});
