/** The chat page between the frame's edges: header, tabs, transcript, composer. Foreign text in attributes: `attr`. */
import type { ChatView, ComposerState } from "../../src/domain/page.ts";
import { ids } from "../ids.ts";
import { MenuButton } from "../layout/header.tsx";
import { urls } from "../urls.ts";
import { Composer } from "./composer.tsx";
import { ForkedFrom } from "./fork.tsx";
import { Facts, SessionHead } from "./head.tsx";
import { Older, Rows } from "./message.tsx";
import { isDemo } from "./model-name.ts";

interface ContentProps {
  view: ChatView;
  composer: ComposerState;
  /** Epoch milliseconds. */
  now: number;
}

/** The content of one chat's tab. */
export function ChatPane({ view, composer, now }: ContentProps) {
  return (
    <>
      <Log view={view} now={now} />
      <Composer view={view} state={composer} />
    </>
  );
}

function ChatHead({ view }: { view: ChatView }) {
  return (
    <header class="bar sesshead">
      <MenuButton />
      <SessionHead
        session={view.session}
        project={view.project}
        branch={view.branch}
        worktree_branch={view.worktree_branch ?? null}
        chat_id={view.chat.id}
      />
      <span class="grow d"></span>
      <Facts chat_id={view.chat.id} live={view.live} last={view.last} window={pickedWindow(view)} />
    </header>
  );
}

/** Context window of the model picked for the next message; null where its endpoint does not tell. */
export function pickedWindow({ pick }: Pick<ChatView, "pick">): number | null {
  return pick.endpoint?.models.find((model) => model.id === pick.model)?.context_window ?? null;
}

function Log({ view, now }: { view: ChatView; now: number }) {
  return (
    <div class="log" tabindex="0" role="region" aria-label="Transcript" data-log={view.chat.id}>
      <div class="log-in" id={ids.log(view.chat.id)}>
        <Older chat_id={view.chat.id} before={view.older} />
        {view.older === null ? <ForkedFrom message_id={view.chat.forked_from} /> : ""}
        <Empty view={view} />
        <Rows
          entries={view.entries}
          progress={view.progress}
          live_run_id={view.live?.id ?? null}
          now={now}
          project_id={view.project.id}
          endpoints={view.endpoints}
          newest={!view.newer}
          marked={view.marked}
        />
        <Newer view={view} />
      </div>
    </div>
  );
}

/** Below a window of older messages: a plain link, since what is below does not belong to what is being read. */
function Newer({ view }: { view: ChatView }) {
  if (!view.newer) return "";
  return (
    <p class="older newer">
      <a href={urls.chatMessagesAfter(view.chat.id, view.newer)}>Newer messages</a>
    </p>
  );
}

/** Shown by CSS as long as no message is there. */
function Empty({ view }: { view: ChatView }) {
  return (
    <div class="empty">
      <h2>Nothing asked yet.</h2>
      <p>
        This chat can read{" "}
        <span class="path" safe>
          {view.project.path}
        </span>{" "}
        {view.chat.kind === "coder"
          ? "and propose changes. Nothing is written before you apply it."
          : "and changes nothing in it."}
      </p>
      {isDemo(view.pick.endpoint) ? (
        <p>
          No model is connected, so the built-in demo answers: it lists, opens and searches files by simple rules and is
          not a language model. <a href={urls.settings}>Connect a model</a>
        </p>
      ) : (
        ""
      )}
    </div>
  );
}

/** A window of older messages as a page of its own, for browsers without script. */
export function HistoryContent({ view, now }: Omit<ContentProps, "composer">) {
  return (
    <>
      <ChatHead view={view} />
      <section class="history" aria-label="Older messages">
        <Log view={view} now={now} />
        <p class="bar bar-foot">
          Older messages of this chat. <a href={urls.chat(view.chat.id)}>To the newest</a>
        </p>
      </section>
    </>
  );
}
