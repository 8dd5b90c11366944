/** Terminals: the shell, what it sees, hosts it may connect to, and how the text looks. */
import { FONT_PX, SCROLLBACK, type TerminalSettings } from "../../src/domain/terminal-settings.ts";
import { errorAt, type FormError, FormNote } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { LineInput, LinesInput, NumberInput } from "./inputs.tsx";

interface Props {
  settings: TerminalSettings;
  refused?: { values: Record<string, string>; error: FormError } | undefined;
}
type Name = keyof TerminalSettings;
const NAMES: readonly Name[] = [
  "terminal_shell",
  "terminal_env",
  "terminal_targets",
  "terminal_font_px",
  "terminal_scrollback",
];

export function TerminalsSection({ settings, refused }: Props) {
  const error = refused?.error;
  const field = (name: Name) => ({
    form: "set",
    name,
    value: refused?.values[name] ?? String(settings[name] ?? ""),
    error: errorAt(error, name),
  });
  return (
    <section class="band" id="terminals" aria-labelledby="terminals-set-h">
      <header>
        <Icon name="term" />
        <h2 id="terminals-set-h">Terminals</h2>
      </header>
      <form class="form" method="post" action={`${urls.settings}#terminals`}>
        <input type="hidden" name="section" value="terminals" />
        <FormNote error={error} fields={NAMES} />
        <LineInput
          {...field("terminal_shell")}
          label="Shell"
          hint="An absolute path. Empty: your own."
          placeholder="/bin/bash"
          code
        />
        <LinesInput
          rows={3}
          {...field("terminal_env")}
          label="Environment"
          hint="NAME=value, one a line. No secrets: every program in a terminal sees it."
        />
        <LinesInput
          rows={3}
          {...field("terminal_targets")}
          label="Hosts (ssh)"
          hint="A name and where ssh connects, one a line: “box me@box.lan”. Keys and known hosts are those of your ssh."
        />
        <NumberInput
          {...field("terminal_font_px")}
          label="Size of the text"
          hint="Pixels; each browser may differ."
          range={FONT_PX}
          step="0.5"
        />
        <NumberInput
          {...field("terminal_scrollback")}
          label="Scrollback"
          hint="Lines kept of terminals that are opened from now on."
          range={SCROLLBACK}
        />
        <div class="btns">
          <button type="submit" class="btn">
            Save
          </button>
        </div>
      </form>
    </section>
  );
}
