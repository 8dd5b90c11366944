/**
 * "Restore to here": files, proposals and transcript of a coder's chat as they were before a message was answered. What
 * the chat's applies wrote since is taken back as one write; where something else changed such a file, nothing happens.
 */
import type { Attachment } from "../../domain/attachment.ts";
import { conflict, notFound } from "../../lib/errors.ts";
import { appliesSince, applyFiles } from "../../store/applies.ts";
import { findAttachments } from "../../store/attachments.ts";
import { findChat } from "../../store/chats.ts";
import { type CheckpointRow, checkpointOfMessage } from "../../store/checkpoints.ts";
import { readParts } from "../../store/messages.ts";
import { openRuns } from "../../store/runs.ts";
import { findSession } from "../../store/sessions.ts";
import { attachedTo } from "../attachments.ts";
import { transact } from "../core.ts";
import { projectOf } from "../projects.ts";
import { demandOwnWorktree, restoreWorktreeFiles } from "../worktrees/restore.ts";
import { type Applying, inProject } from "./apply.ts";
import { restoreRows } from "./restore-rows.ts";
import { chatsOfFiles, takeBack } from "./rewind.ts";

/** `text` and `attachments` are what the message was. `conflict` while the chat runs, and with `blocked` in `current` when a file was changed since by anybody else. */
export async function restoreTo(
  core: Applying,
  messageId: string,
  via: string,
): Promise<{ applies: number; checkpoint: CheckpointRow; text: string; attachments: Attachment[] }> {
  const checkpoint = await checkpointOfMessage(core.sql, messageId);
  if (!checkpoint) throw notFound("checkpoint");
  const chat = await findChat(core.sql, checkpoint.chat_id);
  const session = await findSession(core.sql, checkpoint.session_id);
  if (!chat || !session) throw notFound("chat");
  const project = await projectOf(core, session.project_id);
  return inProject(core, project, [chat.id], async () => {
    const [live] = await openRuns(core.sql, chat.id);
    if (live) throw conflict("A run of this chat is going on or waiting. Stop it first.", live);
    await demandOwnWorktree(core, checkpoint);
    const applies = await appliesSince(core.sql, chat.id, checkpoint.created_at);
    const files = await applyFiles(
      core.sql,
      applies.map((a) => a.id),
    );
    const others = (
      await chatsOfFiles(
        core,
        files.filter((f) => f.state === "written"),
      )
    ).filter((id) => id !== chat.id);
    if (others.length > 0)
      throw conflict("An apply since then wrote changes of another chat as well. Rewind it by itself first.");
    if (files.some((f) => f.state === "written"))
      await takeBack(core, project, applies, { via, chat_id: chat.id, checkpoint_id: checkpoint.id });
    else await transact(core, (tx, emit) => restoreRows(tx, emit, checkpoint.id));
    await restoreWorktreeFiles(core, checkpoint);
    const said = (await readParts(core.sql, [messageId])).find((part) => part.kind === "text");
    const attachments = await findAttachments(core.sql, await attachedTo(core.sql, messageId));
    return { applies: applies.length, checkpoint, text: said?.text ?? "", attachments };
  });
}
