/**
 * The one event stream of every browser tab: hears the journal, renders each event once, sends it to whoever watches.
 * A connection that begins gets a snapshot at head H of what was touched since its cursor, then events after H.
 */
import { DESK, type JournalEvent, sessionTopic, type Topic } from "../../domain/event.ts";
import type { Core } from "../../engine/core.ts";
import { snapshot } from "../../engine/journal.ts";
import { steady } from "../../engine/steady.ts";
import { readEvents, readTouched } from "../../store/journal.ts";
import { findPart } from "../../store/messages.ts";
import { findSession } from "../../store/sessions.ts";
import type { CallerWatch } from "../request.ts";
import { renderCatchUp } from "./catch-up.tsx";
import { Connection, type StreamParams } from "./connection.ts";
import { DeskRefresh } from "./desk-refresh.tsx";
import { createEventRenderer } from "./render.tsx";
import { SessionLane } from "./session-lane.ts";
import { beginArrangement } from "./workspace.tsx";

/** A real event, because a comment is invisible to the page: without one for 40 s it connects again. */
const HEARTBEAT_MS = 15_000;
/** All streams together; a laptop with many tabs has some dozen. */
const MAX_CONNECTIONS = 500;
/** A cursor that is further behind than this is told to load the page again. */
const MAX_TOUCHED = 400;
const JSON_BATCH = 1_000;

export interface HubLimits {
  heartbeat_ms: number;
  connections: number;
}
const LIMITS: HubLimits = { heartbeat_ms: HEARTBEAT_MS, connections: MAX_CONNECTIONS };

export interface OpenStream extends StreamParams {
  since: number;
  /** The page had a stream before: it may hold views that went on without it. */
  again: boolean;
  build: string | null;
  /** Asked with every heartbeat. */
  caller?: CallerWatch;
}

export class StreamHub {
  private readonly lanes = new Map<Topic, SessionLane>();
  private readonly connections = new Set<Connection>();
  private readonly callers = new WeakMap<Connection, CallerWatch>();
  private readonly desk: DeskRefresh;
  private readonly heartbeat: ReturnType<typeof setInterval>;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly core: Core,
    /** Identifies code and assets: a page of another build loads itself again. */
    private readonly build: string,
    private readonly limits: HubLimits = LIMITS,
  ) {
    this.desk = new DeskRefresh(core, () => [...this.connections].filter((c) => !c.params.json));
    this.unsubscribe = core.journal.subscribe((events) => this.hear(events));
    this.heartbeat = setInterval(() => this.beat(), limits.heartbeat_ms);
    this.heartbeat.unref();
  }

  close(): void {
    clearInterval(this.heartbeat);
    this.unsubscribe();
    this.desk.close();
    for (const connection of [...this.connections]) connection.close();
  }

  get size(): number {
    return this.connections.size;
  }

  /** Null when there are too many streams. */
  open(params: OpenStream, signal: AbortSignal): Response | null {
    if (this.connections.size >= this.limits.connections) return null;
    const connection = new Connection(params, signal, (c) => this.forget(c));
    if (connection.closed) return connection.response;
    this.connections.add(connection);
    if (params.caller) this.callers.set(connection, params.caller);
    if (params.session_id && !params.json) this.lane(sessionTopic(params.session_id)).connections.add(connection);
    // A first byte at once: proxies and browsers then know that the stream stands.
    connection.sendEvent(
      "hello",
      JSON.stringify({ head: this.core.journal.published, epoch: this.core.journal.epoch }),
    );
    void this.begin(connection, params).catch((error) => {
      this.core.log.warn("stream.begin_failed", { error });
      connection.close();
    });
    return connection.response;
  }

  private hear(events: readonly JournalEvent[]): void {
    for (const event of events) {
      if (event.topic !== DESK && this.wanted(event)) this.lane(event.topic).push(event);
      this.desk.note(event);
    }
    const clients = [...this.connections].filter((c) => c.params.json);
    if (clients.length > 0) for (const event of events) sendJson(clients, event);
  }

  /** A session that nobody watches still needs its open parts followed, so that a watcher can join in the middle. */
  private wanted(event: JournalEvent): boolean {
    return this.lanes.has(event.topic) || event.kind === "part.opened";
  }

  private lane(topic: Topic): SessionLane {
    const there = this.lanes.get(topic);
    if (there) return there;
    for (const [t, lane] of this.lanes) if (lane.idle) this.lanes.delete(t);
    const sessionId = topic.slice("session:".length);
    let project: string | null = null;
    // Patiently: a part that is not followed from its beginning would stand still on every page until it closes.
    const projectId = async () => {
      project ??= (await steady(this.core, () => findSession(this.core.sql, sessionId)))?.project_id ?? "";
      return project;
    };
    const part = (id: string) => steady(this.core, () => findPart(this.core.sql, id));
    const lane = new SessionLane(projectId, part, createEventRenderer(this.core, sessionId), this.core.log);
    this.lanes.set(topic, lane);
    return lane;
  }

  private forget(connection: Connection): void {
    this.connections.delete(connection);
    for (const lane of this.lanes.values()) lane.connections.delete(connection);
  }

  private async begin(connection: Connection, params: OpenStream): Promise<void> {
    if (params.json) return this.beginJson(connection, params);
    const topics = topicsOf(params);
    const caught = await snapshot(this.core.sql, async (tx, head) => {
      if (this.isForeign(params, head)) return null;
      if (params.since === head.seq && !params.again) {
        await beginArrangement(this.core, tx, connection, head.seq, false);
        return { seq: head.seq, html: "" };
      }
      const touched = await readTouched(tx, params.since, head.seq, topics, MAX_TOUCHED + 1);
      if (touched.length > MAX_TOUCHED) return null;
      return { seq: head.seq, html: await renderCatchUp(this.core, tx, connection, head.seq, touched) };
    });
    if (caught) connection.goLive(caught.seq, caught.html);
    else this.reset(connection);
  }

  /** Older than what is kept, newer than what exists (a restored backup), or of another build. */
  private isForeign(params: OpenStream, head: { seq: number; floor: number }): boolean {
    return (
      params.since < head.floor || params.since > head.seq || (params.build !== null && params.build !== this.build)
    );
  }

  private reset(connection: Connection): void {
    connection.sendEvent("reset", "{}");
    connection.close();
  }

  /**
   * For clients: the journal's events themselves, first those after the cursor up to a head, then those after it, which
   * were held back meanwhile. All pages of the first part are of one snapshot: retention may delete behind our back.
   */
  private async beginJson(connection: Connection, params: OpenStream): Promise<void> {
    const topics = topicsOf(params);
    const head = await snapshot(this.core.sql, async (_tx, h) => h);
    // Who asks from 0 on has read nothing that could be missed: everything that is still kept.
    const since = params.since === 0 ? head.floor : params.since;
    if (this.isForeign({ ...params, since }, head)) return this.reset(connection);
    for (let at = since; ; ) {
      const events = await this.readOn(at, head.seq, topics);
      if (events === null) return this.reset(connection);
      for (const event of events) {
        connection.sendEvent(event.kind, JSON.stringify(event), event.seq);
        if (connection.crowded) await connection.room();
      }
      at = events.at(-1)?.seq ?? at;
      if (events.length < JSON_BATCH || connection.closed) break;
    }
    connection.goLive(head.seq, "");
  }

  /** Null when retention overtook a reader that is too slow. */
  private readOn(after: number, upto: number, topics: readonly Topic[]): Promise<JournalEvent[] | null> {
    return snapshot(this.core.sql, async (tx, head) => {
      if (after < head.floor) return null;
      const events = await readEvents(tx, after, JSON_BATCH, topics);
      const beyond = events.findIndex((event) => event.seq > upto);
      return beyond < 0 ? events : events.slice(0, beyond);
    });
  }

  /** Carries the position along where nothing is on its way, so that an idle tab does not fall below the floor. */
  private beat(): void {
    const published = this.core.journal.published;
    for (const connection of this.connections) {
      // Who comes back is sent to the login page.
      void this.callers
        .get(connection)?.()
        .then((there) => there || connection.close());
      const { session_id, json } = connection.params;
      const lane = session_id && !json ? this.lanes.get(sessionTopic(session_id)) : null;
      const quiet = connection.live && (lane ? lane.quiet : true);
      connection.sendEvent(
        "heartbeat",
        JSON.stringify({ at: Date.now() }),
        quiet ? Math.max(published, connection.told) : undefined,
      );
    }
  }
}

const topicsOf = ({ session_id }: StreamParams): Topic[] => (session_id ? [sessionTopic(session_id), DESK] : [DESK]);

function sendJson(clients: readonly Connection[], event: JournalEvent): void {
  const text = JSON.stringify(event);
  for (const c of clients) if (topicsOf(c.params).includes(event.topic)) c.sendJson(event.seq, event.kind, text);
}
