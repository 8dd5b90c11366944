/** The palette: a dialog over any page with script, a page of its own without. */
import type { PaletteItem, PaletteKind, PaletteMode } from "../../src/domain/palette.ts";
import { attr } from "../ui/attr.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { changing } from "../workspace/changing.ts";

const ICONS: Record<PaletteKind, IconName> = {
  session: "desk",
  chat: "chat",
  project: "folder",
  file: "file",
  action: "steer",
  command: "ledger",
};
const NOTHING: Record<PaletteMode, string> = {
  all: "Nothing is called that. Try fewer letters, or > for what can be done.",
  actions: "No action is called that.",
  files: "No file of this project is called that. Files are found from a session's page.",
  sessions: "No session or chat is called that.",
  commands: "No skill or command is called that.",
};

/** Closed until `public/js/palette.js` opens it; its list is fetched as one types. */
export function PaletteDialog({ session_id }: { session_id: string | null }) {
  return (
    <dialog class="dlg pal" id="palette" aria-label="Go to, do">
      <PaletteField session_id={session_id} text="" />
      <div class="pallist" id="palette-list" role="listbox" aria-label="Found"></div>
      <p class="palfoot">
        <span>
          <kbd>&gt;</kbd> do
        </span>
        <span>
          <kbd>/</kbd> skill, command
        </span>
        <span>
          <kbd>@</kbd> file
        </span>
        <span>
          <kbd>#</kbd> session
        </span>
        <span class="grow"></span>
        <span>
          <kbd>↵</kbd> open
        </span>
        <span>
          <kbd>Esc</kbd> close
        </span>
      </p>
    </dialog>
  );
}

/** On the page of its own, where the dialog is there too: a plain form. */
function PageField({ session_id, text }: { session_id: string | null; text: string }) {
  return (
    <form class="palq" action={urls.palette} method="get" role="search">
      <Icon name="search" />
      <label class="vh" for="palette-page-q">
        Go to, do
      </label>
      <input
        class="input"
        id="palette-page-q"
        name="q"
        value={attr(text)}
        maxlength="200"
        autocomplete="off"
        autofocus
      />
      {session_id ? <input type="hidden" name="session" value={session_id} /> : ""}
      <button class="btn" type="submit">
        Find
      </button>
    </form>
  );
}

function PaletteField({ session_id, text }: { session_id: string | null; text: string }) {
  return (
    <form class="palq" action={urls.palette} method="get" role="search">
      <Icon name="search" />
      <label class="vh" for="palette-q">
        Go to, do
      </label>
      <input
        class="input"
        id="palette-q"
        name="q"
        value={attr(text)}
        placeholder="Go to, do"
        autocomplete="off"
        spellcheck="false"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        maxlength="200"
        hx-get={urls.palette}
        hx-trigger="input changed delay:30ms, palette-open"
        hx-target="#palette-list"
        hx-swap="innerHTML"
        hx-sync="this:replace"
        hx-include="closest form"
      />
      {session_id ? <input type="hidden" name="session" value={session_id} /> : ""}
      <button class="vh" type="submit" tabindex="-1">
        Find
      </button>
    </form>
  );
}

interface ListProps {
  items: PaletteItem[];
  mode: PaletteMode;
  /** Links of a page, not options of the dialog. */
  plain?: boolean;
}

/** What was found, best first; in the dialog the first line is chosen. */
export function PaletteList({ items, mode, plain = false }: ListProps) {
  if (items.length === 0)
    return (
      <p class="palh" safe>
        {NOTHING[mode]}
      </p>
    );
  return (
    <>
      {items.map((item, at) => (
        <a
          href={attr(item.url)}
          {...(plain ? {} : optionAt(at))}
          {...(item.tab ? changing(item.tab.session_id, { change: "open", kind: "file", path: item.tab.path }) : {})}
          {...(item.insert ? { "data-insert": attr(item.insert.text), "data-chat": attr(item.insert.chat_id) } : {})}
        >
          <Icon name={ICONS[item.kind]} />
          <span class="cut" safe>
            {item.title}
          </span>
          <span class="cut dim" safe>
            {item.hint}
          </span>
          <span class="dim">{item.kind}</span>
        </a>
      ))}
    </>
  );
}

const optionAt = (at: number) => ({ id: `pal-${at}`, role: "option", "aria-selected": at === 0 ? "true" : "false" });

/** Everything inside `main`, for browsers without script. */
export function PaletteContent({
  items,
  mode,
  text,
  session_id,
}: {
  items: PaletteItem[];
  mode: PaletteMode;
  text: string;
  session_id: string | null;
}) {
  return (
    <div class="page">
      <div class="sheet narrow">
        <h1 class="vh">Go to</h1>
        <PageField session_id={session_id} text={text} />
        <div class="pallist">
          <PaletteList items={items} mode={mode} plain />
        </div>
      </div>
    </div>
  );
}
