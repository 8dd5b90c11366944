/** A run asks a human: it waits, whoever answers first wakes it, and nothing that happens in between loses the question. */
import { describe, expect, test } from "bun:test";
import type { RunRequest } from "../../src/domain/request.ts";
import { changeSettings } from "../../src/engine/settings.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { until } from "../support/until.ts";

const ONE = { questions: [{ question: "Which side retries?", options: ["Server", "SDK", "Both"] }] };
const ask = (questions: unknown = ONE, then = "Then so it is.") =>
  `[[tool:ask_user_input ${JSON.stringify(questions)}]] [[then:${then}]]`;

const openRequest = (boo: TestApp) =>
  until(async () => (await boo.get<{ requests: RunRequest[] }>("/requests?state=open")).requests[0]);
const stateOf = async (boo: TestApp, run: string) =>
  (await boo.get<{ run: { state: string } }>(`/runs/${run}`)).run.state;

/** The answer with its status; the others of this file throw. */
async function post(boo: TestApp, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(boo.url + path, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    redirect: "manual",
  });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith("{") ? JSON.parse(text) : null, response };
}

describe("a question", () => {
  test("waits, is answered once, and the answer reaches the model", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { session, chat } = await boo.chat();
    await using events = await boo.events(session);
    const { run } = await boo.ask(chat, ask());
    const request = await openRequest(boo);
    expect(request).toMatchObject({
      run_id: run.id,
      chat_id: chat,
      kind: "question",
      state: "open",
      title: "Which side retries?",
      provider: "boocode",
      answer: null,
      via: null,
      expires_at: null,
      detail: { questions: [{ question: "Which side retries?", select: "one", options: ["Server", "SDK", "Both"] }] },
    });
    expect(await stateOf(boo, run.id)).toBe("waiting");
    const made = await events.find((e) => e.kind === "request.changed");
    expect(made.payload).toMatchObject({ request_id: request.id, run_id: run.id, state: "open", made: true });
    const { needs } = await boo.get<{ needs: { kind: string; request: { id: string } }[] }>("/inbox");
    expect(needs.map((n) => [n.kind, n.request.id])).toEqual([["question", request.id]]);

    const both = await Promise.all([
      post(boo, `/requests/${request.id}/answer`, { answers: ["Server"] }),
      post(boo, `/requests/${request.id}/answer`, { answers: ["SDK"] }),
    ]);
    const [won] = both.filter((a) => a.status === 200);
    const [lost] = both.filter((a) => a.status === 409);
    expect(both.map((a) => a.status).toSorted()).toEqual([200, 409]);
    expect(lost!.json.error.current).toMatchObject({ id: request.id, state: "answered", via: "api" });
    const said = won!.json.request.answer.replies[0].selected[0];

    expect((await boo.settled(run.id, session)).state).toBe("completed");
    const results = llm
      .chats()
      .at(-1)!
      .messages!.filter((m) => m.role === "tool");
    expect(results.map((m) => m.content)).toEqual([`Which side retries?\n- ${said}`]);
    expect((await boo.get<{ count: number }>("/inbox")).count).toBe(0);
    const markdown = await (await fetch(`${boo.url}/chats/${chat}.md`)).text();
    expect(markdown).toContain(`> Asked: Which side retries? → **${said}**\n\nThen so it is.`);
  });

  test("what it is told: several questions, several options, own words; nothing at all is refused", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { session, chat } = await boo.chat();
    const questions = [
      { question: "Which points need a test?", options: ["before send", "before mark", "after"], select: "many" },
      { question: "And how?", options: ["unit", "flow"] },
    ];
    const { run } = await boo.ask(chat, ask({ questions }));
    const { id } = await openRequest(boo);
    const answer = (body: unknown) => post(boo, `/requests/${id}/answer`, body);
    for (const [body, field] of [
      [{}, "answers"],
      [{ answers: ["before send"] }, "answers"],
      [{ answers: [["before send"], ["unit", "flow"]] }, "answers"],
      [{ answers: [{ selected: ["nowhere"] }, "unit"] }, "answers"],
      [{ answers: ["a", "b", "c"] }, "answers"],
      [{ answers: ["x".repeat(4001), "unit"] }, "answers"],
      [{ answers: "before send" }, "answers"],
    ] as const) {
      const { status, json } = await answer(body);
      expect([status, json.error.field, body]).toEqual([422, field, body]);
    }
    expect((await answer({ answers: [["after", "before send"], { text: "by hand" }] })).status).toBe(200);
    await boo.settled(run.id, session);
    const result = llm
      .chats()
      .at(-1)!
      .messages!.findLast((m) => m.role === "tool")!.content;
    expect(result).toBe("Which points need a test?\n- before send\n- after\n\nAnd how?\nIn their own words: by hand");
  });

  test("a form without script: 303 to the card, and back with the reason when nothing was chosen", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(chat, ask());
    const { id } = await openRequest(boo);
    const form = {
      accept: "text/html",
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
    };
    const page = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
    expect(page).toContain(`action="/requests/${id}/answer"`);
    const refused = await post(boo, `/requests/${id}/answer`, "t0=++", form);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("Choose an option, or answer in your own words");
    const answered = await post(boo, `/requests/${id}/answer`, "q0=SDK&t0=but+%3Cb%3Eonly%3C%2Fb%3E+once", form);
    expect([answered.status, answered.response.headers.get("location")]).toEqual([303, `/chats/${chat}#rq-${id}`]);
    await boo.settled(run.id, session);
    const { request } = await boo.get<{ request: RunRequest }>(`/requests/${id}`);
    expect(request).toMatchObject({
      state: "answered",
      via: "browser",
      answer: { replies: [{ selected: ["SDK"], text: "but <b>only</b> once" }] },
    });
    const after = await (await fetch(`${boo.url}/chats/${chat}`, { headers: { accept: "text/html" } })).text();
    expect(after).toContain("SDK: but &lt;b&gt;only&lt;/b&gt; once");
    expect(after).not.toContain(`action="/requests/${id}/answer"`);
  });

  test("skipped, and not answered in time: the model is told which", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(chat, ask());
    const first = await openRequest(boo);
    await boo.send("POST", `/requests/${first.id}/answer`, { dismiss: true });
    await boo.settled(run.id, session);
    const told = () =>
      llm
        .chats()
        .at(-1)!
        .messages!.findLast((m) => m.role === "tool")!.content;
    expect(told()).toStartWith("The user does not want to answer this.");

    await changeSettings(boo.app.core, { ask_minutes: 0.01 });
    const { run: second } = await boo.ask(chat, ask());
    expect((await boo.settled(second.id, session)).state).toBe("completed");
    expect(told()).toStartWith("Nobody answered in time.");
    const { requests } = await boo.get<{ requests: RunRequest[] }>(`/requests?run=${second.id}`);
    expect(requests[0]).toMatchObject({ state: "expired", via: null, answer: null });
    expect((await post(boo, `/requests/${requests[0]!.id}/answer`, { answers: ["SDK"] })).status).toBe(409);
  });

  test("ends with its run, whoever stops it; and what a model asks wrongly is told to the model", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(chat, ask());
    const { id } = await openRequest(boo);
    await boo.send("POST", `/runs/${run.id}/cancellation`, {});
    expect((await boo.get<{ request: RunRequest }>(`/requests/${id}`)).request.state).toBe("cancelled");
    const late = await post(boo, `/requests/${id}/answer`, { answers: ["SDK"] });
    expect([late.status, late.json.error.message]).toEqual([409, "This is not asked any more: the run has ended."]);

    const { run: next } = await boo.ask(chat, ask());
    await openRequest(boo);
    const { run: now } = await boo.ask(chat, "[[say:Instead.]]", { now: true });
    expect((await boo.settled(now.id, session)).state).toBe("completed");
    expect(await stateOf(boo, next.id)).toBe("cancelled");

    const wrong = { questions: [{ question: "One?", options: ["same", "same"] }] };
    const { run: bad } = await boo.ask(chat, ask(wrong));
    expect((await boo.settled(bad.id, session)).state).toBe("completed");
    expect(
      llm
        .chats()
        .at(-1)!
        .messages!.findLast((m) => m.role === "tool")!.content,
    ).toContain("same option twice");
  });
});
