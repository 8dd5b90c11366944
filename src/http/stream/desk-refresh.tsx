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
import type { JournalEvent } from "../../domain/event.ts";
import type { Desk, Nav } from "../../domain/nav.ts";
import type { Core } from "../../engine/core.ts";
import { snapshot } from "../../engine/journal.ts";
import { readDesk, readNav } from "../../engine/pages.ts";
import type { Connection } from "./connection.ts";
import { upsert } from "./swap.ts";

const INTERVAL_MS = 250;
/** What a run does (tokens/s, phase) is told in the sidebar this often; ages tick in the browser. */
const PROGRESS_INTERVAL_MS = 3_000;

export class DeskRefresh {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private due = 0;
  private last = 0;
  private lastProgress = 0;
  private busy = false;

  constructor(
    private readonly core: Core,
    private readonly watchers: () => Connection[],
  ) {}

  note(event: JournalEvent): void {
    if (event.topic === "desk") this.schedule(INTERVAL_MS);
    else if (event.kind === "run.progress" && Date.now() - this.lastProgress > PROGRESS_INTERVAL_MS) {
      this.lastProgress = Date.now();
      this.schedule(PROGRESS_INTERVAL_MS);
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

  private async refresh(): Promise<void> {
    if (this.busy) return this.schedule(INTERVAL_MS);
    this.busy = true;
    this.last = performance.now();
    try {
      const watchers = this.watchers();
      const needDesk = watchers.some((c) => c.params.page === "desk");
      const { nav, desk } = await snapshot(this.core.sql, async (tx) => ({
        nav: await readNav(this.core, tx),
        desk: needDesk ? await readDesk(this.core, tx) : null,
      }));
      const cache = new Map<string, string>();
      for (const connection of watchers) {
        const { session_id, page } = connection.params;
        const key = `${session_id ?? ""} ${page === "desk"}`;
        const html =
          cache.get(key) ?? navPartials(nav, session_id) + (page === "desk" && desk ? deskPartials(desk) : "");
        cache.set(key, html);
        connection.sendLoose(html);
      }
    } catch (error) {
      this.core.log.warn("stream.desk_failed", { error });
      this.schedule(INTERVAL_MS * 8);
    } finally {
      this.busy = false;
    }
  }
}

export function navPartials(nav: Nav, sessionId: string | null): string {
  const now = Date.now();
  const current = sessionId ? { session_id: sessionId } : undefined;
  return (
    upsert(ids.navProjects, NavProjects({ projects: nav.projects, current, now }) as string) +
    upsert(ids.navRunning, NavRunning({ running: nav.running, now }) as string) +
    upsert(ids.railRunning, RailRunning({ running: nav.running, now }) as string) +
    upsert(ids.navNeeds, NavNeeds({ needs: nav.needs }) as string) +
    upsert(ids.railNeeds, RailNeeds({ needs: nav.needs }) as string) +
    upsert(ids.barNeeds, BarNeeds({ needs: nav.needs }) as string)
  );
}

export function deskPartials(desk: Desk): string {
  const now = Date.now();
  return (
    upsert(ids.deskNeeds, DeskNeeds({ needs: desk.needs, now }) as string) +
    upsert(ids.deskRunning, DeskRunning({ running: desk.running, now }) as string) +
    upsert(ids.deskRecent, DeskRecent({ recent: desk.recent, total: desk.total_sessions, now }) as string)
  );
}
