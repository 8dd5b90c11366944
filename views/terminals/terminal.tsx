/**
 * A terminal: its screen, the keys that a phone lacks, and the line that says how it is. The screen is drawn and the line
 * kept by public/js/terminal; until then, and without JavaScript, the screen of the moment stands there as text.
 */
import { endingWords, type TerminalNow, terminalTitle } from "../../src/domain/terminal.ts";
import { ids } from "../ids.ts";
import { Back, PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { posting } from "../ui/post.ts";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";

export interface TerminalPaneProps {
  terminal: TerminalNow;
  /** The screen as text; null when tmux does not have it. */
  screen: string | null;
  font_px: number;
  asset: (name: string) => string;
  now: number;
}

/** What a pane shows, and what the terminal's own page does. */
export function TerminalPane({ terminal, screen, font_px, asset, now }: TerminalPaneProps) {
  const { id } = terminal;
  return (
    <div
      class="terminal"
      id={ids.terminal(id)}
      data-terminal={id}
      data-socket={urls.terminalSocket(id)}
      data-searches={urls.terminalSearches(id)}
      data-openings={urls.terminalOpenings(id)}
      data-script={asset("terminal.js")}
      data-style={asset("terminal.css")}
      data-font={String(font_px)}
      data-number={String(terminal.number)}
      data-title={attr(terminalTitle(terminal))}
    >
      <div class="ask-here" id={ids.terminalAsk(id)} role="alert"></div>
      <FindBar terminal={terminal} />
      <div class="term" data-screen>
        <pre tabindex="0" role="log" aria-label={`Terminal ${terminal.number}`} safe>
          {screen ?? ""}
        </pre>
      </div>
      <Ended terminal={terminal} />
      <footer>
        <KeyRow />
        <StatusLine terminal={terminal} now={now} />
      </footer>
    </div>
  );
}

/** The terminal on a page of its own. */
export function TerminalContent(props: TerminalPaneProps) {
  const { terminal } = props;
  return (
    <>
      <PageHeader title={terminalTitle(terminal)}>
        <span class="grow"></span>
        <Back href={urls.session(terminal.session_id)} to="the session" />
      </PageHeader>
      <div class="termpage">{TerminalPane(props) as "safe"}</div>
    </>
  );
}

/** How it ended, and the way on. Shown by the script when it ends while somebody looks. */
function Ended({ terminal }: { terminal: TerminalNow }) {
  return (
    <div class="ended" data-ended hidden={terminal.state === "open"}>
      <span data-said safe>
        {terminal.state === "open" ? "" : endingWords(terminal)}
      </span>
      <form {...asking(terminal, urls.terminalRestarts(terminal.id))}>
        <button type="submit" class="btn btn-sm">
          <Icon name="refresh" />
          {terminal.target ? "Connect again" : "Restart"}
        </button>
      </form>
    </div>
  );
}

function FindBar({ terminal }: { terminal: TerminalNow }) {
  const field = `tf-${terminal.id}`;
  return (
    <form class="findbar" data-find method="get" action={urls.terminalScrollback(terminal.id)} hidden>
      <label for={field} class="vh">
        Find in the scrollback
      </label>
      <input
        id={field}
        class="input"
        name="text"
        maxlength="200"
        autocomplete="off"
        placeholder="Find in the scrollback"
      />
      <button type="submit" class="btn btn-sm" data-older>
        Older
      </button>
      <button type="button" class="btn btn-sm" data-newer>
        Newer
      </button>
      <span class="dim" data-found role="status"></span>
      <span class="grow"></span>
      <button type="button" class="btn btn-quiet btn-i btn-sm" data-unfind aria-label="Close the search">
        <Icon name="x" />
      </button>
    </form>
  );
}

/** Keys that soft keyboards lack. Ctrl and Alt hold for the next key. */
const ROW: readonly { key: string; cap: string; label?: string; hold?: true }[] = [
  { key: "esc", cap: "Esc" },
  { key: "tab", cap: "Tab" },
  { key: "backtab", cap: "⇧Tab", label: "Shift Tab" },
  { key: "ctrl", cap: "Ctrl", hold: true },
  { key: "alt", cap: "Alt", hold: true },
  { key: "up", cap: "↑", label: "Up" },
  { key: "down", cap: "↓", label: "Down" },
  { key: "left", cap: "←", label: "Left" },
  { key: "right", cap: "→", label: "Right" },
  { key: "interrupt", cap: "^C", label: "Ctrl C" },
  { key: "|", cap: "|" },
  { key: "/", cap: "/" },
  { key: "~", cap: "~" },
  { key: "-", cap: "-" },
  { key: "enter", cap: "↵", label: "Enter" },
  { key: "paste", cap: "Paste" },
];

function KeyRow() {
  return (
    <div class="keys" role="toolbar" aria-label="Terminal keys">
      {ROW.map(({ key, cap, label, hold }) => (
        <button
          type="button"
          data-key={key}
          aria-label={label}
          aria-pressed={hold ? "false" : undefined}
          tabindex="-1"
          safe
        >
          {cap}
        </button>
      ))}
    </div>
  );
}

function StatusLine({ terminal, now }: { terminal: TerminalNow; now: number }) {
  const { live, output_at } = terminal;
  return (
    <div class="stat">
      <span class="opt" title={attr(terminal.directory)} safe>
        {`tmux bc-${terminal.number}`}
      </span>
      <span class="d" data-size>
        {live ? `${live.cols}×${live.rows}` : ""}
      </span>
      <span class="opt" data-viewers>
        {live && live.viewers > 1 ? `${live.viewers} viewers` : ""}
      </span>
      <span class="opt cut own" data-own-title safe>
        {terminal.title ?? ""}
      </span>
      <span class="cut" data-line role="status">
        Connecting needs JavaScript; this is the screen of now.
      </span>
      <span class="cut dim" data-output hidden={output_at === null}>
        last output {output_at ? <Age since={output_at} now={now} /> : <time></time>} ago
      </span>
      <span class="grow"></span>
      <button type="button" class="btn btn-quiet btn-sm" data-quote hidden>
        <Icon name="clip" />
        Selection to chat
      </button>
      <Menu terminal={terminal} />
    </div>
  );
}

function Menu({ terminal }: { terminal: TerminalNow }) {
  const { id } = terminal;
  return (
    <>
      <button
        type="button"
        class="btn btn-quiet btn-i btn-sm"
        popovertarget={ids.terminalMenu(id)}
        aria-label="Terminal menu"
        title="Terminal menu"
      >
        <Icon name="more" />
      </button>
      <ul class="pop" id={ids.terminalMenu(id)} popover="auto" aria-label="Terminal">
        <Doing icon="search" words="Find in the scrollback" act="find" />
        <Doing icon="copy" words="Copy the selection" act="copy" />
        <Doing icon="plus" words="Larger text" act="larger" />
        <Doing icon="minus" words="Smaller text" act="smaller" />
        <Doing icon="eye" words="Read output out, or not" act="reader" />
        <li>
          <a href={urls.terminalFile(id)} download="">
            <Icon name="down" />
            <span class="grow">Download the scrollback</span>
          </a>
        </li>
        <li>
          <form {...posting(urls.terminalClearings(id))}>
            <Line icon="compact" words="Clear" />
          </form>
        </li>
        <li>
          <a href={urls.terminalName(id)}>
            <Icon name="pencil" />
            <span class="grow">Rename</span>
          </a>
        </li>
        <li>
          <form {...asking(terminal, urls.terminalRestarts(id))}>
            <Line icon="refresh" words="Restart" />
          </form>
        </li>
        <li>
          <form {...asking(terminal, urls.terminalRemoval(id))}>
            <Line icon="trash" words="End the terminal" />
          </form>
        </li>
      </ul>
    </>
  );
}

function Doing({ icon, words, act }: { icon: IconName; words: string; act: string }) {
  return (
    <li class="js">
      <button type="button" data-act={act}>
        <Icon name={icon} />
        <span class="grow" safe>
          {words}
        </span>
      </button>
    </li>
  );
}

function Line({ icon, words }: { icon: IconName; words: string }) {
  return (
    <button type="submit">
      <Icon name={icon} />
      <span class="grow" safe>
        {words}
      </span>
    </button>
  );
}

/** A post that may be refused because something runs: the question comes into the pane. */
function asking(terminal: Pick<TerminalNow, "id">, url: string): Record<string, string> {
  const here = `swap:innerHTML target:#${ids.terminalAsk(terminal.id)}`;
  return { ...posting(url), "hx-status:4xx": here, "hx-status:5xx": here };
}

export interface QuestionProps {
  terminal: TerminalNow;
  /** What would be lost. */
  message: string;
  action: "restart" | "end";
}

/** Something runs: end it all the same? */
export function TerminalQuestion({ terminal, message, action }: QuestionProps) {
  const url = action === "end" ? urls.terminalRemoval(terminal.id) : urls.terminalRestarts(terminal.id);
  return (
    <div class="note-bad asked">
      <p safe>{message}</p>
      <div class="btns">
        <form {...asking(terminal, url)}>
          <input type="hidden" name="force" value="1" />
          <button type="submit" class="btn btn-sm btn-bad">
            {action === "end" ? "End it" : "Restart it"}
          </button>
        </form>
        <a class="btn btn-sm" data-keep href={urls.terminal(terminal.id)}>
          Keep it
        </a>
      </div>
    </div>
  );
}

/** The question on a page of its own, for browsers without scripts. */
export function QuestionContent(props: QuestionProps) {
  return (
    <>
      <PageHeader title={terminalTitle(props.terminal)} />
      <div class="page">
        <div class="sheet narrow">{TerminalQuestion(props) as "safe"}</div>
      </div>
    </>
  );
}
