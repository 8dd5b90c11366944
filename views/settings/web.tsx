/** The web for models: the search engine that is asked. Whether a chat has the web is a switch of its session. */
import { errorAt, type FormError, FormNote } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { LineInput } from "./inputs.tsx";

interface Props {
  searxng_url: string | null;
  refused?: { values: Record<string, string>; error: FormError } | undefined;
}
const HINT =
  "A SearXNG, on this machine or elsewhere, whose settings.yml lists json under search.formats. Empty: models can read pages and not search.";

export function WebSection({ searxng_url, refused }: Props) {
  return (
    <section class="band" id="web" aria-labelledby="web-h">
      <header>
        <Icon name="globe" />
        <h2 id="web-h">Web</h2>
        <span class="note d">public addresses only, in sessions that were given it</span>
      </header>
      <form class="form" method="post" action={`${urls.settings}#web`}>
        <input type="hidden" name="section" value="web" />
        <FormNote error={refused?.error} fields={["searxng_url"]} />
        <LineInput
          form="set"
          name="searxng_url"
          label="Search engine"
          hint={HINT}
          value={refused?.values.searxng_url ?? searxng_url ?? ""}
          error={errorAt(refused?.error, "searxng_url")}
          placeholder="http://127.0.0.1:8888"
          code
        />
        <div class="btns">
          <button type="submit" class="btn">
            Save
          </button>
        </div>
      </form>
    </section>
  );
}
