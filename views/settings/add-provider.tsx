/** Adding an agent: by a command, or one of those that are known to work. */
import { OWN_WAYS, type OwnWay } from "../../src/domain/provider.ts";
import { CATALOGUE } from "../../src/domain/provider-list.ts";
import { attr } from "../ui/attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { LineInput, LinesInput } from "./inputs.tsx";

export interface ProviderValues {
  id: string;
  label: string;
  command: string;
  env: string;
  way: string;
}
export interface RefusedProvider {
  values: ProviderValues;
  error: FormError;
}

export function AddProvider({ refused }: { refused?: RefusedProvider | undefined }) {
  const values = refused?.values ?? { id: "", label: "", command: "", env: "", way: "acp" };
  const error = refused?.error;
  const field = (name: "id" | "command" | "env") => ({
    form: "provider",
    name,
    value: values[name],
    error: errorAt(error, name),
  });
  return (
    <details class="diag" open={refused !== undefined}>
      <summary>
        <Icon name="caret" />
        Add an agent
      </summary>
      <form class="form" method="post" action={`${urls.providers}#providers`}>
        <FormNote error={error} fields={["id", "command", "env"]} />
        <LineInput
          {...field("id")}
          label="Name"
          hint="Shown in the picker; small letters, digits and dashes."
          required
        />
        <LineInput
          {...field("command")}
          label="Command"
          hint="Program and arguments, started without a shell in the session's worktree. Without ACP, {prompt} stands for the message."
          required
          code
        />
        <WayField chosen={values.way} />
        <LinesInput
          {...field("env")}
          label="Environment"
          hint="Lines of NAME=value. {env:NAME} is read from the server's environment at each start and stored nowhere."
        />
        <div class="btns">
          <button type="submit" class="btn">
            Add and probe
          </button>
        </div>
      </form>
      <Catalogue />
    </details>
  );
}

const WAYS: Record<OwnWay, string> = {
  acp: "ACP, the agent client protocol: it asks before it writes or runs",
  terminal: "A terminal that you watch and type in",
  "json-claude": "A JSON stream like Claude Code's",
  "json-codex": "A JSON stream like Codex'",
  "json-gemini": "A JSON stream like Gemini's",
};

function WayField({ chosen }: { chosen: string }) {
  const id = "provider-way";
  const hint = "Without ACP nothing is asked: what it writes waits for review.";
  return (
    <Field id={id} label="Spoken to by" hint={hint}>
      <select class="input" id={id} name="way" {...described({ id, hint })}>
        {OWN_WAYS.map((way) => (
          <option value={way} selected={way === chosen} safe>
            {WAYS[way]}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** Agents that are known to work, each added by one button. */
function Catalogue() {
  return (
    <>
      <p>Known to speak it:</p>
      <ul class="prov-list">
        {CATALOGUE.map((known) => (
          <li>
            <div>
              <b safe>{known.label}</b>
              <span class="mid cut">
                <code safe>{known.command}</code> · <code safe>{known.install}</code>
              </span>
            </div>
            <span></span>
            <form class="btns" method="post" action={`${urls.providers}#providers`}>
              <input type="hidden" name="id" value={known.id} />
              <input type="hidden" name="label" value={known.label} />
              <input type="hidden" name="command" value={known.command} />
              <button type="submit" class="btn btn-sm btn-quiet" aria-label={attr(`Add ${known.label}`)}>
                Add
              </button>
            </form>
          </li>
        ))}
      </ul>
    </>
  );
}
