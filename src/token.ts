/** `start token`: another access token, for whoever has none left; also beside a server that runs. */
import type { Config } from "./config.ts";
import { withDatabase } from "./db/open.ts";
import { createToken } from "./engine/access.ts";
import { createLog } from "./lib/log.ts";

/** The secret, to be shown once. */
export async function makeToken(config: Config, label: string): Promise<string> {
  const log = createLog("error");
  const options = {
    home: config.home,
    url: "the token command",
    ...(config.database_url && { database_url: config.database_url }),
  };
  return withDatabase(options, log, async (sql) => (await createToken({ sql }, label)).token);
}
