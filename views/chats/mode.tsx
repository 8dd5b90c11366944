/** What a coder may do with the next message: the button in its composer, and the list that it opens. */
import { RUN_MODES, type RunMode } from "../../src/domain/change.ts";
import type { Chat } from "../../src/domain/chat.ts";
import { ids } from "../ids.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { action } from "./action.ts";

export const MODE_WORDS: Record<RunMode, string> = { plan: "Plan", ask: "Ask", bypass: "Bypass" };
const MODE_NOTES: Record<RunMode, string> = {
  plan: "reads only",
  ask: "every change waits for you",
  bypass: "applies its changes when it ends",
};

/** The stream sends it again when the mode changes. Bypass is red: it writes without asking. */
export function ModePick({ chat }: { chat: Pick<Chat, "id" | "mode"> }) {
  return (
    <button
      type="button"
      class="pick"
      id={ids.modePick(chat.id)}
      popovertarget={ids.modeList(chat.id)}
      data-mode={chat.mode}
      aria-label={`Mode: ${MODE_WORDS[chat.mode]}, ${MODE_NOTES[chat.mode]}`}
      title={`${MODE_WORDS[chat.mode]}: ${MODE_NOTES[chat.mode]}`}
    >
      <b>{MODE_WORDS[chat.mode] as "safe"}</b>
      <Icon name="down" />
    </button>
  );
}

/** Every choice is a button of one form, so it works without script. */
export function ModeList({ chat }: { chat: Pick<Chat, "id" | "mode"> }) {
  return (
    <div class="pop models" id={ids.modeList(chat.id)} popover="auto" role="group" aria-label="Mode">
      <form {...action(urls.chatMode(chat.id), chat.id)}>
        {RUN_MODES.map((mode) => (
          <button type="submit" name="mode" value={mode} aria-pressed={mode === chat.mode ? "true" : "false"}>
            {mode === chat.mode ? <Glyph status="done" /> : <span class="g"></span>}
            <span class={mode === "bypass" ? "grow bypass" : "grow"}>{MODE_WORDS[mode] as "safe"}</span>
            <small class="dim">{MODE_NOTES[mode] as "safe"}</small>
          </button>
        ))}
      </form>
    </div>
  );
}
