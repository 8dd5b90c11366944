/** The row at a message that something was put aside for. */
import { counted } from "../../src/lib/format.ts";
import { urls } from "../urls.ts";
import { ERRORS_INSIDE } from "./action.ts";

/** Fetched when it is opened; without script the link inside leads to it. */
export function Earlier({ message_id, count }: { message_id: string; count: number }) {
  const url = urls.earlier(message_id);
  return (
    <details class="earlier">
      <summary safe>{`${counted(count, "message")} put aside`}</summary>
      <div class="lazy" hx-get={url} hx-trigger="intersect once" hx-morph-skip {...ERRORS_INSIDE}>
        <a href={url}>Show</a>
      </div>
    </details>
  );
}
