/** Where messages are written: the queue, the field with its draft, the model, and one button that says what it does. */
import { MESSAGE_LIMIT_CHARS } from "../../src/domain/message.ts";
import type { ChatView, ComposerState, QueueItem } from "../../src/domain/page.ts";
import { NATIVE_PROVIDER, type Run } from "../../src/domain/run.ts";
import { AttachedList, SentAttachments } from "../attachments/chips.tsx";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { Whole } from "../ui/whole.tsx";
import { urls } from "../urls.ts";
import { Uncommitted } from "../worktrees/carry.tsx";
import { action, buttonAction, SUCCESS_IS_SILENT } from "./action.ts";
import { AgentList, AgentPick, AgentPlan } from "./agent.tsx";
import { ModeList, ModePick } from "./mode.tsx";
import { PersonaList, PersonaPick } from "./persona.tsx";
import { ModelList, ModelPick } from "./picker.tsx";
import { Completions } from "./slash.tsx";
import { ChatReview } from "./to-review.tsx";

type ComposerView = Pick<
  ChatView,
  "chat" | "project" | "queue" | "live" | "endpoints" | "pick" | "to_review" | "agent" | "personas" | "worktree_branch"
>;

/**
 * The stream never sends it whole, so a draft is safe: only `Queue`, `Actions`, `ModelPick` and `ModelList` are sent
 * again. Behaviour: `public/js/composer.js`.
 */
export function Composer({ view, state }: { view: ComposerView; state: ComposerState }) {
  const chat_id = view.chat.id;
  return (
    <div class="composer" id={ids.composer(chat_id)} data-row>
      <button type="button" class="btn btn-sm newest" data-newest>
        <Icon name="down" />
        Newest
      </button>
      <StreamNotes />
      <div id={ids.composerError(chat_id)}>{state.error === null ? "" : <ComposerError message={state.error} />}</div>
      {view.agent ? <AgentPlan chat_id={chat_id} plan={view.agent.plan} /> : ""}
      {view.agent ? (
        <Uncommitted
          chat={view.chat}
          asks={view.agent.provider !== null && !view.worktree_branch && view.project.is_git}
        />
      ) : (
        ""
      )}
      <Queue chat_id={chat_id} items={view.queue} />
      {view.to_review ? <ChatReview session_id={view.chat.session_id} chat_id={chat_id} totals={view.to_review} /> : ""}
      <Box view={view} state={state} />
      <ModelList chat_id={chat_id} endpoints={view.endpoints} pick={view.pick} />
      {view.personas ? <PersonaList chat={view.chat} personas={view.personas} /> : ""}
      {view.chat.kind === "coder" ? <ModeList chat={view.chat} /> : ""}
      {view.agent ? <AgentList chat={view.chat} agent={view.agent} /> : ""}
      <Whole />
    </div>
  );
}

/** HTML drops a line break right after `<textarea>`: the one before the draft is there to be dropped. */
function Box({ view, state }: { view: ComposerView; state: ComposerState }) {
  const chat_id = view.chat.id;
  const url = urls.chatMessages(chat_id);
  return (
    <form
      class="box"
      method="post"
      action={url}
      hx-post={url}
      hx-target={`#${ids.composerError(chat_id)}`}
      hx-swap="innerHTML"
      {...SUCCESS_IS_SILENT}
      hx-sync="this:drop"
      enctype="multipart/form-data"
      data-composer={chat_id}
      data-attachable={view.project.id}
      autocomplete="off"
    >
      <input type="hidden" name="client_id" value={attr(state.client_id)} autocomplete="off" />
      <AttachedList attachments={state.attachments} />
      <Unseen />
      <textarea
        name="text"
        rows="1"
        aria-label="Message"
        enterkeyhint="send"
        placeholder={`${view.chat.kind === "coder" ? "Change something in" : "Ask about"} ${attr(view.project.name)}`}
        data-limit={String(MESSAGE_LIMIT_CHARS)}
        data-complete={ids.completions(chat_id)}
        data-complete-slash={urls.chatCommands(chat_id)}
        data-complete-at={urls.chatFileNames(chat_id)}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={ids.completions(chat_id)}
        safe
      >
        {`\n${state.draft}`}
      </textarea>
      <Completions chat_id={chat_id} />
      <div class="tray">
        <div class="picks">
          <AttachButton />
          {view.agent ? <AgentPick chat={view.chat} agent={view.agent} /> : ""}
          {view.personas ? <PersonaPick chat={view.chat} personas={view.personas} /> : ""}
          {view.chat.kind === "coder" ? <ModePick chat={view.chat} /> : ""}
          <ModelPick chat_id={chat_id} pick={view.pick} hidden={view.chat.provider !== NATIVE_PROVIDER} />
        </div>
        <output class="size" data-size></output>
        <Actions chat_id={chat_id} live={view.live} />
      </div>
    </form>
  );
}

/** Files are chosen by it also without script; dropping and pasting them needs it. */
export function AttachButton() {
  return (
    <label class="btn btn-quiet btn-i attach" title="Attach files">
      <Icon name="clip" />
      <input type="file" name="files" multiple aria-label="Attach files" autocomplete="off" />
    </label>
  );
}

/** Before a picture is sent: which of these shows is decided by what is attached and by the picked model, in CSS. */
function Unseen() {
  return (
    <div role="status" class="unseen">
      <p class="if-blind">
        This model takes no pictures: it is told that there is one and that it does not see it. Pick another model to
        have it looked at.
      </p>
      <p class="if-unknown">
        Nobody has said whether this model takes pictures: it gets them, and goes on without them if it refuses.
      </p>
    </div>
  );
}

/** Idle: Send. While a run lives: Stop with nothing typed, else Queue and Send now; the draft decides, in CSS. */
export function Actions({ chat_id, live }: { chat_id: string; live: Run | null }) {
  if (live === null) {
    return (
      <span class="btns actions" id={ids.actions(chat_id)}>
        <button type="submit" class="btn btn-go send">
          Send <kbd>↵</kbd>
        </button>
      </span>
    );
  }
  return (
    <span class="btns actions" id={ids.actions(chat_id)}>
      <button type="submit" class="btn btn-quiet if-draft" name="now" value="1" title="Stop what runs and send this">
        Send now
      </button>
      <button type="submit" class="btn btn-go if-draft">
        Queue <kbd>↵</kbd>
      </button>
      <button
        type="submit"
        class="btn btn-bad if-empty"
        formnovalidate
        {...buttonAction(urls.cancellation(live.id), chat_id)}
      >
        <Icon name="stop" />
        Stop
      </button>
    </span>
  );
}

/** Messages that wait for the run before them, next one first. */
export function Queue({ chat_id, items }: { chat_id: string; items: readonly QueueItem[] }) {
  return (
    <ol class="queue" id={ids.queue(chat_id)} aria-label="Queued messages">
      {items.map((item) => (
        <Queued item={item} />
      ))}
    </ol>
  );
}

function Queued({ item: { run, text, attachments } }: { item: QueueItem }) {
  const withdrawal = action(urls.withdrawal(run.id), run.chat_id);
  return (
    <li>
      <Icon name="queue" />
      <span class="grow cut" title={attr(text.slice(0, TITLE_CHARS))} data-text safe>
        {text}
      </span>
      <SentAttachments parts={attachments} small />
      <form {...action(urls.promotion(run.id), run.chat_id)}>
        <button type="submit" class="btn btn-quiet btn-sm" title="Stop what runs and send this">
          Send now
        </button>
      </form>
      <form {...withdrawal} data-edit={run.chat_id}>
        <button type="submit" class="btn btn-quiet btn-sm" name="edit" value="1" title="Take it back into the field">
          Edit
        </button>
      </form>
      <form {...withdrawal}>
        <button type="submit" class="btn btn-quiet btn-sm">
          Remove
        </button>
      </form>
    </li>
  );
}
const TITLE_CHARS = 400;

/** Why a message was not taken; answered with its status and shown above the field, which keeps the text. */
export function ComposerError({ message }: { message: string }) {
  return (
    <p class="note-bad" role="alert" safe>
      {message}
    </p>
  );
}

/** Which of these shows is decided by `<html data-stream>`, set by the script that keeps the event stream. */
function StreamNotes() {
  return (
    <div class="streamnotes" role="status">
      <p class="if-down">
        No live connection: what you see may be old. A message is sent all the same if the server answers.
      </p>
      <p class="if-sent">Sent. It appears here when the connection is back.</p>
      <noscript>
        <p class="shown">Without JavaScript this page shows new text when you reload it.</p>
      </noscript>
    </div>
  );
}
