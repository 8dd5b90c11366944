/** The ways to answer a permission: the options as they were sent, and a refusal with a reason. */
import type { OptionKind, PermissionRequest, RequestOption } from "../../src/domain/request.ts";
import { attr } from "../ui/attr.ts";
import { answering } from "./answering.ts";

/** A key answers with the first option of its kind. */
const KEYS: Record<OptionKind, string> = { allow_once: "a", allow_always: "A", reject_once: "d", reject_always: "" };

/** The first option of a kind, of which a key or a row on the desk makes use. */
export const firstOf = (options: readonly RequestOption[], kind: OptionKind): RequestOption | undefined =>
  options.find((option) => option.kind === kind);

export function PermissionButtons({ request, comment }: { request: PermissionRequest; comment: string }) {
  const { options } = request;
  const rejects = firstOf(options, "reject_once") ?? firstOf(options, "reject_always");
  return (
    <>
      <form class="stack" {...answering(request)}>
        {options.map((option) => {
          const key = firstOf(options, option.kind) === option ? KEYS[option.kind] : "";
          return (
            <button
              type="submit"
              class={`btn${key === "a" ? " btn-need" : ""}`}
              name="option_id"
              value={attr(option.id)}
              data-key={key || undefined}
            >
              <span safe>{option.name}</span>
              {key ? <kbd safe>{key}</kbd> : ""}
            </button>
          );
        })}
      </form>
      {rejects ? (
        // A form of its own: Enter in the field must not press the first button of the other one, which allows.
        <details class="why" open={comment !== ""}>
          <summary class="btn btn-quiet" data-key="D">
            Reject and say why… <kbd>D</kbd>
          </summary>
          <form class="inline" autocomplete="off" {...answering(request)}>
            <input type="hidden" name="option_id" value={attr(rejects.id)} />
            <input class="input" name="comment" required aria-label="Why it is rejected" value={attr(comment)} />
            <button type="submit" class="btn">
              Reject
            </button>
          </form>
        </details>
      ) : (
        ""
      )}
    </>
  );
}
