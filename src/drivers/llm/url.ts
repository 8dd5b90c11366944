/** Base URLs of endpoints, from whatever a human pastes. */
import { invalid } from "../../lib/errors.ts";

const URL_LIMIT_CHARS = 500;

/**
 * "host:8401", "http://host:8401/", "…/v1/models" and "…/v1/chat/completions" all become "http://host:8401/v1". A path of
 * the user's own is kept. Throws AppError("invalid", field "url"); credentials are refused, they would be stored and shown.
 */
export function normaliseUrl(input: string): string {
  const text = input.trim();
  if (!text) throw invalid("Type the endpoint's URL.", "url");
  if (text.length > URL_LIMIT_CHARS) throw invalid(`The URL is longer than ${URL_LIMIT_CHARS} characters.`, "url");
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (!url?.hostname) throw invalid("That is not a URL. It looks like http://127.0.0.1:8080/v1.", "url");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw invalid("The URL must start with http:// or https://.", "url");
  if (url.username || url.password)
    throw invalid("The URL may not hold a name or password. Put the key into its own field.", "url");
  if (url.search || url.hash)
    throw invalid("The URL may not hold a query (?…) or fragment (#…). Put a key into its own field.", "url");
  const path = url.pathname.replace(/\/+$/, "").replace(/\/(models|chat\/completions|chat|completions)$/, "");
  return `${url.origin}${path || "/v1"}`;
}

/** "127.0.0.1:8401": what sentences and labels call an endpoint. */
export const hostOf = (url: string): string => URL.parse(url)?.host ?? url;

/** The server's own root, where the APIs beside /v1 live. */
export const rootOf = (base_url: string): string => base_url.replace(/\/(openai\/)?v1$/, "");
