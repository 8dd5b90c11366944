/** Recordings of real agents (tests/fixtures/acp), and hostile updates. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { newSession, prompt } from "../../../src/drivers/acp/session.ts";
import { readState } from "../../../src/drivers/acp/state.ts";
import { toolOf, translate } from "../../../src/drivers/acp/translate.ts";
import { hear } from "../../support/fake-agent.ts";
import { tempDir } from "../../support/repo.ts";

const fixture = (agent: string) => join(import.meta.dir, `../../fixtures/acp/${agent}.jsonl`);
interface Line {
  dir: string;
  msg: { id?: number; method?: string; params?: Record<string, unknown>; result?: Record<string, unknown> };
}
const linesOf = (agent: string) =>
  readFileSync(fixture(agent), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

const AGENTS = ["opencode", "claude", "codex", "qwen", "gemini", "copilot"];

describe.each(AGENTS)("what %s sends", (agent) => {
  const sent = linesOf(agent).filter((l) => l.dir === "a2c");

  test("every update but bare notices about itself is understood", () => {
    for (const { msg } of sent.filter((l) => l.msg.method === "session/update")) {
      const { update } = msg.params as { update: Record<string, unknown> };
      if (update.sessionUpdate === "session_info_update") continue;
      // qwen sends token counts in chunks without text.
      if ((update.content as { text?: string } | undefined)?.text === "") continue;
      expect({ update, read: translate(msg.params)?.event.kind ?? null }).not.toMatchObject({ read: null });
    }
  });

  test("every permission names its call", () => {
    const asked = sent.filter((l) => l.msg.method === "session/request_permission");
    expect(asked.length).toBeGreaterThan(0);
    for (const { msg } of asked) expect(toolOf(msg.params?.toolCall)?.id).toBeString();
  });
});

describe.each(["opencode", "claude", "codex", "gemini", "copilot"])("%s, played again", (agent) => {
  test("the recorded conversation runs over a real pipe to its end", async () => {
    await using dir = await tempDir();
    await using heard = await hear(dir.root, ["--replay", fixture(agent)], {
      client: {
        permission: async (params) => {
          const { options } = params as { options: { optionId: string }[] };
          return { outcome: { outcome: "selected", optionId: options[0]!.optionId } };
        },
        readTextFile: async () => ({ content: "" }),
        writeTextFile: async () => ({}),
      },
    });
    const session = await newSession(heard.agent, dir.root);
    const { mode, model } = session.state;
    expect(model.choices.length + mode.choices.length).toBeGreaterThan(0);
    if (mode.current) expect(mode.choices.map((c) => c.id)).toContain(mode.current);
    const prompts = linesOf(agent).filter((l) => l.msg.method === "session/prompt").length;
    for (let i = 0; i < prompts; i++) await prompt(heard.agent, session.id, [{ type: "text", text: "again" }]);
    expect(heard.events.filter((e) => e.kind === "tool").length).toBeGreaterThan(1);
    expect(heard.events.some((e) => e.kind === "thought")).toBe(true);
  });
});

test("models without a config option are read from `models`, which left the protocol and not the agents", () => {
  const state = readState({
    modes: { currentModeId: "a", availableModes: [{ id: "a", name: "A" }, { broken: true }] },
    models: { currentModelId: "m1", availableModels: [{ modelId: "m1", name: "M 1" }] },
    configOptions: [{ id: "auto_approve", type: "boolean", name: "x", currentValue: true }],
  });
  expect(state.mode.choices).toEqual([{ id: "a", name: "A", description: null }]);
  expect(state.model).toMatchObject({ current: "m1", way: { by: "model" } });
  expect(state.thinking.way).toBeNull();
});

test("choices in groups are choices", () => {
  const options = [{ group: "g", name: "G", options: [{ value: "x", name: "X" }] }];
  const state = readState({
    configOptions: [{ id: "model", category: "model", type: "select", name: "m", currentValue: "x", options }],
  });
  expect(state.model.choices.map((c) => c.id)).toEqual(["x"]);
});

test("nothing that comes can throw", () => {
  const kinds = fc.constantFrom(
    "agent_message_chunk",
    "tool_call",
    "tool_call_update",
    "plan",
    "usage_update",
    "notice",
    "x",
  );
  fc.assert(
    fc.property(kinds, fc.dictionary(fc.string(), fc.anything()), (sessionUpdate, rest) => {
      translate({ sessionId: "s", update: { ...rest, sessionUpdate } });
      translate(rest);
      readState(rest);
    }),
    { numRuns: 300 },
  );
});
