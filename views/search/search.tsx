/** Search: the field in the header, filters on the left, hits on the right. A form that works without script. */
import {
  SEARCH_COUNTED,
  SEARCH_LIMIT_CHARS,
  type SearchAnswer,
  type SearchBand,
  type SearchFilters,
} from "../../src/domain/search.ts";
import { count, counted } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import { MenuButton } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { type SearchQuery, urls } from "../urls.ts";
import { Facets } from "./facets.tsx";
import { Hit } from "./hit.tsx";
import { KINDS } from "./kinds.ts";

export interface SearchProps {
  text: string;
  filters: SearchFilters;
  answer: SearchAnswer;
  /** Instead of the answer's hits, where no kind is chosen. */
  bands: SearchBand[];
  /** This is a later page. */
  paged: boolean;
  took_ms: number;
  now: number;
}

/** Everything inside `main`. */
export function SearchContent(props: SearchProps) {
  return (
    <form
      class="searchform"
      action={urls.search()}
      method="get"
      hx-get={urls.search()}
      hx-target={`#${ids.searchResults}`}
      hx-swap="outerHTML"
      hx-trigger="submit, change, input from:#search-q delay:250ms"
      hx-sync="this:replace"
      data-search
    >
      <header class="bar">
        <MenuButton />
        <h1 class="vh">Search</h1>
        <div class="find grow" role="search">
          <label class="vh" for="search-q">
            Search everything
          </label>
          <Icon name="search" />
          <input
            class="input"
            id="search-q"
            name="q"
            type="search"
            value={attr(props.text)}
            maxlength={String(SEARCH_LIMIT_CHARS)}
            placeholder="Messages, calls and their results, titles, files"
            autocomplete="off"
            spellcheck="false"
            autofocus={props.text === ""}
          />
        </div>
        <button type="submit" class="btn">
          Search
        </button>
      </header>
      <SearchResults {...props} />
    </form>
  );
}

/** The fragment: filters with their counts, and what was found. */
export function SearchResults(props: SearchProps) {
  const { answer, text, filters } = props;
  if (text.trim() === "") return <Blank />;
  return (
    <div class="page" id={ids.searchResults}>
      <div class="sheet split2">
        <Facets facets={answer.facets} filters={filters} />
        <div>
          <p class="mid" role="status">
            <Summary {...props} />
          </p>
          <Found {...props} />
        </div>
      </div>
    </div>
  );
}

function Blank() {
  return (
    <div class="page" id={ids.searchResults}>
      <div class="sheet">
        <div class="searchhelp">
          <h2>Everything that was said and done here</h2>
          <p>Messages, reasoning, what tools were asked and answered, titles, and the files that were touched.</p>
          <dl class="facts">
            <dt>
              <code>claimed until</code>
            </dt>
            <dd>both words</dd>
            <dt>
              <code>"two workers"</code>
            </dt>
            <dd>side by side</dd>
            <dt>
              <code>-migration</code>
            </dt>
            <dd>without this word</dd>
            <dt>
              <code>lease OR lock</code>
            </dt>
            <dd>one of them</dd>
            <dt>
              <code>deliver*</code>
            </dt>
            <dd>every word that begins so</dd>
          </dl>
          <p class="dim">
            Names are found in their pieces too: <code>due</code> finds <code>claimDue</code>. Files on disk are not
            searched.
          </p>
        </div>
      </div>
    </div>
  );
}

function Summary({ answer, took_ms, paged }: SearchProps) {
  const { hits, note, total, more, unseen } = answer;
  const found = !more
    ? counted(total, "result")
    : paged
      ? counted(hits.length, "older result")
      : total === SEARCH_COUNTED
        ? `More than ${count(SEARCH_COUNTED)} results`
        : `${total === 0 ? "No results" : `At least ${counted(total, "result")}`} so far`;
  return (
    <>
      {note && total === 0 && !more ? "" : <span safe>{`${found} in ${Math.max(1, Math.round(took_ms))} ms`}</span>}
      {note ? <span class="said" safe>{` ${note}`}</span> : ""}
      {unseen > 0 ? <span safe>{`. Up to ${count(unseen)} older entries were not looked at yet.`}</span> : ""}
    </>
  );
}

function Found(props: SearchProps) {
  const { answer, bands, text, filters, paged, now } = props;
  const further = answer.cursor && urls.search({ ...queryOf(text, filters), cursor: answer.cursor });
  if (answer.total === 0 && !paged && !further) return <Nothing {...props} />;
  if (bands.length > 0) {
    return (
      <>
        {bands.map((band) => (
          <Band band={band} all={urls.search({ ...queryOf(text, filters), kind: [band.kind] })} now={now} />
        ))}
        {answer.unseen > 0 && further ? (
          <p class="btns">
            <FurtherLink url={further} words="Look further back" />
          </p>
        ) : (
          ""
        )}
        <p class="mid">Not searched: files on disk.</p>
      </>
    );
  }
  return (
    <section class="band" aria-label="Results">
      {answer.hits.map((hit) => (
        <Hit hit={hit} now={now} kind />
      ))}
      {answer.hits.length === 0 && !further ? <p>There are no further results.</p> : ""}
      {answer.hits.length === 0 && further ? <p>Nothing was found as far as was looked.</p> : ""}
      <p class="btns">
        {paged ? (
          <a class="btn" href={urls.search(queryOf(text, filters))}>
            Newest results
          </a>
        ) : (
          ""
        )}
        {further ? <FurtherLink url={further} words={answer.unseen > 0 ? "Look further back" : "Older results"} /> : ""}
      </p>
    </section>
  );
}

const FurtherLink = ({ url, words }: { url: string; words: string }) => (
  <a class="btn" href={url} safe>
    {words}
  </a>
);

function Nothing({ answer, text, filters }: SearchProps) {
  if (answer.note) return "";
  const all = answer.facets.age.some((age) => age.count > 0) || isFiltered(filters);
  return (
    <div class="searchhelp">
      <p>{all ? "Nothing is left by these filters." : "No message, call, title or touched file has these words."}</p>
      {all ? (
        <p>
          <a href={urls.search({ q: text })}>Search without filters</a>
        </p>
      ) : (
        <p class="dim">
          Fewer words find more; a star finds every word that begins so. Files on disk are not searched.
        </p>
      )}
    </div>
  );
}

const isFiltered = (f: SearchFilters) =>
  f.kinds.length + f.projects.length + f.models.length + f.roles.length > 0 || f.age !== "any";

function Band({ band, all, now }: { band: SearchBand; all: string; now: number }) {
  const { words, icon } = KINDS[band.kind];
  const more = band.more || band.count > band.hits.length;
  return (
    <section class="band" aria-labelledby={ids.searchBand(band.kind)}>
      <header>
        <Icon name={icon} />
        <h2 id={ids.searchBand(band.kind)} safe>
          {words}
        </h2>
        <span class="count" safe>
          {`${count(band.count)}${band.more ? "+" : ""}`}
        </span>
        {more ? (
          <span class="note">
            <a href={all} aria-label={`Show all: ${words}`}>
              show all
            </a>
          </span>
        ) : (
          ""
        )}
      </header>
      {band.hits.map((hit) => (
        <Hit hit={hit} now={now} />
      ))}
    </section>
  );
}

export const queryOf = (text: string, f: SearchFilters): SearchQuery => ({
  q: text,
  kind: f.kinds,
  project: f.projects,
  model: f.models,
  role: f.roles,
  age: f.age === "any" ? undefined : f.age,
});
