/** The web for models: the search engine that is asked. Whether a chat has the web is a switch of its session. */
import { attr } from "../ui/attr.ts";
import { described, errorAt, Field, type FormError, FormNote } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

interface Props {
  searxng_url: string | null;
  refused?: { values: Record<string, string>; error: FormError } | undefined;
}
const HINT =
  "A SearXNG, on this machine or elsewhere, whose settings.yml lists json under search.formats. Empty: models can read pages and not search.";

export function WebSection({ searxng_url, refused }: Props) {
  const wrong = errorAt(refused?.error, "searxng_url");
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
        <Field id="set-searxng_url" label="Search engine" hint={HINT} error={wrong}>
          <input
            class="input input-code"
            id="set-searxng_url"
            name="searxng_url"
            value={attr(refused?.values.searxng_url ?? searxng_url ?? "")}
            placeholder="http://127.0.0.1:8888"
            autocomplete="off"
            spellcheck="false"
            {...described({ id: "set-searxng_url", hint: HINT, error: wrong })}
          />
        </Field>
        <div class="btns">
          <button type="submit" class="btn">
            Save
          </button>
        </div>
      </form>
    </section>
  );
}
