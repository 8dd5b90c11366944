/** GET /search: everything that was said and done, as a page, as the part of it that changes, or as JSON. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { hitUrl } from "../../../views/search/hit.tsx";
import { SearchContent, type SearchProps, SearchResults } from "../../../views/search/search.tsx";
import {
  SEARCH_AGES,
  SEARCH_KINDS,
  SEARCH_LIMIT_CHARS,
  type SearchAge,
  type SearchInput,
} from "../../domain/search.ts";
import { framePage } from "../../engine/pages.ts";
import { search, searchBands } from "../../engine/search/find.ts";
import { AppError } from "../../lib/errors.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { htmlAnswer, respond, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

/** Values of one filter; more are refused. */
const CHOSEN_MAX = 50;
const several = <T extends z.ZodType>(one: T) =>
  z
    .union([one, z.array(one)])
    .optional()
    .transform((v): z.output<T>[] => (v === undefined ? [] : Array.isArray(v) ? v : [v]))
    .refine((v) => v.length <= CHOSEN_MAX, `At most ${CHOSEN_MAX} values.`);

const Query = z.object({
  q: z
    .string()
    .max(SEARCH_LIMIT_CHARS, `A search has at most ${SEARCH_LIMIT_CHARS} characters.`)
    .default("")
    .describe('Words that must all be there; "side by side", -without, one OR other, begin*.'),
  kind: several(z.enum(SEARCH_KINDS)).describe("May be repeated, as the other filters."),
  project: several(z.string().max(40)).describe("Ids of projects."),
  model: several(z.string().max(300)),
  role: several(z.enum(["user", "assistant"])).describe("Who wrote it."),
  age: z
    .enum(Object.keys(SEARCH_AGES) as [SearchAge, ...SearchAge[]])
    .default("any")
    .describe("Not older than."),
  cursor: z.string().max(20).optional().describe("`cursor` of the last answer, for older hits."),
});
type Query = z.output<typeof Query>;

export function searchRoutes(web: Web) {
  return new Elysia().get(
    "/search",
    ({ request }) => find(web, request),
    describing("search")({
      summary: "Messages, reasoning, calls of tools, titles and touched files, newest first.",
      query: Query,
      answers: {
        200: {
          hits: "SearchHit[]",
          total: "integer",
          more: "boolean",
          unseen: "integer",
          facets: "SearchFacets",
          cursor: "string|null",
          note: "string|null",
        },
      },
    }),
  );
}

async function find(web: Web, request: Request): Promise<Response> {
  if (wants(request) === "json") {
    const answer = await search(web.core, inputOf(parseQuery(request, Query)));
    return respond(request, {
      json: () => ({ ...answer, hits: answer.hits.map((hit) => ({ ...hit, url: hitUrl(hit) })) }),
    });
  }
  try {
    const props = await look(web, parseQuery(request, Query));
    return respond(request, {
      fragment: () => SearchResults(props) as string,
      page: () => draw(web, request, props),
      json: () => null,
    });
  } catch (error) {
    // What was typed stays in its field, with the reason beside it.
    if (!(error instanceof AppError) || error.code !== "invalid") throw error;
    const props = refused(new URL(request.url).searchParams.get("q") ?? "", error.message);
    const html = wants(request) === "fragment" ? (SearchResults(props) as string) : await draw(web, request, props);
    return htmlAnswer(request, html, { status: 422 });
  }
}

const inputOf = (q: Query): SearchInput => ({
  text: q.q,
  kinds: q.kind,
  projects: q.project,
  models: q.model,
  roles: q.role,
  age: q.age,
  cursor: q.cursor ?? null,
});

async function look(web: Web, query: Query): Promise<SearchProps> {
  const input = inputOf(query);
  const since = performance.now();
  const flat = input.kinds.length > 0 || input.cursor !== null;
  const { answer, bands } = flat
    ? { answer: await search(web.core, input), bands: [] }
    : await searchBands(web.core, input);
  return {
    text: input.text,
    filters: input,
    answer,
    bands,
    paged: input.cursor !== null,
    took_ms: performance.now() - since,
    now: Date.now(),
  };
}

const refused = (text: string, note: string): SearchProps => ({
  text: text || " ",
  filters: { kinds: [], projects: [], models: [], roles: [], age: "any" },
  answer: {
    hits: [],
    total: 0,
    more: false,
    unseen: 0,
    facets: { kind: [], project: [], model: [], role: [], age: [] },
    cursor: null,
    note,
  },
  bands: [],
  paged: false,
  took_ms: 0,
  now: Date.now(),
});

async function draw(web: Web, request: Request, props: SearchProps): Promise<string> {
  const frame = frameFor(web, request, await framePage(web.core));
  const title = props.text.trim() === "" ? "Search" : `Search: ${props.text.slice(0, 60)}`;
  return (
    <Page frame={frame} title={title}>
      {SearchContent(props) as "safe"}
    </Page>
  ) as string;
}
