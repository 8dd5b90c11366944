/** Which models are taken where none was picked, and how far one run may go. */
import type { Endpoint } from "../../src/domain/endpoint.ts";
import { attr } from "../ui/attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

export interface RunSettings {
  default_model: string | null;
  fast_model: string | null;
  steps: number;
  tool_calls: number;
  ask_minutes: number;
}
interface RunsProps {
  settings: RunSettings;
  /** The most each limit may be. */
  most: { steps: number; tool_calls: number; ask_minutes: number };
  endpoints: Endpoint[];
  refused?: { values: Record<string, string>; error: FormError } | undefined;
}

export function RunsSection({ settings, most, endpoints, refused }: RunsProps) {
  const said = (name: keyof RunSettings) => refused?.values[name] ?? String(settings[name] ?? "");
  const error = refused?.error;
  return (
    <section class="band" id="runs" aria-labelledby="runs-h">
      <header>
        <Icon name="steer" />
        <h2 id="runs-h">Defaults and limits</h2>
      </header>
      <form class="form" method="post" action={`${urls.settings}#runs`}>
        <input type="hidden" name="section" value="runs" />
        <FormNote error={error} fields={["default_model", "fast_model", "steps", "tool_calls", "ask_minutes"]} />
        <ModelField
          name="default_model"
          label="Model for new chats"
          hint="Empty: the first model of the first endpoint."
          value={said("default_model")}
          error={errorAt(error, "default_model")}
        />
        <ModelField
          name="fast_model"
          label="Small model"
          hint="Names chats. Empty: a chat is named by its first message."
          value={said("fast_model")}
          error={errorAt(error, "fast_model")}
        />
        <NumberField
          name="steps"
          label="Model calls in one run"
          most={most.steps}
          value={said("steps")}
          error={errorAt(error, "steps")}
        />
        <NumberField
          name="tool_calls"
          label="Tool calls in one run"
          most={most.tool_calls}
          value={said("tool_calls")}
          error={errorAt(error, "tool_calls")}
        />
        <NumberField
          name="ask_minutes"
          label="Minutes until a question counts as refused"
          least={0}
          most={most.ask_minutes}
          hint="0 waits as long as it takes, also over a restart of the server."
          value={said("ask_minutes")}
          error={errorAt(error, "ask_minutes")}
        />
        <datalist id="known-models">
          {[...new Set(endpoints.flatMap((e) => e.models.map((m) => m.id)))].map((id) => (
            <option value={attr(id)}></option>
          ))}
        </datalist>
        <div class="btns">
          <button type="submit" class="btn">
            Save
          </button>
        </div>
      </form>
    </section>
  );
}

interface InputProps {
  name: string;
  label: string;
  value: string;
  error: string | undefined;
}

function ModelField({ name, label, hint, value, error }: InputProps & { hint: string }) {
  const id = `set-${name}`;
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <input
        class="input input-code"
        id={id}
        name={name}
        list="known-models"
        value={attr(value)}
        autocomplete="off"
        {...described({ id, hint, error })}
      />
    </Field>
  );
}

interface NumberProps extends InputProps {
  least?: number;
  most: number;
  hint?: string;
}

function NumberField({ name, label, least = 1, most, hint: given, value, error }: NumberProps) {
  const id = `set-${name}`;
  const hint = given ?? `${least} to ${most}; at the limit the run sums up and can be continued.`;
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <input
        class="input short"
        id={id}
        name={name}
        type="number"
        min={String(least)}
        max={String(most)}
        required
        value={attr(value)}
        {...described({ id, hint, error })}
      />
    </Field>
  );
}
