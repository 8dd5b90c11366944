/** Which models are taken where none was picked, and how far one run may go. */
import type { Endpoint } from "../../src/domain/endpoint.ts";
import { attr } from "../ui/attr.ts";
import { errorAt, type FormError, FormNote } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { LineInput, NumberInput } from "./inputs.tsx";

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
  const error = refused?.error;
  const field = (name: keyof RunSettings) => ({
    form: "set",
    name,
    value: refused?.values[name] ?? String(settings[name] ?? ""),
    error: errorAt(error, name),
  });
  return (
    <section class="band" id="runs" aria-labelledby="runs-h">
      <header>
        <Icon name="steer" />
        <h2 id="runs-h">Defaults and limits</h2>
      </header>
      <form class="form" method="post" action={`${urls.settings}#runs`}>
        <input type="hidden" name="section" value="runs" />
        <FormNote error={error} fields={["default_model", "fast_model", "steps", "tool_calls", "ask_minutes"]} />
        <LineInput
          {...field("default_model")}
          label="Model for new chats"
          hint="Empty: the first model of the first endpoint."
          list="known-models"
          code
        />
        <LineInput
          {...field("fast_model")}
          label="Small model"
          hint="Names chats. Empty: a chat is named by its first message."
          list="known-models"
          code
        />
        <NumberInput
          {...field("steps")}
          label="Model calls in one run"
          hint={limitHint(most.steps)}
          range={{ min: 1, max: most.steps }}
        />
        <NumberInput
          {...field("tool_calls")}
          label="Tool calls in one run"
          hint={limitHint(most.tool_calls)}
          range={{ min: 1, max: most.tool_calls }}
        />
        <NumberInput
          {...field("ask_minutes")}
          label="Minutes until a question counts as refused"
          hint="0 waits as long as it takes, also over a restart of the server."
          range={{ min: 0, max: most.ask_minutes }}
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

const limitHint = (most: number) => `1 to ${most}; at the limit the run sums up and can be continued.`;
