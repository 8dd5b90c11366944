/** The web for tools: only in a session that was given it, only public addresses, and search where one is named. */
import type { Session } from "../domain/session.ts";
import type { WebAccess } from "../domain/web.ts";
import { Refusal } from "../drivers/refusal.ts";
import { PUBLIC_REACH, type Reach } from "../drivers/web/addresses.ts";
import { fetchPage } from "../drivers/web/page.ts";
import { Readable } from "../drivers/web/readable.ts";
import { searchWeb } from "../drivers/web/searxng.ts";
import { findSession } from "../store/sessions.ts";
import type { Core } from "./core.ts";

export class WebReader {
  readonly readable = new Readable();

  /** `reach` is another one in tests only: no setting of a running server changes it. */
  constructor(readonly reach: Reach = PUBLIC_REACH) {}

  close(): void {
    this.readable.close();
  }
}

export interface WebSwitches {
  fetch: boolean;
  search: boolean;
}

/** Which web tools a session has now. */
export async function webSwitches(core: Pick<Core, "sql" | "settings">, sessionId: string): Promise<WebSwitches> {
  return switchesOf(core, await findSession(core.sql, sessionId));
}

/** As webSwitches, of a session that was read already. */
export function switchesOf(core: Pick<Core, "settings">, session: Pick<Session, "web_tools"> | null): WebSwitches {
  const on = session?.web_tools ?? false;
  return { fetch: on, search: on && core.settings.now.searxng_url !== null };
}

/** Asked for each call: a session's web may have been switched off since. Throws Refusal where it is. */
export async function webAccess(core: Pick<Core, "sql" | "web" | "settings">, sessionId: string): Promise<WebAccess> {
  const session = await findSession(core.sql, sessionId);
  const { searxng_url } = core.settings.now;
  if (!session?.web_tools)
    throw new Refusal(
      "forbidden",
      "the web is off",
      "The web is switched off in this session; the user can switch it on.",
    );
  return {
    fetch: (url, whole, signal) => fetchPage(url, whole, core.web, signal),
    search: (query, count, signal) => {
      if (searxng_url === null)
        throw new Refusal(
          "unavailable",
          "no search engine",
          "No search engine is set; the user can name one in settings.",
        );
      return searchWeb(searxng_url, query, count, signal);
    },
  };
}
