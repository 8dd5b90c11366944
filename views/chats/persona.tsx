/** Whom the model is told to be: the button in the composer, and the list that it opens. */
import type { Chat } from "../../src/domain/chat.ts";
import type { PersonaChoice, PersonaPicks } from "../../src/domain/persona.ts";
import { NATIVE_PROVIDER } from "../../src/domain/run.ts";
import { counted, kilo } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { action } from "./action.ts";

interface Props {
  chat: Pick<Chat, "id" | "provider">;
  personas: PersonaPicks;
}

/** Outside agents are who they are: then it is not shown. The stream sends it again when the pick changes. */
export function PersonaPick({ chat, personas }: Props) {
  const { chosen, choices } = personas;
  const persona = choices.find(({ id }) => id === chosen);
  const label = persona?.name ?? chosen;
  return (
    <button
      type="button"
      class="pick"
      id={ids.personaPick(chat.id)}
      hidden={chat.provider !== NATIVE_PROVIDER}
      popovertarget={ids.personaList(chat.id)}
      aria-label={`Persona: ${attr(label ?? "none")}`}
      title={attr(persona?.description ?? (chosen ? "It is not there any more" : "Whom the model is told to be"))}
    >
      {label === null ? (
        <span class="dim">Persona</span>
      ) : (
        <b class="cut" safe>
          {label}
        </b>
      )}
      <Icon name="down" />
    </button>
  );
}

/** Every choice is a button of one form, so it works without script. */
export function PersonaList({ chat, personas }: Props) {
  const { chosen, choices, problems } = personas;
  return (
    <div class="pop models" id={ids.personaList(chat.id)} popover="auto" role="group" aria-label="Persona">
      <form {...action(urls.chatPersona(chat.id), chat.id)}>
        <button type="submit" name="agent" value="" aria-pressed={chosen === null ? "true" : "false"}>
          {chosen === null ? <Glyph status="done" /> : <span class="g"></span>}
          <span class="grow">None</span>
          <small class="dim">the plain assistant</small>
        </button>
        {choices.map((choice) => (
          <button
            type="submit"
            name="agent"
            value={attr(choice.id)}
            aria-pressed={choice.id === chosen ? "true" : "false"}
            title={attr(choice.description)}
          >
            {choice.id === chosen ? <Glyph status="done" /> : <span class="g"></span>}
            <span class="grow cut" safe>
              {choice.name}
            </span>
            <small class="dim" data-mean safe>
              {factsOf(choice)}
            </small>
          </button>
        ))}
      </form>
      <a class="more" href={`${urls.settings}#personas`}>
        {problems > 0 ? <Glyph status="failed" /> : <Icon name="chat" />}
        {problems > 0 ? `Personas… ${counted(problems, "problem")}` : "Personas…"}
      </a>
    </div>
  );
}

/** Its tools, what they cost where that is known, and where it comes from unless it is built in. */
function factsOf({ tools, tool_tokens, origin }: PersonaChoice): string {
  const cost = tool_tokens === null ? "" : `${kilo(tool_tokens)} tokens a call`;
  const from = origin === "builtin" ? "" : origin === "data" ? "yours" : "project";
  return [tools === 0 ? "no tools" : counted(tools, "tool"), cost, from].filter(Boolean).join(" · ");
}
