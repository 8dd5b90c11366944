/** The web as tools see it. What comes from it is a stranger's: data, never instructions. */

export interface WebPage {
  /** Where it was found, after redirects. */
  url: string;
  title: string | null;
  /** Markdown of a page's readable part, or the text as it is. */
  text: string;
  /** Media type as it was told, without parameters. */
  type: string;
  /** It was longer than what is read. */
  cut: boolean;
  /** Only the part that looks like an article was taken. */
  article: boolean;
}

export interface WebHit {
  title: string;
  url: string;
  excerpt: string;
}

/** What the web tools of a session can do; both refuse by throwing. */
export interface WebAccess {
  /** `whole`: not only what looks like the article. */
  fetch(url: string, whole: boolean, signal: AbortSignal): Promise<WebPage>;
  search(query: string, count: number, signal: AbortSignal): Promise<WebHit[]>;
}

export const WEB_URL_LIMIT_CHARS = 2_000;
export const WEB_QUERY_LIMIT_CHARS = 400;
export const WEB_HITS_MAX = 20;
