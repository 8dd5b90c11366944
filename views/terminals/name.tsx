import { TERMINAL_NAME_CHARS, type TerminalNow, terminalTitle } from "../../src/domain/terminal.ts";
import { PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { described, Field } from "../ui/fields.tsx";
import { urls } from "../urls.ts";

/** Naming a terminal, as a page of its own: it works without script. */
export function TerminalNameContent({ terminal }: { terminal: TerminalNow }) {
  const name = { id: "terminal-name", hint: "Empty: named after what runs in it." };
  return (
    <>
      <PageHeader title={terminalTitle(terminal)} />
      <div class="page">
        <div class="sheet narrow">
          <form class="form" method="post" action={urls.terminalName(terminal.id)}>
            <Field {...name} label="Name">
              <div class="inline">
                <input
                  class="input"
                  id={name.id}
                  name="name"
                  value={attr(terminal.name ?? "")}
                  maxlength={TERMINAL_NAME_CHARS}
                  autocomplete="off"
                  {...described(name)}
                />
                <button type="submit" class="btn btn-go">
                  Rename
                </button>
                <a class="btn" href={urls.session(terminal.session_id, terminal.number)}>
                  Back
                </a>
              </div>
            </Field>
          </form>
        </div>
      </div>
    </>
  );
}
