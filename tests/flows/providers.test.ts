/** Providers over the whole program: listed, added, probed with a real process, switched off, and a file that is broken. */
import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Provider } from "../../src/domain/provider.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { fakeAgentCommand } from "../support/fake-agent.ts";
import { until } from "../support/until.ts";

type One = Omit<Provider, "checked_at" | "probed_at">;
const find = async (boo: TestApp, id: string): Promise<One> => {
  const { providers } = await boo.get<{ providers: One[] }>("/providers");
  return providers.find((p) => p.id === id)!;
};
const add = (boo: TestApp, id: string, ...options: string[]) =>
  boo.send("POST", "/providers", { id, command: fakeAgentCommand(...options).join(" ") });
const probed = (boo: TestApp, id: string) =>
  until(async () => {
    const p = await find(boo, id);
    return p.state !== "probing" && p.state !== "unknown" ? p : null;
  }, 20_000);

test("an added agent is probed by itself: what it offers is read from a conversation, and nothing of it stays", async () => {
  await using boo = await testApp();
  await add(boo, "fake");
  const p = await probed(boo, "fake");
  expect(p).toMatchObject({
    state: "ready",
    way: "acp",
    source: "file",
    version: "1.2.3",
    default_mode: "ask",
    default_model: "fake-large",
  });
  expect(p.modes.map((m) => m.id)).toEqual(["ask", "auto", "plan"]);
  expect(p.thinking.map((m) => m.id)).toEqual(["low", "high"]);
  expect(p.commands.map((c) => c.name)).toEqual(["review", "init"]);
  expect(p.features).toMatchObject({ load: true, resume: true, list: true });
  await until(async () => (await markedProcesses(`${boo.app.core.instance}:`)).length === 0);
  const page = await (await fetch(`${boo.url}/providers/fake/diagnostic`, { headers: { accept: "text/html" } })).text();
  expect(page).toContain("session/new");
});

test("an agent that fails says why, step by step; the page of settings does not wait for one that hangs", async () => {
  await using boo = await testApp();
  await add(boo, "out", "--fault", "new:auth");
  await add(boo, "dead", "--fault", "initialize:die");
  expect(await probed(boo, "out")).toMatchObject({
    state: "error",
    error: "out wants you to sign in: Authentication required.",
  });
  const dead = await probed(boo, "dead");
  expect(dead.error).toContain("ended with code 7: Error: the fake agent died at initialize");
  const { steps, stderr } = await boo.get<{ steps: { name: string; result: string }[]; stderr: string }>(
    "/providers/dead/diagnostic",
  );
  expect(steps).toMatchObject([{ name: "initialize", result: "failed" }]);
  expect(stderr).toContain("died at initialize");
  await add(boo, "slow", "--fault", "initialize:hang");
  await until(async () => (await find(boo, "slow")).state === "probing");
  const page = await fetch(`${boo.url}/settings`, { headers: { accept: "text/html" } });
  expect(await page.text()).toContain("Probing");
  await boo.stop();
  expect(await markedProcesses(`${boo.app.core.instance}:`)).toEqual([]);
}, 30_000);

test("what is not installed is listed with how to get it, and is noticed once it is there", async () => {
  await using boo = await testApp();
  await boo.send("PATCH", "/providers/goose", { command: join(boo.repo.root, "bin/goose-now") });
  expect(await find(boo, "goose")).toMatchObject({ state: "unavailable", enabled: true, way: null });
  await boo.repo.write({ "bin/goose-now": "#!/bin/sh\necho goose-now 3.2.1\n" });
  await Bun.spawn(["chmod", "+x", join(boo.repo.root, "bin/goose-now")]).exited;
  expect(await find(boo, "goose")).toMatchObject({ state: "unknown", way: "acp" });
  expect(await until(async () => (await find(boo, "goose")).version)).toBe("3.2.1");
});

describe("providers.json", () => {
  test("a broken file is told of, stops nothing, and is not written over", async () => {
    await using boo = await testApp();
    const path = join(boo.config.home, "providers.json");
    await writeFile(path, '{"providers": [');
    const { providers, problem } = await boo.get<{ providers: One[]; problem: string }>("/providers");
    expect(providers.length).toBeGreaterThan(8);
    expect(problem).toContain("cannot be read");
    expect(boo.send("PATCH", "/providers/claude", { enabled: false })).rejects.toThrow("409");
    expect(await Bun.file(path).text()).toBe('{"providers": [');
    await writeFile(
      path,
      '{"providers": [{"id":"Bad Name","command":"x"},{"id":"claude","enabled":false},{"id":"e","command":"x","env":{"A":"{env:DATABASE_URL}"}}]}',
    );
    expect((await find(boo, "claude")).enabled).toBe(false);
    const again = await boo.get<{ problem: string }>("/providers");
    expect(again.problem).toContain("Bad Name");
    expect(again.problem).toContain("may not use {env:DATABASE_URL}");
  });

  test("what the page changes leaves the rest of the file alone", async () => {
    await using boo = await testApp();
    const path = join(boo.config.home, "providers.json");
    await writeFile(
      path,
      '{"note":"mine","providers": [{"id":"x","command":"sh -c true","remark":"kept"},{"id":"?"}]}',
    );
    await boo.send("PATCH", "/providers/x", { enabled: false });
    expect(JSON.parse(await Bun.file(path).text())).toEqual({
      note: "mine",
      providers: [{ id: "x", command: ["sh", "-c", "true"], remark: "kept", enabled: false }, { id: "?" }],
    });
    await boo.send("DELETE", "/providers/x");
    expect(await find(boo, "x")).toBeUndefined();
  });

  test("bad input names its field and keeps what was typed", async () => {
    await using boo = await testApp();
    const bad = async (body: Record<string, string>) => {
      const response = await fetch(`${boo.url}/providers`, {
        method: "POST",
        headers: { accept: "text/html" },
        body: new URLSearchParams(body),
      });
      return { status: response.status, text: await response.text() };
    };
    const refused = await bad({ id: "mine", command: "deno 'run", env: "" });
    expect(refused.status).toBe(422);
    expect(refused.text.includes("deno 'run") || refused.text.includes("deno &#39;run")).toBe(true);
    expect((await bad({ id: "claude", command: "x" })).status).toBe(409);
    expect((await bad({ id: "mine", command: "x", env: "no assignment" })).text).toContain("is not NAME=value");
    expect(boo.send("POST", "/providers/probes", { id: "nobody" })).rejects.toThrow("There are: claude");
  });
});
