/** The three buttons at the end of a row of settings: try it, switch it on or off, look at it. */
import { attr } from "../ui/attr.ts";

interface Props {
  /** Whose buttons these are, for who does not see the row. */
  label: string;
  enabled: boolean;
  /** Null where there is nothing to try. */
  test: { word: string; url: string; field: "id" | "name"; value: string } | null;
  switch_url: string;
  look: { word: string; url: string };
}

export function RowButtons({ label, enabled, test, switch_url, look }: Props) {
  return (
    <span class="btns">
      {test ? (
        <form method="post" action={test.url}>
          <input type="hidden" name={test.field} value={attr(test.value)} />
          <button type="submit" class="btn btn-sm btn-quiet" aria-label={attr(`${test.word} ${label}`)} safe>
            {test.word}
          </button>
        </form>
      ) : (
        ""
      )}
      <form method="post" action={switch_url}>
        <input type="hidden" name="enabled" value={enabled ? "0" : "1"} />
        <button
          type="submit"
          class="btn btn-sm btn-quiet"
          aria-label={attr(`Switch ${label} ${enabled ? "off" : "on"}`)}
        >
          {enabled ? "Off" : "On"}
        </button>
      </form>
      <a class="btn btn-sm btn-quiet" href={look.url} aria-label={attr(`${look.word} of ${label}`)} safe>
        {look.word}
      </a>
    </span>
  );
}
