/** The menu of a composer: what a message may begin with, files to attach. Behaviour: `public/js/complete.js`. */
import type { PaletteItem } from "../../src/domain/palette.ts";
import type { SlashCommand, SlashKind } from "../../src/domain/slash.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Icon, type IconName } from "../ui/icons.tsx";

const ICONS: Record<SlashKind, IconName> = { verb: "steer", skill: "ledger", agent: "coder" };

/** Options alone: the list that they go into is in the composer. `data-insert` is what stands in the field then. */
export function SlashOptions({ commands, chat_id }: { commands: readonly SlashCommand[]; chat_id: string }) {
  return (
    <>
      {commands.map((command, at) => (
        <div {...optionAt(chat_id, at)} data-insert={attr(`/${command.name} `)}>
          <Icon name={ICONS[command.kind]} />
          <b safe>{`/${command.name}`}</b>
          {command.hint ? (
            <span class="dim cut" safe>
              {command.hint}
            </span>
          ) : (
            ""
          )}
          <span class="grow cut" safe>
            {command.description}
          </span>
          <small class="dim" safe>
            {command.from}
          </small>
        </div>
      ))}
    </>
  );
}

/** Files of the project: what is taken goes along as an attachment, and is named in the text. */
export function FileOptions({ files, chat_id }: { files: readonly PaletteItem[]; chat_id: string }) {
  return (
    <>
      {files.map(({ title, hint, tab }, at) => (
        <div {...optionAt(chat_id, at)} data-insert={attr(`@${tab?.path} `)} data-attach={attr(tab?.path ?? "")}>
          <Icon name="file" />
          <b class="cut" safe>
            {title}
          </b>
          <span class="grow cut" safe>
            {hint}
          </span>
          <small class="dim">attach</small>
        </div>
      ))}
    </>
  );
}

const optionAt = (chat_id: string, at: number) => ({
  role: "option",
  id: `${ids.completions(chat_id)}-${at}`,
  "aria-selected": at === 0 ? "true" : "false",
});

/** Where options are shown as one writes: empty and hidden until then. The stream never touches it. */
export function Completions({ chat_id }: { chat_id: string }) {
  return (
    <>
      <div class="complete" id={ids.completions(chat_id)} role="listbox" aria-label="Completions" hidden></div>
      <p class="vh" role="status" data-complete-said></p>
    </>
  );
}
