/**
 * The composition root: builds everything once, in order, and takes it down in reverse. Tests start the same program.
 * Boot: database → lock → migrate → recover → listen. Stop: listen no more → settle runs → drain lanes → database.
 */
import type { AnyElysia } from "elysia";
import packageJson from "../package.json" with { type: "json" };
import { urls } from "../views/urls.ts";
import type { Config } from "./config.ts";
import { type Database, openDatabase } from "./db/open.ts";
import { connect } from "./db/sql.ts";
import { toolVersions } from "./drivers/versions.ts";
import { createLoginAttempts, ensureFirstToken } from "./engine/access.ts";
import { SidesCache } from "./engine/changes/sides-cache.ts";
import { CodeIndex } from "./engine/code/trees.ts";
import { reapCommands } from "./engine/commands.ts";
import type { Core } from "./engine/core.ts";
import { DeltaWriter } from "./engine/deltas.ts";
import { reapOrphans } from "./engine/dispatch/orphans.ts";
import { AgentPool } from "./engine/dispatch/pool.ts";
import { startEndpoints } from "./engine/endpoint-checks.ts";
import { StatusCache } from "./engine/git-status.ts";
import { Journal } from "./engine/journal.ts";
import { LiveRuns } from "./engine/live-runs.ts";
import { McpServers } from "./engine/mcp/servers.ts";
import { Palette } from "./engine/palette.ts";
import { ToolTokens } from "./engine/personas/tool-tokens.ts";
import { Probes } from "./engine/providers/probes.ts";
import { recover, resumeQueues } from "./engine/recover.ts";
import { RequestClock } from "./engine/request-clock.ts";
import { SearchIndexer } from "./engine/search/indexer.ts";
import { KnownSettings } from "./engine/settings.ts";
import { LiveTerminals } from "./engine/terminals/live.ts";
import { recoverTerminals } from "./engine/terminals/reconcile.ts";
import { allTools } from "./engine/tools/registry.ts";
import { startTrimming } from "./engine/trim.ts";
import { Waiters } from "./engine/waiters.ts";
import { WebReader } from "./engine/web.ts";
import { collectCutOff } from "./engine/worktrees/at-work.ts";
import { followApplies } from "./engine/worktrees/base.ts";
import { startReconciling } from "./engine/worktrees/keep.ts";
import { type Assets, loadAssets } from "./http/assets.ts";
import { loginPage } from "./http/bare-pages.tsx";
import { errorViews } from "./http/error-pages.tsx";
import { paletteActions } from "./http/palette-actions.ts";
import { loginUrl } from "./http/routes/login.ts";
import { addRoutes } from "./http/routes.ts";
import { createServer } from "./http/server.ts";
import { StreamHub } from "./http/stream/hub.ts";
import type { ServerFacts, Web } from "./http/web.ts";
import { messageOf } from "./lib/errors.ts";
import { Highlighter } from "./lib/highlighter.ts";
import { Lanes } from "./lib/lanes.ts";
import { createLog, type Log } from "./lib/log.ts";
import { readInstanceId, serverVersion } from "./store/settings.ts";

export interface App {
  url: string;
  core: Core;
  web: Web;
  /** The first access token, made because there was none; shown once. */
  first_token: string | null;
  close(): Promise<void>;
}

export interface AppOptions {
  log?: Log;
  /** Assets are read again when they change. */
  dev?: boolean;
  /** What web tools reach beside the public internet: for tests alone, which name the very addresses of theirs. */
  web?: WebReader;
  /** Called when another server took the database: this one must end. */
  onTaken?: (message: string) => void;
}

export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const log = options.log ?? createLog(config.log_level);
  const assets = await loadAssets({ dev: options.dev ?? false });
  const database = await openDatabase(
    {
      home: config.home,
      url: `http://${config.host}:${config.port}`,
      ...(config.database_url && { database_url: config.database_url }),
      onLost: () => log.warn("database.lock_lost"),
      onRegained: () => log.info("database.lock_regained"),
      onTaken: (error) => options.onTaken?.(error.message),
    },
    log,
  );
  try {
    return await serve(config, log, assets, database, options.web ?? new WebReader());
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function serve(config: Config, log: Log, assets: Assets, database: Database, reader: WebReader): Promise<App> {
  const closing = new AbortController();
  const core = createCore(config, log, database, await readInstanceId(database.sql), closing.signal, reader);
  await core.journal.start();
  await core.settings.renew();
  const recovered = await recover(core);
  if (recovered.parts + recovered.interrupted > 0) log.info("recovered", recovered);
  await recoverTerminals(core).catch((error) => log.warn("terminals.not_reconciled", { error: messageOf(error) }));
  const reaped = await reapCommands(core);
  if (reaped > 0) log.info("commands.reaped", { commands: reaped });
  await reapOrphans(core);
  await core.mcp.start();
  const first_token = config.auth === "token" ? await ensureFirstToken(core) : null;
  const facts: ServerFacts = {
    version: packageJson.version,
    postgres: await serverVersion(core.sql),
    embedded: database.embedded !== undefined,
    tools: [],
  };
  const checking = new AbortController();
  const { settled } = await startEndpoints(core, checking.signal);
  const hub = new StreamHub(core, assets.build);
  const palette = new Palette(core, urls, paletteActions);
  const highlighter = new Highlighter();
  const web: Web = { core, hub, palette, assets, highlighter, build: assets.build, facts };
  const attempts = createLoginAttempts();
  const server = createServer({
    config,
    log,
    core,
    errorViews: errorViews(web),
    loginUrl: config.auth === "token" ? loginUrl : null,
    routes: (app: AnyElysia, closing: AbortSignal) => {
      closing.addEventListener("abort", () => hub.close(), { once: true });
      return addRoutes(app, web, { mode: config.auth, core, attempts, page: loginPage(assets) });
    },
  });
  const listening = server.listen();
  await database.lock.setUrl(listening.url);
  const tools = toolVersions().then((versions) => {
    facts.tools = versions;
  });
  // In the worktrees' lanes before the runs that wait; nobody waits for it here.
  void collectCutOff(core, recovered.cut_off);
  await resumeQueues(core);
  core.clock.look();
  const stopTrimming = startTrimming(core);
  await core.probes.start();
  const stopReconciling = startReconciling(core);
  followApplies(core);
  const indexer = new SearchIndexer(core);

  const close = async () => {
    core.stopping = true;
    closing.abort();
    checking.abort();
    stopTrimming();
    palette.close();
    core.probes.close();
    await core.clock.close();
    highlighter.close();
    core.web.close();
    await core.live.stopWhere(() => true, "shutdown");
    await core.lanes.drain();
    await Promise.all([core.agents.close(), core.mcp.close(), stopReconciling()]);
    await Promise.all([indexer.close(), core.code.close()]);
    await core.terminals.close();
    await listening.stop();
    await Promise.allSettled([settled, tools]);
    await core.deltas.close();
    await core.journal.close();
    await database.close();
  };
  return { url: listening.url, core, web, first_token, close };
}

function createCore(
  config: Config,
  log: Log,
  database: Database,
  instance: string,
  closing: AbortSignal,
  web: WebReader,
): Core {
  const journal = new Journal(database.sql, log);
  // Answers commits before they are on disk; nothing but the delta writer may use it.
  const quick = (onclose: () => void) => connect(database.target, { max: 1, asynchronous_commit: true, onclose });
  const core: Omit<Core, Late> = {
    config,
    instance,
    sql: database.sql,
    reads: database.reads,
    log,
    journal,
    deltas: new DeltaWriter(quick, journal, log),
    settings: new KnownSettings(database.sql),
    live: new LiveRuns(),
    waiters: new Waiters(journal),
    lanes: new Lanes(),
    statuses: new StatusCache(),
    sides: new SidesCache(),
    code: new CodeIndex({ sql: database.sql, log, journal, instance }),
    terminals: new LiveTerminals(() => core as Core),
    toolTokens: new ToolTokens({ sql: database.sql, log }),
    tools: allTools(),
    web,
    stopping: false,
    closing,
  };
  return complete(core);
}

/** Parts that take the others. */
type Late = "probes" | "agents" | "clock" | "mcp";

/** The very same object: whoever holds it sees `stopping` change. */
function complete(core: Omit<Core, Late>): Core {
  const late: Pick<Core, Late> = {
    probes: new Probes(core),
    agents: new AgentPool(core),
    clock: new RequestClock(() => whole),
    mcp: new McpServers(core, packageJson.version, new Set(core.tools.map((tool) => tool.name))),
  };
  const whole: Core = Object.assign(core, late);
  return whole;
}
