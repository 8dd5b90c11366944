/** Mode, model and thinking of a conversation, however the agent offers them: as modes, as options, as models. */
import { z } from "zod";
import type { AgentChoice } from "../../domain/provider.ts";

/** Choices of one kind; kilo lists 391 models. */
const CHOICES_MAX = 1_000;
const WORDS_CHARS = 300;

const words = z.string().transform((s) => s.slice(0, WORDS_CHARS));
const maybe = words.nullish().catch(null);
const Mode = z.object({ id: z.string().max(WORDS_CHARS), name: words, description: maybe });
const Model = z.object({ modelId: z.string().max(WORDS_CHARS), name: maybe, description: maybe });
const Value = z.object({ value: z.string().max(WORDS_CHARS), name: words, description: maybe });
const Option = z.object({
  id: z.string().max(WORDS_CHARS),
  name: words,
  category: z.string().nullish().catch(null),
  type: z.string(),
  currentValue: z.unknown().optional(),
  options: z.array(z.unknown()).nullish().catch(null),
});
const Reply = z.object({
  modes: z
    .object({ currentModeId: z.string(), availableModes: lenient(Mode) })
    .nullish()
    .catch(null),
  models: z
    .object({ currentModelId: z.string(), availableModels: lenient(Model) })
    .nullish()
    .catch(null),
  configOptions: lenient(Option).nullish().catch(null),
});

/** Elements that are not what they should be are left out, not the whole list. */
function lenient<T extends z.ZodType>(schema: T) {
  return z.array(z.unknown()).transform((all) =>
    all.slice(0, CHOICES_MAX).flatMap((one) => {
      const read = schema.safeParse(one);
      return read.success ? [read.data as z.output<T>] : [];
    }),
  );
}

/** How a choice is made: the protocol's own request, or one of the agent's options. */
export type Way = { by: "mode" } | { by: "model" } | { by: "option"; option: string };

export interface Choosable {
  current: string | null;
  choices: AgentChoice[];
  way: Way | null;
}
export interface AgentState {
  mode: Choosable;
  model: Choosable;
  thinking: Choosable;
}
export type Knob = keyof AgentState;

const NONE: Choosable = { current: null, choices: [], way: null };
export const NO_STATE: AgentState = { mode: NONE, model: NONE, thinking: NONE };

/** Of an answer to `session/new`, `load`, `resume` or `set_config_option`; `before` stays where it says nothing. */
export function readState(reply: unknown, before: AgentState = NO_STATE): AgentState {
  const read = Reply.safeParse(reply ?? {});
  if (!read.success) return before;
  const { modes, models, configOptions } = read.data;
  const option = (category: string) => fromOption(configOptions?.find((o) => isKnob(o, category)));
  const mode: Choosable | null = modes
    ? {
        current: modes.currentModeId,
        choices: modes.availableModes.map(({ id, name, description }) => ({
          id,
          name,
          description: description ?? null,
        })),
        way: { by: "mode" },
      }
    : null;
  const model: Choosable | null = models
    ? {
        current: models.currentModelId,
        choices: models.availableModels.map((m) => ({
          id: m.modelId,
          name: m.name ?? m.modelId,
          description: m.description ?? null,
        })),
        way: { by: "model" },
      }
    : null;
  return {
    mode: mode ?? option("mode") ?? before.mode,
    // As an option a model is set for sure; `session/set_model` left the protocol and not every agent answers it.
    model: option("model") ?? model ?? before.model,
    thinking: option("thought_level") ?? before.thinking,
  };
}

/** `current_mode_update`. */
export const withMode = (state: AgentState, mode: string): AgentState => ({
  ...state,
  mode: { ...state.mode, current: mode },
});

type ReadOption = z.output<typeof Option>;

/** By its category, or by its name where the agent gives none. */
function isKnob(option: ReadOption, category: string): boolean {
  return option.type === "select" && (option.category ? option.category === category : option.id === category);
}

function fromOption(option: ReadOption | undefined): Choosable | null {
  if (!option || typeof option.currentValue !== "string") return null;
  // Choices may stand in groups.
  const flat = (option.options ?? []).flatMap((entry) => {
    const inner = (entry as { options?: unknown } | null)?.options;
    return Array.isArray(inner) ? inner : [entry];
  });
  const choices = flat.slice(0, CHOICES_MAX).flatMap((entry) => {
    const read = Value.safeParse(entry);
    return read.success
      ? [{ id: read.data.value, name: read.data.name, description: read.data.description ?? null }]
      : [];
  });
  return { current: option.currentValue, choices, way: { by: "option", option: option.id } };
}
