import { expect, test } from "bun:test";
import type { Message, Part, PartKind, PartState, Role } from "../../../src/domain/message.ts";
import { buildHistory } from "../../../src/engine/turn/history.ts";

let position = 0;
const message = (role: Role): Message => ({
  id: `m${++position}`,
  chat_id: "c",
  role,
  position,
  client_id: null,
  created_at: new Date(0),
  superseded_at: null,
});
const part = (
  of: Message,
  kind: PartKind,
  text: string,
  more: { turn?: number; state?: PartState; meta?: object } = {},
) =>
  ({
    id: `p${++position}`,
    message_id: of.id,
    chat_id: "c",
    position,
    turn: 1,
    state: "closed",
    text,
    meta: {},
    ...more,
    kind,
  }) as Part;
const call = (of: Message, name: string, text: string, more: { turn?: number; state?: PartState } = {}) =>
  part(of, "tool", text, { ...more, meta: { call_id: `id-${name}`, name, arguments_text: `{"of": "${name}"}` } });
const brief = (messages: ReturnType<typeof buildHistory>) =>
  messages.map((m) =>
    m.role === "assistant"
      ? `assistant: ${m.content}${m.tool_calls?.map((c) => ` +${c.name}`).join("") ?? ""}`
      : `${m.role}: ${m.content}`,
  );

test("one assistant message a model call, its results behind it, reasoning beside it", () => {
  const [q, a] = [message("user"), message("assistant")];
  const history = buildHistory(
    "be brief",
    [q, a],
    [
      part(q, "text", "Why?"),
      part(a, "reasoning", "hm"),
      part(a, "text", "I look."),
      call(a, "grep", "found"),
      call(a, "view_file", "no such file", { state: "failed" }),
      part(a, "text", "So.", { turn: 2 }),
    ],
  );
  expect(brief(history)).toEqual([
    "system: be brief",
    "user: Why?",
    "assistant: I look. +grep +view_file",
    "tool: found",
    "tool: no such file",
    "assistant: So.",
  ]);
  expect(history[2]).toEqual({
    role: "assistant",
    content: "I look.",
    reasoning: "hm",
    tool_calls: [
      { id: "id-grep", name: "grep", arguments: '{"of": "grep"}' },
      { id: "id-view_file", name: "view_file", arguments: '{"of": "view_file"}' },
    ],
  });
});

test("calls without a result are dropped, and with them a turn that said nothing", () => {
  const [q, a] = [message("user"), message("assistant")];
  const parts = [
    part(q, "text", "Go"),
    part(a, "reasoning", "hm"),
    call(a, "grep", "", { state: "cancelled" }),
    call(a, "list_dir", "", { state: "open" }),
  ];
  expect(brief(buildHistory("s", [q, a], parts))).toEqual(["system: s", "user: Go"]);
});

test("Continue is said where an answer goes on after words, then and ever after; not where nothing came of it", () => {
  const [q, a, b, c] = [message("user"), message("assistant"), message("assistant"), message("assistant")];
  const parts = [part(q, "text", "Q"), part(a, "text", "A")];
  const asked = brief(buildHistory("s", [q, a, b], parts));
  expect(asked).toEqual(["system: s", "user: Q", "assistant: A", "user: Continue where you stopped."]);
  const more = [...parts, part(b, "text", "B")];
  expect(brief(buildHistory("s", [q, a, b], more))).toEqual([...asked, "assistant: B"]);
  const q2 = message("user");
  more.push(part(q2, "text", "Q2"));
  expect(brief(buildHistory("s", [q, a, b, q2], more))).toEqual([...asked, "assistant: B", "user: Q2"]);
  expect(brief(buildHistory("s", [q, a, b, c, q2], more))).toEqual([...asked, "assistant: B", "user: Q2"]);
});

test("after results Continue needs no words: the model goes on from them", () => {
  const [q, a, b] = [message("user"), message("assistant"), message("assistant")];
  const parts = [part(q, "text", "Q"), call(a, "grep", "found")];
  expect(brief(buildHistory("s", [q, a, b], parts))).toEqual([
    "system: s",
    "user: Q",
    "assistant:  +grep",
    "tool: found",
  ]);
});

test("what an outside agent did is told in words where it was done, never as calls of tools that are not ours", () => {
  const [q, a] = [message("user"), message("assistant")];
  const did = (name: string, shown: string, note: string) =>
    part(a, "tool", "a long result", {
      meta: { call_id: name, name, shown, note, arguments_text: '{"cut', agent: { kind: "edit", locations: [] } },
    });
  const history = buildHistory(
    "s",
    [q, a],
    [
      part(q, "text", "Do it."),
      part(a, "text", "I write."),
      did("edit", "src/a.ts", "+1 −0"),
      did("run", "bun test", ""),
      part(a, "text", "Done."),
    ],
  );
  expect(brief(history)).toEqual([
    "system: s",
    "user: Do it.",
    "assistant: I write.\n\n[edit · src/a.ts · +1 −0]\n\n[run · bun test]\n\nDone.",
  ]);
});
