import { TERMINAL_NAME_CHARS, type TerminalNow, terminalTitle } from "../../src/domain/terminal.ts";
import { PageHeader } from "../layout/header.tsx";
import { NameForm } from "../ui/name-form.tsx";
import { urls } from "../urls.ts";

/** Naming a terminal, as a page of its own: it works without script. */
export function TerminalNameContent({ terminal }: { terminal: TerminalNow }) {
  return (
    <>
      <PageHeader title={terminalTitle(terminal)} />
      <div class="page">
        <div class="sheet narrow">
          <NameForm
            id="terminal-name"
            action={urls.terminalName(terminal.id)}
            field="name"
            label="Name"
            value={terminal.name ?? ""}
            max_chars={TERMINAL_NAME_CHARS}
            empty="Empty: named after what runs in it."
            main
          >
            <a class="btn" href={urls.session(terminal.session_id, terminal.number)}>
              Back
            </a>
          </NameForm>
        </div>
      </div>
    </>
  );
}
