/**
 * The regions that every page has (sidebar, counts) and the desk's bands: rendered from what is now, a few times a
 * second at most, however much happens. They carry no position; a catch-up always sends them again.
 */

import { DeskNeeds } from "../../../views/desk/needs.tsx";
import { DeskRecent } from "../../../views/desk/recent.tsx";
import { DeskRunning } from "../../../views/desk/running.tsx";
import { ids } from "../../../views/ids.ts";
import { BarNeeds, NavNeeds, RailNeeds } from "../../../views/layout/nav-needs.tsx";
import { NavProjects } from "../../../views/layout/nav-projects.tsx";
import { NavRunning, RailRunning } from "../../../views/layout/nav-running.tsx";
import { McpList } from "../../../views/settings/mcp.tsx";
import { ProviderList } from "../../../views/settings/providers.tsx";
import type { JournalEvent } from "../../domain/event.ts";
import type { McpServer } from "../../domain/mcp.ts";
import type { Desk, Nav } from "../../domain/nav.ts";
import type { Provider } from "../../domain/provider.ts";
import type { Core } from "../../engine/core.ts";
import { snapshot } from "../../engine/journal.ts";
import { readDesk, readNav } from "../../engine/pages.ts";
import { listProviders } from "../../engine/providers/registry.ts";
import type { Connection, Region } from "./connection.ts";
import { upsert } from "./swap.ts";

const INTERVAL_MS = 250;
/** What a run does (tokens/s, phase) is told in the sidebar this often; ages tick in the browser. */
const PROGRESS_INTERVAL_MS = 3_000;
/** Many runs on many pages are told of less often, so that what all pages are sent together stays below this. */
const CHARS_PER_MS = 500;
const PROGRESS_CHARS_PER_MS = 100;

const CHANGED: ReadonlySet<string> = new Set(["change.changed", "changes.changed", "apply.changed"]);

export class DeskRefresh {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private due = 0;
  private last = 0;
  private lastProgress = 0;
  private interval = INTERVAL_MS;
  private progressInterval = PROGRESS_INTERVAL_MS;
  private busy = false;

  constructor(
    private readonly core: Core,
    private readonly watchers: () => Connection[],
  ) {}

  note(event: JournalEvent): void {
    // What waits for a review stands in the sidebar and on the desk.
    if (event.topic === "desk" || CHANGED.has(event.kind)) this.schedule(this.interval);
    else if (event.kind === "run.progress" && Date.now() - this.lastProgress > this.progressInterval) {
      this.lastProgress = Date.now();
      this.schedule(this.progressInterval);
    }
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  /** A refresh that is due sooner takes the place of one that can wait: a run's end must not wait for its progress. */
  private schedule(interval: number): void {
    if (this.watchers().length === 0) return;
    const now = performance.now();
    const due = Math.max(now, this.last + interval);
    if (this.timer && due >= this.due) return;
    if (this.timer) clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.refresh();
    }, due - now);
  }

  private async servers(): Promise<readonly McpServer[]> {
    return (await this.core.mcp.list()).servers;
  }

  private async refresh(): Promise<void> {
    if (this.busy) return this.schedule(INTERVAL_MS);
    this.busy = true;
    this.last = performance.now();
    try {
      const watchers = this.watchers();
      const shown = (page: string) => watchers.some((c) => c.params.page === page);
      const { nav, desk, providers } = await snapshot(this.core.sql, async (tx) => ({
        nav: await readNav(this.core, tx),
        desk: shown("desk") ? await readDesk(this.core, tx) : null,
        providers: shown("settings") ? await listProviders(this.core, tx) : null,
      }));
      const nav_regions = navRegions(nav);
      const of_pages: Record<string, Region[]> = {
        desk: desk ? deskRegions(desk) : [],
        settings: providers ? [...providerRegions(providers), ...mcpRegions(await this.servers())] : [],
      };
      let chars = 0;
      for (const connection of watchers) {
        const { session_id, page } = connection.params;
        const own = nav_regions(session_id);
        chars += connection.sendRegions([...own, ...(of_pages[page ?? ""] ?? [])]);
      }
      this.interval = Math.max(INTERVAL_MS, chars / CHARS_PER_MS);
      this.progressInterval = Math.max(PROGRESS_INTERVAL_MS, chars / PROGRESS_CHARS_PER_MS);
    } catch (error) {
      this.core.log.warn("stream.desk_failed", { error });
      this.schedule(INTERVAL_MS * 8);
    } finally {
      this.busy = false;
    }
  }
}

/** The sidebar's regions for a page of this session; drawn once for all who need the same. */
function navRegions(nav: Nav): (sessionId: string | null) => Region[] {
  const now = Date.now();
  const projects = JSON.stringify(nav.projects);
  const { needs } = nav;
  const shared = [
    region(ids.navRunning, nav.running, () => NavRunning({ running: nav.running, now })),
    region(ids.railRunning, nav.running, () => RailRunning({ running: nav.running, now })),
    region(ids.navNeeds, needs, () => NavNeeds({ needs })),
    region(ids.railNeeds, needs, () => RailNeeds({ needs })),
    region(ids.barNeeds, needs, () => BarNeeds({ needs })),
  ];
  const bySession = new Map<string | null, Region[]>();
  return (sessionId) => {
    const known = bySession.get(sessionId);
    if (known) return known;
    const current = sessionId ? { session_id: sessionId } : undefined;
    const draw = once(ids.navProjects, () => NavProjects({ projects: nav.projects, current, now }));
    const regions = [{ id: ids.navProjects, key: projects, html: draw }, ...shared];
    bySession.set(sessionId, regions);
    return regions;
  };
}

function deskRegions(desk: Desk): Region[] {
  const now = Date.now();
  const { needs, running, recent, total_sessions: total } = desk;
  return [
    region(ids.deskNeeds, needs, () => DeskNeeds({ needs, now })),
    region(ids.deskRunning, running, () => DeskRunning({ running, now })),
    region(ids.deskRecent, [recent, total], () => DeskRecent({ recent, total, now })),
  ];
}

function mcpRegions(servers: readonly McpServer[]): Region[] {
  return [region(ids.mcpServers, servers, () => McpList({ servers, now: Date.now() }))];
}

function providerRegions(providers: readonly Provider[]): Region[] {
  return [region(ids.providers, providers, () => ProviderList({ providers, now: Date.now() }))];
}

/** `from` is all that the view shows, the clock aside: ages tick in the browser. */
function region(id: string, from: unknown, draw: () => JSX.Element): Region {
  return { id, key: JSON.stringify(from), html: once(id, draw) };
}

function once(id: string, draw: () => JSX.Element): () => string {
  let html: string | null = null;
  return () => {
    html ??= upsert(id, draw() as string);
    return html;
  };
}

const drawn = (regions: readonly Region[]) => regions.map((r) => r.html()).join("");
export const navPartials = (nav: Nav, sessionId: string | null): string => drawn(navRegions(nav)(sessionId));
export const providerPartials = (providers: readonly Provider[]): string => drawn(providerRegions(providers));
export const mcpPartials = (servers: readonly McpServer[]): string => drawn(mcpRegions(servers));
export const deskPartials = (desk: Desk): string => drawn(deskRegions(desk));
