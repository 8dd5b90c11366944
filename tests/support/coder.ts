/** A coder's chat in a test: a run that makes these calls, and what it came to. */
import type { ChangePage } from "../../src/domain/change.ts";
import type { TestApp } from "./app.ts";
import type { TestLlm } from "./fake-llm.ts";

export interface Coder {
  project: string;
  session: string;
  chat: string;
}
export interface CallMade {
  name: string;
  state: string;
  text: string;
  note: string;
}

/** A new session whose first chat is a coder's. */
export async function coder(boo: TestApp): Promise<Coder> {
  const { project } = await boo.chat();
  const made = await boo.send<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project}/sessions`,
    { kind: "coder" },
  );
  return { project, session: made.session.id, chat: made.chat.id };
}

type Call = readonly [name: string, input: Record<string, unknown>];

/** One run whose turns make these calls, those of one list side by side; the calls as they ended. */
export async function runCalls(
  boo: TestApp,
  llm: TestLlm,
  at: Coder,
  turns: readonly (readonly Call[])[],
  more: { mode?: string; text?: string; said?: string } = {},
): Promise<{ calls: CallMade[]; run: string; message: string }> {
  const directives = turns.map((calls) =>
    calls.map(([name, input]) => `[[tool:${name} ${JSON.stringify(input)}]]`).join(" "),
  );
  llm.set((body) => {
    const messages = body.messages ?? [];
    const turn = messages
      .slice(messages.findLastIndex((m) => m.role === "user"))
      .filter((m) => m.role === "assistant").length;
    const said = more.said && turn === 0 ? `[[say:${more.said}]]` : "";
    return turn < directives.length ? `[[again]]${said}${directives[turn]}` : "[[then:Done.]]";
  });
  const { run, message } = await boo.ask(at.chat, more.text ?? "Do it.", more.mode ? { mode: more.mode } : {});
  await boo.settled(run.id, at.session);
  const { messages } = await boo.get<{ messages: { run: { id: string } | null; role: string; parts: Part[] }[] }>(
    `/chats/${at.chat}`,
  );
  const answer = messages.find((m) => m.role === "assistant" && m.run?.id === run.id);
  const calls = (answer?.parts ?? [])
    .filter((p) => p.kind === "tool")
    .map((p) => ({ name: p.meta.name, state: p.state, text: p.text, note: p.meta.note }));
  return { calls, run: run.id, message: message.id };
}
interface Part {
  kind: string;
  state: string;
  text: string;
  meta: { name: string; note: string };
}

export const changesIn = (boo: TestApp, at: Pick<Coder, "session">, closed = false): Promise<ChangePage> =>
  boo.get(`/sessions/${at.session}/changes${closed ? "?closed=1" : ""}`);
