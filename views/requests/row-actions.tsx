/** What can be done about a request in one line of a list; the card in its chat has the rest. */
import type { RunRequest } from "../../src/domain/request.ts";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { posting } from "../ui/post.ts";
import { urls } from "../urls.ts";
import { firstOf } from "./options.tsx";

interface Choice {
  name: "option_id" | "allow";
  value: string;
  label: string;
  key: "a" | "A" | "d";
}

/** The buttons of a line on the desk. Keys of the desk press them (public/js/asks.js); `A` has no room of its own. */
export function RequestActions({ request, first }: { request: RunRequest; first: boolean }) {
  const choices = choicesOf(request);
  const card = urls.requestInChat(request.chat_id, request.id);
  return (
    <span class="btns">
      {choices.length === 0 ? (
        <a class={`btn btn-sm${first ? " btn-need" : ""}`} href={card} aria-label={attr(`Answer ${request.title}`)}>
          Answer
        </a>
      ) : (
        <form {...posting(urls.requestAnswer(request.id))}>
          {choices.map((choice) => (
            <button
              type="submit"
              class={choice.key === "A" ? "vh" : `btn btn-sm${first && choice.key === "a" ? " btn-need" : ""}`}
              tabindex={choice.key === "A" ? "-1" : undefined}
              name={choice.name}
              value={attr(choice.value)}
              data-key={choice.key}
              aria-label={attr(`${choice.label}: ${request.title}`)}
            >
              <span safe>{choice.label}</span>
            </button>
          ))}
        </form>
      )}
      <form {...posting(urls.requestSnooze(request.id))}>
        <button
          type="submit"
          class="btn btn-quiet btn-sm btn-i"
          data-key="s"
          title="Not now: comes back in an hour"
          aria-label={attr(`Snooze for an hour: ${request.title}`)}
        >
          <Icon name="clock" />
        </button>
      </form>
    </span>
  );
}

function choicesOf(request: RunRequest): Choice[] {
  if (request.kind === "question") return [];
  if (request.kind === "read_access")
    return [
      { name: "allow", value: "true", label: "Allow", key: "a" },
      { name: "allow", value: "false", label: "Deny", key: "d" },
    ];
  const { options } = request;
  const once = firstOf(options, "allow_once");
  const always = firstOf(options, "allow_always");
  const reject = firstOf(options, "reject_once") ?? firstOf(options, "reject_always");
  return [
    ...(once ? [{ name: "option_id", value: once.id, label: "Allow once", key: "a" } as const] : []),
    ...(always ? [{ name: "option_id", value: always.id, label: "Allow always", key: "A" } as const] : []),
    ...(reject ? [{ name: "option_id", value: reject.id, label: "Reject", key: "d" } as const] : []),
  ];
}
