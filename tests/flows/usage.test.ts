/** What calls cost is counted once and kept; budgets hold before the call, wait for a human, and survive the server. */
import { describe, expect, test } from "bun:test";
import type { Usage } from "../../src/domain/usage.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { testDatabase } from "../support/database.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { tempRepo } from "../support/repo.ts";
import { until } from "../support/until.ts";

const FILES = { "a.txt": "a\n", "b.txt": "b\n" };
interface RequestJson {
  id: string;
  kind: string;
  title: string;
  run_id: string;
  detail: { tool_kind: string };
  options: { id: string; kind: string; name: string }[];
}
const usageOf = async (boo: TestApp) => (await boo.get<{ usage: Usage }>("/usage?days=7")).usage;
const asked = (boo: TestApp) =>
  until(async () => (await boo.get<{ requests: RequestJson[] }>("/requests?state=open")).requests[0]);
const answer = (boo: TestApp, id: string, option_id: string) =>
  boo.send("POST", `/requests/${id}/answer`, { option_id });
const prices = async (boo: TestApp) => {
  type Listed = { endpoints: { id: string; models: { id: string }[] }[] };
  // Its models are known once it was asked.
  const { id } = await until(async () =>
    (await boo.get<Listed>("/endpoints")).endpoints.find((e) => e.models.some((m) => m.id === "fake-model")),
  );
  await boo.send("POST", `/endpoints/${id}/models`, { model: "fake-model", price_in: 10, price_out: 100 });
};
/** One call of a tool, then the answer: 1,000 tokens in and 100 out each time, which is 2 cents. */
const TWO_TURNS = `[[tool:view_file {"path":"a.txt"}]][[tool:view_file {"path":"b.txt"}]][[usage:1000,100,400]][[next:{{say:Done.}}{{usage:1000,100,400}}]]`;

/** The same with ten times as many in: 11 cents, far more than our own estimate of either prompt. */
const COSTLY_TURNS = TWO_TURNS.replaceAll("usage:1000,", "usage:10000,");

describe("usage", () => {
  test("every call is a row: by day, model, project, provider and tool, kept when the chat is deleted", async () => {
    await using llm = await fakeLlm({ models: ["fake-model", "fake-mini"] });
    await using boo = await testApp({ llm, files: FILES, env: { FAST_MODEL: "fake-mini" } });
    await prices(boo);
    const { project, session, chat } = await boo.chat();
    llm.set((body) => (body.model === "fake-mini" ? "[[say:A title]][[usage:50,5]]" : TWO_TURNS));
    const { run } = await boo.ask(chat, "Read both.");
    await boo.settled(run.id, session);
    const usage = await until(async () => {
      const now = await usageOf(boo);
      return now.purposes.some(({ purpose }) => purpose === "title") ? now : null;
    });
    expect(usage.total).toMatchObject({ calls: 3, tokens_in: 2050, tokens_out: 205, tokens_cached: 800, estimated: 0 });
    expect(usage.total.cost_usd).toBeCloseTo(0.04, 6);
    expect(usage.days).toHaveLength(7);
    expect(usage.days.at(-1)).toMatchObject({ calls: 3, tokens_in: 2050 });
    expect(usage.models[0]).toMatchObject({ model: "fake-model", calls: 2, cost_usd: 0.04 });
    expect(usage.models[0]!.days.at(-1)).toBe(2200);
    expect(usage.projects).toMatchObject([{ project_id: project, calls: 3 }]);
    expect(usage.providers).toMatchObject([{ provider: "boocode", calls: 3 }]);
    // A turn of two calls: each has half of it.
    expect(usage.tools).toMatchObject([{ name: "view_file", calls: 2, tokens_in: 500, tokens_out: 50, failed: 0 }]);
    const { run: row } = await boo.get<{ run: { cost_usd: number } }>(`/runs/${run.id}`);
    expect(row.cost_usd).toBeCloseTo(0.04, 6);

    await boo.send("DELETE", `/sessions/${session}?force=1`).catch(() => boo.send("DELETE", `/chats/${chat}`));
    expect((await usageOf(boo)).total).toMatchObject({ calls: 3, tokens_in: 2050 });
    const page = await (await fetch(`${boo.url}/usage`, { headers: { accept: "text/html" } })).text();
    expect(page).toContain("$0.0400");
    expect(page).toContain('class="chart"');
  });

  test("what an endpoint does not count is estimated, and said to be", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm, files: FILES });
    await prices(boo);
    const { session, chat } = await boo.chat();
    llm.set("[[say:half of it and]][[eof:3]]");
    const { run } = await boo.ask(chat, "Go.");
    expect(await boo.settled(run.id, session)).toMatchObject({ state: "failed" });
    const usage = await usageOf(boo);
    expect(usage.total).toMatchObject({ calls: 1, estimated: 1 });
    expect(usage.total.tokens_in).toBeGreaterThan(500);
    // By the price of what went in, and of what was written before it broke off.
    expect(usage.total.cost_usd).toBeGreaterThan((usage.total.tokens_in * 10) / 1_000_000);
    expect((await boo.get<{ run: { cost_usd: number } }>(`/runs/${run.id}`)).run.cost_usd).toBe(usage.total.cost_usd!);
    const shown = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
    expect(shown).toContain("~$0.0");
    const page = await (await fetch(`${boo.url}/usage`, { headers: { accept: "text/html" } })).text();
    expect(page).toContain("what those took is estimated");
  });
});

describe("budgets", () => {
  const withBudget = async (
    budget: object,
    use: (boo: TestApp, at: { session: string; chat: string; run: string }, calls: () => number) => Promise<void>,
  ) => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm, files: FILES });
    await prices(boo);
    await boo.send("PUT", "/budgets", budget);
    const { session, chat } = await boo.chat();
    llm.set(COSTLY_TURNS);
    const { run } = await boo.ask(chat, "Read both.");
    await use(boo, { session, chat, run: run.id }, () => llm.chats().length);
  };

  test("a run that would go beyond waits under Needs you; go on is worth as much again", async () => {
    await withBudget({ scope: "run", usd: 0.2 }, async (boo, at, calls) => {
      const request = await asked(boo);
      expect(request).toMatchObject({ kind: "permission", run_id: at.run, detail: { tool_kind: "budget" } });
      expect(request.title).toBe("The next call would go beyond the budget of this run: $0.20");
      expect(calls()).toBe(1);
      expect((await boo.get<{ run: { state: string } }>(`/runs/${at.run}`)).run.state).toBe("waiting");
      const desk = await (await fetch(boo.url, { headers: { accept: "text/html" } })).text();
      expect(desk).toContain("The next call would go beyond the budget of this run");
      await answer(boo, request.id, "go_on");
      expect(await boo.settled(at.run, at.session)).toMatchObject({ state: "completed", reason: "done" });
      expect(calls()).toBe(2);
    });
  });

  test("a first call that alone would go beyond is not made before somebody allows it", async () => {
    await withBudget({ scope: "run", tokens: 100 }, async (boo, at, calls) => {
      const request = await asked(boo);
      expect(request.title).toBe("The next call would go beyond the budget of this run: 100 tokens");
      expect(calls()).toBe(0);
      await answer(boo, request.id, "stop");
      expect(await boo.settled(at.run, at.session)).toMatchObject({ state: "limited", reason: "budget" });
      expect(calls()).toBe(0);
    });
  });

  test("stop ends it as limited and makes no call; Continue asks again", async () => {
    await withBudget({ scope: "day", tokens: 10_100 }, async (boo, at, calls) => {
      await answer(boo, (await asked(boo)).id, "stop");
      expect(await boo.settled(at.run, at.session)).toMatchObject({ state: "limited", reason: "budget" });
      expect(calls()).toBe(1);
      const next = await boo.send<{ run: { id: string } }>("POST", `/runs/${at.run}/continuation`, {});
      const again = await asked(boo);
      expect(again.run_id).toBe(next.run.id);
      await boo.send("PUT", "/budgets", { scope: "day" });
      await answer(boo, again.id, "go_on");
      expect(await boo.settled(next.run.id, at.session)).toMatchObject({ state: "completed" });
    });
  });

  test("a project's budget holds its own runs alone, and what is no figure is refused at its field", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm, files: FILES });
    const { project, session, chat } = await boo.chat();
    for (const bad of [{ usd: -1 }, { tokens: 0.5 }, { usd: "much" }])
      await expect(boo.send("PUT", "/budgets", { scope: "day", ...bad })).rejects.toThrow(/answered 422.*"field"/);
    await expect(boo.send("PUT", "/budgets", { scope: "week", usd: 1 })).rejects.toThrow(/answered 422.*"scope"/);
    await expect(boo.send("PUT", "/budgets", { scope: "project:nobody", usd: 1 })).rejects.toThrow(/answered 404/);
    await boo.send("PUT", "/budgets", { scope: `project:${project}`, tokens: 10_000 });
    llm.set("[[say:ok]][[usage:10000,100]]");
    const first = await boo.ask(chat, "one");
    expect(await boo.settled(first.run.id, session)).toMatchObject({ state: "completed" });
    expect((await usageOf(boo)).budgets).toMatchObject([{ scope: `project:${project}`, spent_tokens: 10_100 }]);
    const second = await boo.ask(chat, "two");
    const request = await asked(boo);
    expect(request).toMatchObject({ run_id: second.run.id });
    expect(request.title).toContain("this project this month");
    await boo.send("POST", `/runs/${second.run.id}/cancellation`);
    const form = await fetch(`${boo.url}/budgets`, {
      method: "POST",
      headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" },
      body: "scope=day&usd=-3&tokens=",
    });
    expect(form.status).toBe(422);
    const page = await form.text();
    expect(page).toContain('value="-3"');
    expect(page).toContain("A budget is more than nothing.");
  });

  test("the question outlives the server, and the answer resumes the run", async () => {
    await using llm = await fakeLlm();
    await using repo = await tempRepo({ files: FILES });
    const database = await testDatabase();
    const first = await testApp({ llm, repo, database });
    await prices(first);
    await first.send("PUT", "/budgets", { scope: "run", usd: 0.2 });
    const { session, chat } = await first.chat();
    llm.set(COSTLY_TURNS);
    const { run } = await first.ask(chat, "Read both.");
    const request = await asked(first);
    await first.stop();
    {
      await using boo = await testApp({ llm, repo, database });
      expect((await asked(boo)).id).toBe(request.id);
      expect(llm.chats()).toHaveLength(1);
      await answer(boo, request.id, "go_on");
      expect(await boo.settled(run.id, session)).toMatchObject({ state: "completed", reason: "done" });
      expect(llm.chats()).toHaveLength(2);
    }
    await database.drop();
  });
});
