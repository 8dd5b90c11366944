/**
 * The living side of terminals: what tmux says about each, held beside the rows, and the viewers who look on. tmux is
 * asked when something happened (a hook, output, input), at most once in REFRESH_MS; idle terminals cost nothing.
 */
import { sessionTopic } from "../../domain/event.ts";
import {
  plainTitle,
  TERMINAL_COMMAND_CHARS,
  type Terminal,
  type TerminalFacts,
  type TerminalNow,
} from "../../domain/terminal.ts";
import { withoutLauncher } from "../../drivers/tmux/launch.ts";
import { commandLine, foregroundOf, listPanes, type PaneFacts } from "../../drivers/tmux/panes.ts";
import { Tmux } from "../../drivers/tmux/server.ts";
import { limited, messageOf } from "../../lib/errors.ts";
import { exitTerminal, findTerminal, listOpenTerminals, noteTerminal } from "../../store/terminals.ts";
import { type Core, type Emit, transact } from "../core.ts";
import { Viewer, type ViewerEnd } from "./viewer.ts";
import { TmuxWatch } from "./watch.ts";

const REFRESH_MS = 1_000;
/** Output comes in bursts: what it did to the title, or to the command, is looked at when this long passed. */
const FIRST_MS = 200;
/** How long tmux may owe how a program ended; by time and not by looks, since every reader makes one. */
const UNDECIDED_MS = 2_000;
export const VIEWERS_PER_TERMINAL = 16;
export const VIEWERS_MAX = 120;

export class LiveTerminals {
  private made: Tmux | null = null;
  private watch: TmuxWatch | null = null;
  private readonly panes = new Map<string, PaneFacts & { running: string | null }>();
  private readonly viewers = new Map<string, Set<Viewer>>();
  /** How often terminals were seen closed without a word about their end. */
  private readonly undecided = new Map<string, number>();
  private readonly waiting = new Map<string, Set<(ended: Terminal | null) => void>>();
  /** Rows that tmux is about to have. */
  private readonly held = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private last = 0;
  private refreshing: Promise<void> | null = null;
  private closed = false;

  constructor(private readonly core: () => Core) {}

  /** Made when first needed: a server that never had a terminal makes no directory for them. */
  get tmux(): Tmux {
    this.made ??= new Tmux(this.core().config.home);
    return this.made;
  }

  factsOf(id: string): TerminalFacts | null {
    const pane = this.panes.get(id);
    if (!pane || pane.dead) return null;
    const { cols, rows, viewers, running, mouse, scrolled } = pane;
    return { cols, rows, viewers, running, mouse, scrolled };
  }

  now(terminal: Terminal): TerminalNow {
    const output_at = this.panes.get(terminal.id)?.output_at ?? terminal.output_at;
    return { ...terminal, output_at, live: terminal.state === "open" ? this.factsOf(terminal.id) : null };
  }

  /** Its screen as text; null when tmux does not have it. */
  async screenOf(terminal: Terminal): Promise<string | null> {
    return Tmux.wasUsed(this.core().config.home) ? this.tmux.screen(terminal.id) : null;
  }

  /** Where its foreground program is; the terminal's own directory when that is not known. */
  directoryOf(terminal: Terminal): string {
    return this.panes.get(terminal.id)?.cwd || terminal.directory;
  }

  /** Writes a row and starts its shell: who looks meanwhile does not take it for one that exited. */
  async whileStarting<T>(id: string, work: () => Promise<T>): Promise<T> {
    this.held.add(id);
    try {
      return await work();
    } finally {
      this.held.delete(id);
    }
  }

  /** A server of ours runs from now on. */
  started(): void {
    this.watch ??= new TmuxWatch(this.tmux, () => this.poke());
    this.watch.ensure();
  }

  /** Somebody looks on. Throws `limit` when too many do. */
  view(terminal: Terminal, end: ViewerEnd): Viewer {
    const here = this.viewers.get(terminal.id) ?? new Set();
    const all = [...this.viewers.values()].reduce((sum, set) => sum + set.size, 0);
    if (here.size >= VIEWERS_PER_TERMINAL || all >= VIEWERS_MAX)
      throw limited("Too many browsers look at terminals at once; close one.", undefined, 429);
    const viewer = new Viewer(terminal.id, this, end, () => this.left(terminal.id, here, viewer));
    here.add(viewer);
    this.viewers.set(terminal.id, here);
    viewer.tell(this.now(terminal));
    return viewer;
  }

  /** Somebody's screen decides how large it is. */
  isSized(id: string): boolean {
    return [...(this.viewers.get(id) ?? [])].some((viewer) => viewer.counts);
  }

  private left(id: string, here: Set<Viewer>, viewer: Viewer): void {
    here.delete(viewer);
    if (here.size === 0) this.viewers.delete(id);
    // Without the one that it was as large as, it fits who came last.
    else if (!this.isSized(id)) [...here].at(-1)?.count();
    if (this.viewers.size === 0) void this.made?.unfollow();
  }

  /** tmux runs it again: viewers attach. */
  reopened(terminal: Terminal): void {
    for (const viewer of this.viewers.get(terminal.id) ?? []) viewer.reopen();
    this.poke();
  }

  /**
   * Resolves when what runs in it has ended, with the row as it then is; with null when the terminal is gone. `stop`
   * forgets it.
   */
  whenEnded(id: string): { ended: Promise<Terminal | null>; stop: () => void } {
    const { promise: ended, resolve } = Promise.withResolvers<Terminal | null>();
    const there = this.waiting.get(id) ?? new Set();
    this.waiting.set(id, there.add(resolve));
    const stop = () => {
      there.delete(resolve);
      if (there.size === 0) this.waiting.delete(id);
    };
    return { ended, stop };
  }

  /** The first process of its terminal; null when tmux does not have one that lives. */
  pidOf(id: string): number | null {
    const pane = this.panes.get(id);
    return pane && !pane.dead ? pane.pid : null;
  }

  /** It is gone for good: viewers are told and let go. */
  gone(id: string): void {
    this.panes.delete(id);
    for (const wake of this.waiting.get(id) ?? []) wake(null);
    for (const viewer of [...(this.viewers.get(id) ?? [])]) viewer.end("gone", "This terminal was ended.");
  }

  /** Something may have changed: asks tmux soon, once for many. */
  poke(): void {
    if (this.closed || this.timer) return;
    const wait = Math.max(FIRST_MS, this.last + REFRESH_MS - Date.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.refresh().catch((error) => {
        this.core().log.warn("terminals.refresh_failed", { error: messageOf(error) });
        this.poke();
      });
    }, wait);
  }

  /** Asks tmux now, and writes down what is new. One at a time; who asks meanwhile gets one that began after. */
  async refresh(): Promise<void> {
    while (this.refreshing) await this.refreshing;
    if (this.closed) return;
    this.refreshing = this.look().finally(() => {
      this.refreshing = null;
      this.last = Date.now();
    });
    await this.refreshing;
  }

  private async look(): Promise<void> {
    const held = new Set(this.held);
    const rows = (await listOpenTerminals(this.core().sql)).filter((row) => !held.has(row.id));
    // While somebody looks on, there is a question a second.
    const watched = rows.find(({ id }) => this.viewers.has(id));
    if (watched && !this.closed) this.tmux.follow(watched.id);
    const found = rows.length > 0 || this.panes.size > 0 ? await listPanes(this.tmux) : [];
    const panes = new Map((found ?? []).map((pane) => [pane.id, pane]));
    for (const id of [...this.panes.keys()]) if (!panes.has(id)) this.panes.delete(id);
    for (const row of rows) {
      const pane = panes.get(row.id);
      if (pane && !pane.dead) await this.seen(row, pane);
      else if (pane && this.isUndecided(pane)) this.poke();
      else await this.exited(row, pane ?? null);
    }
  }

  /** tmux sees the terminal close a moment before it learns how its program ended. */
  private isUndecided({ id, exit_code, exit_signal }: PaneFacts): boolean {
    const since = this.undecided.get(id) ?? Date.now();
    const owes = exit_code === null && exit_signal === null && Date.now() - since < UNDECIDED_MS;
    if (owes) this.undecided.set(id, since);
    else this.undecided.delete(id);
    return owes;
  }

  private async exited(row: Terminal, pane: PaneFacts | null): Promise<void> {
    this.panes.delete(row.id);
    const ended = await transact(this.core(), async (tx, emit) => {
      const now = await exitTerminal(tx, row.id, {
        exit_code: pane?.exit_code ?? null,
        exit_signal: pane?.exit_signal ?? null,
      });
      if (now) emitTerminal(emit, now);
      return now;
    });
    if (!ended) return;
    this.tell(ended);
    for (const wake of this.waiting.get(row.id) ?? []) wake(ended);
  }

  private async seen(row: Terminal, pane: PaneFacts): Promise<void> {
    const owned = row.target !== null || row.argv !== null;
    const command_line = withoutLauncher((await (owned ? commandLine : foregroundOf)(pane.pid)) ?? "");
    const running = plainTitle(command_line, TERMINAL_COMMAND_CHARS) || null;
    const before = this.panes.get(row.id);
    this.panes.set(row.id, { ...pane, running });
    const title = plainTitle(pane.title) || null;
    const command = owned ? null : running;
    const named = title !== row.title || (command !== null && command !== row.command);
    let now = row;
    if (named || before?.running !== running) {
      now = await transact(this.core(), async (tx, emit) => {
        const noted = await noteTerminal(tx, row.id, { title, command, output_at: pane.output_at });
        if (noted) emitTerminal(emit, noted);
        return noted ?? row;
      });
    }
    this.tell(now);
  }

  private tell(terminal: Terminal): void {
    const now = this.now(terminal);
    for (const viewer of this.viewers.get(terminal.id) ?? []) viewer.tell(now);
  }

  /** Its attach client ended by itself: whether there is something to attach to is asked before it tries again. */
  async stillOpen(id: string): Promise<boolean> {
    await this.refresh();
    return (await findTerminal(this.core().sql, id))?.state === "open" && this.panes.has(id);
  }

  /** Lets go of every viewer; tmux and what runs in it stay. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    for (const set of [...this.viewers.values()])
      for (const viewer of [...set]) viewer.end("away", "The server is stopping; terminals go on.");
    await this.refreshing?.catch(() => {});
    await Promise.all([this.made?.unfollow(), this.watch?.close()]);
  }
}

export function emitTerminal(emit: Emit, terminal: Pick<Terminal, "id" | "session_id">): void {
  emit({
    topic: sessionTopic(terminal.session_id),
    kind: "terminal.changed",
    payload: { terminal_id: terminal.id, session_id: terminal.session_id },
  });
}
