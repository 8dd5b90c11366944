/** What a coder would have proposed: changes made through the engine itself, without a model. */
import { type Proposer, propose } from "../../src/engine/changes/propose.ts";
import { projectOf } from "../../src/engine/projects.ts";
import type { TestApp } from "./app.ts";

export interface CoderChat {
  project: string;
  session: string;
  chat: string;
}

/** A session whose first chat is a coder. */
export async function coderChat(boo: TestApp): Promise<CoderChat> {
  const { project } = await boo.chat();
  const made = await boo.send<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project}/sessions`,
    { kind: "coder" },
  );
  return { project, session: made.session.id, chat: made.chat.id };
}

/** Proposes what `edit` makes of the file's text (null: no file, before and after); resolves with the change's id. */
export async function proposes(
  boo: TestApp,
  at: CoderChat,
  path: string,
  edit: (text: string) => string | null,
  more: Partial<Proposer> = {},
): Promise<string> {
  const by: Proposer = {
    session_id: at.session,
    chat_id: at.chat,
    project: await projectOf(boo.app.core, at.project),
    run_id: null,
    part_id: null,
    turn: 3,
    tool: "edit_file",
    provider: "boocode",
    model: "qwen3-coder-30b",
    said: "One statement, so lease and lock agree.",
    ...more,
  };
  const { change } = await propose(boo.app.core, by, path, ({ bytes, mode }) => {
    const next = edit(bytes === null ? "" : new TextDecoder().decode(bytes));
    return next === null ? { bytes: null, mode: null } : { bytes: new TextEncoder().encode(next), mode: mode ?? 0o644 };
  });
  if (!change) throw new Error(`nothing differs in ${path}`);
  return change.id;
}
