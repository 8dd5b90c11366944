/** Who answers a coder's next message: the button in its composer, the list that it opens, and what the agent plans. */
import type { PlanEntry } from "../../src/domain/agent-event.ts";
import type { Chat } from "../../src/domain/chat.ts";
import type { Status } from "../../src/domain/nav.ts";
import type { ChatView } from "../../src/domain/page.ts";
import type { AgentChoice, Provider } from "../../src/domain/provider.ts";
import { ids } from "../ids.ts";
import { stateOf } from "../settings/providers.tsx";
import { attr } from "../ui/attr.ts";
import { Glyph, Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { action } from "./action.ts";

type Agent = NonNullable<ChatView["agent"]>;
interface Props {
  chat: Pick<Chat, "id" | "provider">;
  agent: Agent;
}

/** The stream sends it again when the pick changes. */
export function AgentPick({ chat, agent }: Props) {
  const label = agent.provider?.label ?? "BooCode";
  const model = agent.provider ? (agent.picks?.model ?? agent.picks?.current.model ?? null) : null;
  return (
    <button
      type="button"
      class="pick"
      id={ids.agentPick(chat.id)}
      popovertarget={ids.agentList(chat.id)}
      aria-label={`Answered by: ${attr(label)}`}
      title={model ? attr(`${label}, ${model}`) : undefined}
    >
      <b class="cut" safe>
        {label}
      </b>
      {model ? (
        <span class="dim cut" safe>
          {model}
        </span>
      ) : (
        ""
      )}
      <Icon name="down" />
    </button>
  );
}

/** Every choice is a button of a form, so it works without script. */
export function AgentList({ chat, agent }: Props) {
  const { provider, picks, providers } = agent;
  return (
    <div class="pop models" id={ids.agentList(chat.id)} popover="auto" role="group" aria-label="Answered by">
      <form {...action(urls.chatAgent(chat.id), chat.id)} aria-label="Agent">
        {providers
          .filter((p) => p.enabled && p.state !== "unavailable")
          .map((p) => (
            <ProviderChoice provider={p} chosen={p.id === chat.provider} />
          ))}
      </form>
      {provider ? (
        <>
          <Knob
            chat={chat}
            name="mode"
            label="Its mode"
            choices={provider.modes}
            picked={picks?.mode}
            now={picks?.current.mode}
          />
          <Knob
            chat={chat}
            name="model"
            label="Model"
            choices={provider.models}
            picked={picks?.model}
            now={picks?.current.model}
          />
          <Knob
            chat={chat}
            name="thinking"
            label="Thinking"
            choices={provider.thinking}
            picked={picks?.thinking}
            now={picks?.current.thinking}
          />
          <Commands commands={picks?.commands.length ? picks.commands : provider.commands} />
        </>
      ) : (
        ""
      )}
      <a class="more" href={`${urls.settings}#providers`}>
        <Icon name="coder" />
        Agents…
      </a>
      <a class="more" href={urls.processes}>
        <Icon name="cpu" />
        Processes…
      </a>
    </div>
  );
}

function ProviderChoice({ provider, chosen }: { provider: Provider; chosen: boolean }) {
  const note = provider.source === "native" ? "our own loop" : (provider.error ?? stateOf(provider).word.toLowerCase());
  return (
    <button type="submit" name="provider" value={attr(provider.id)} aria-pressed={chosen ? "true" : "false"}>
      {chosen ? <Glyph status="done" /> : <span class="g"></span>}
      <span class="grow cut" safe>
        {provider.label}
      </span>
      <small class="dim cut" safe>
        {note}
      </small>
    </button>
  );
}

/** Kilo has some hundred models; the others are named in the API. */
const SHOWN_MAX = 60;

interface KnobProps {
  chat: Pick<Chat, "id">;
  name: "mode" | "model" | "thinking";
  label: string;
  choices: readonly AgentChoice[];
  picked: string | null | undefined;
  now: string | null | undefined;
}

function Knob({ chat, name, label, choices, picked, now }: KnobProps) {
  if (choices.length === 0) return "";
  const current = picked ?? now ?? null;
  return (
    <form {...action(urls.chatAgent(chat.id), chat.id)} aria-label={label}>
      <p>
        <b>{label as "safe"}</b>
      </p>
      {choices.slice(0, SHOWN_MAX).map((choice) => (
        <button
          type="submit"
          name={name}
          value={attr(choice.id)}
          aria-pressed={choice.id === current ? "true" : "false"}
          title={attr(choice.description ?? choice.id)}
        >
          {choice.id === current ? <Glyph status="done" /> : <span class="g"></span>}
          <span class="grow cut" safe>
            {choice.name}
          </span>
        </button>
      ))}
    </form>
  );
}

function Commands({ commands }: { commands: Provider["commands"] }) {
  if (commands.length === 0) return "";
  return (
    <p class="dim" title={attr(commands.map((c) => `/${c.name}: ${c.description}`).join("\n"))}>
      Begin a message with{" "}
      <span safe>
        {commands
          .slice(0, 8)
          .map((c) => `/${c.name}`)
          .join(" ")}
      </span>
    </p>
  );
}

const STEP: Record<PlanEntry["status"], Status> = { pending: "idle", in_progress: "running", completed: "done" };
const STEP_WORDS: Record<PlanEntry["status"], string> = { pending: "To do", in_progress: "Now", completed: "Done" };

/** What the agent said it is going to do, with its progress; nothing while it told no plan. */
export function AgentPlan({ chat_id, plan }: { chat_id: string; plan: readonly PlanEntry[] | null }) {
  if (!plan || plan.length === 0) return <div id={ids.plan(chat_id)}></div>;
  const done = plan.filter((entry) => entry.status === "completed").length;
  const now = plan.find((entry) => entry.status === "in_progress");
  const head: string = now?.content ?? (done === plan.length ? "Plan, done" : "Plan");
  return (
    <div id={ids.plan(chat_id)}>
      <details class="agentplan">
        <summary>
          <Icon name="caret" />
          <span class="grow cut" safe>
            {head}
          </span>
          <span class="num dim">
            {done} of {plan.length}
          </span>
        </summary>
        <ol>
          {plan.map((entry) => (
            <li class={entry.status === "in_progress" ? "now" : undefined}>
              <Glyph status={STEP[entry.status]} label={STEP_WORDS[entry.status]} /> <span safe>{entry.content}</span>
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
}
