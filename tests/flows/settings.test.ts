/** Settings made in the page do what they say, survive a restart, and bad ones come back with what was typed. */
import { expect, test } from "bun:test";
import { testApp } from "../support/app.ts";
import { fakeLlm } from "../support/fake-llm.ts";

const form = (fields: Record<string, string>) => ({
  method: "POST",
  redirect: "manual" as const,
  headers: { accept: "text/html" },
  body: new URLSearchParams(fields),
});

test("limits, default model and prices act on the next run", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  await boo.send("PATCH", "/settings", { tool_calls: 2, default_model: "fake-mini" });
  const { endpoints } = await boo.get<{ endpoints: { id: string; source: string }[] }>("/endpoints");
  const id = endpoints.find((e) => e.source === "environment")?.id;
  await boo.send("POST", `/endpoints/${id}/models`, {
    model: "fake-mini",
    context_window: 32000,
    price_in: 1,
    price_out: 10,
  });
  llm.set('[[tool:list_dir {"path":"."}]] [[tool:view_file {"path":"README.md"}]] [[usage:1000,100]]');
  const { run } = await boo.ask(chat, "look");
  const settled = await boo.settled(run.id, session);
  expect(settled).toMatchObject({ state: "limited", reason: "tool_cap", model: "fake-mini", context_window: 32000 });
  // Two turns of 1,000 in and 100 out: 2 × (0.001 + 0.001) dollars.
  expect(settled.cost_usd).toBeCloseTo(0.004, 6);
});

test("null, or an empty field of a form, takes every setting that has a default back to it", async () => {
  await using boo = await testApp();
  const own = { default_model: "m", fast_model: "f", searxng_url: "http://localhost:1", terminal_shell: "/bin/sh" };
  const none = { default_model: null, fast_model: null, searxng_url: null, terminal_shell: null };
  const settings = () => boo.get<{ settings: object }>("/settings");
  await boo.send("PATCH", "/settings", own);
  expect(await boo.send<object>("PATCH", "/settings", none)).toMatchObject({ settings: none });
  await boo.send("PATCH", "/settings", own);
  const empty = { section: "runs", default_model: "", fast_model: "", searxng_url: "", terminal_shell: "" };
  expect((await fetch(`${boo.url}/settings`, form(empty))).status).toBe(303);
  expect(await settings()).toMatchObject({ settings: none });
});

test("a refused form keeps what was typed and says what is wrong; a good one goes back to its section", async () => {
  await using boo = await testApp();
  const bad = await fetch(
    `${boo.url}/settings`,
    form({ section: "runs", steps: "9000", tool_calls: "5", default_model: "mine", fast_model: "" }),
  );
  expect(bad.status).toBe(422);
  const page = await bad.text();
  expect(page).toContain('value="9000"');
  expect(page).toContain('value="mine"');
  const good = await fetch(
    `${boo.url}/settings`,
    form({ section: "look", density: "roomy", font_size: "large", theme: "dark" }),
  );
  expect([good.status, good.headers.get("location")]).toEqual([303, "/settings#look"]);
  const desk = await (await fetch(`${boo.url}/settings`, { headers: { accept: "text/html" } })).text();
  expect(desk).toContain('data-theme="dark" data-density="roomy" data-size="large"');
  await boo.stop();
  await using again = await testApp({ database: boo.database, repo: boo.repo });
  expect(await again.get<{ settings: object }>("/settings")).toMatchObject({
    settings: { density: "roomy", theme: "dark" },
  });
});

test("facts about unknown models or endpoints are refused by name", async () => {
  await using boo = await testApp();
  const post = (path: string, body: object) =>
    fetch(boo.url + path, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await post("/endpoints/demo/models", { model: "nope" })).status).toBe(422);
  expect((await post("/endpoints/zzz/models", { model: "demo" })).status).toBe(404);
  expect((await post("/endpoints/demo/models", { model: "demo", price_in: -1 })).status).toBe(422);
});
