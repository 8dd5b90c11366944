/** The palette: goes to any session, chat, project or file, and knows what can be done. Ranked, tolerant to typing errors. */
import type { JournalEvent } from "../domain/event.ts";
import { PALETTE_LIMIT, PALETTE_MODES, type PaletteItem, type PaletteMode } from "../domain/palette.ts";
import { paneOf, tabsOf } from "../domain/pane.ts";
import type { Project } from "../domain/project.ts";
import { fuzzyRank, type Names, namesOf } from "../lib/fuzzy.ts";
import { readTitles, type TitleRow } from "../store/nav.ts";
import { listProjects } from "../store/projects.ts";
import { findSession } from "../store/sessions.ts";
import type { Core } from "./core.ts";
import { FileNames } from "./file-names.ts";
import { readLayout } from "./layout.ts";
import { projectOf } from "./projects.ts";
import { slashCommands, slashEverywhere } from "./slash.ts";

const TITLES_MAX = 20_000;
const RECENT = 8;
/** Lines of each sort where all sorts are shown, so that none pushes the others out. */
const PLACES_SHARE = 10;
const ACTIONS_SHARE = 5;
const FILES_SHARE = 9;

export interface PaletteQuery {
  text: string;
  /** The session whose page asks: its project's files are found too. */
  session_id: string | null;
}

export interface PaletteAnswer {
  mode: PaletteMode;
  items: PaletteItem[];
}

interface Links {
  session(id: string): string;
  chat(id: string): string;
  project(id: string): string;
  file(projectId: string, path: string): string;
  search(query: { q: string }): string;
  chatDraft(chatId: string, draft: string): string;
  skills: string;
}

/** Names in memory, read anew when something was renamed; one a server. */
export class Palette {
  private titles: Promise<{ rows: TitleRow[]; names: Names }> | null = null;
  private readonly files = new FileNames();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly core: Core,
    private readonly links: Links,
    /** What can be done from anywhere: label and where it is done. */
    private readonly actions: readonly PaletteItem[],
  ) {
    this.unsubscribe = core.journal.subscribe((events) => this.hear(events));
  }

  close(): void {
    this.unsubscribe();
  }

  private hear(events: readonly JournalEvent[]): void {
    if (events.some((e) => RENAMES.has(e.kind))) this.titles = null;
  }

  async find({ text, session_id }: PaletteQuery): Promise<PaletteAnswer> {
    const mode = PALETTE_MODES[text[0] ?? ""] ?? "all";
    const needle = (mode === "all" ? text : text.slice(1)).trim();
    if (mode === "commands") return { mode, items: await this.commands(session_id, needle) };
    const lists = await Promise.all([
      mode === "actions" || mode === "files" ? [] : this.places(needle, mode),
      mode === "all" || mode === "files"
        ? this.filesOf(session_id, needle, mode === "all" ? FILES_SHARE : PALETTE_LIMIT)
        : [],
    ]);
    const actions =
      mode === "all" || mode === "actions" ? pick(this.actions, (a) => a.title, needle, mode === "actions") : [];
    if (mode !== "all") return { mode, items: [...lists[0], ...actions, ...lists[1]].slice(0, PALETTE_LIMIT * 2) };
    const shares = [lists[0].slice(0, PLACES_SHARE), actions.slice(0, ACTIONS_SHARE), lists[1].slice(0, FILES_SHARE)];
    const items = [...writtenFirst(shares.flat(), needle), ...(needle === "" ? [] : [this.searchFor(needle)])];
    return { mode, items };
  }

  /** Last of all: what is called nothing may have been said. */
  private searchFor(needle: string): PaletteItem {
    const title = `Search everything for "${needle}"`;
    return { kind: "action", title, hint: "", url: this.links.search({ q: needle }) };
  }

  private async places(needle: string, mode: PaletteMode): Promise<PaletteItem[]> {
    const titles = await this.readTitles();
    const rows =
      needle === ""
        ? titles.rows.filter((t) => t.kind === "session").slice(0, RECENT)
        : fuzzyRank(titles.names, needle, mode === "all" ? PLACES_SHARE : PALETTE_LIMIT).map((at) => titles.rows[at]!);
    const found = rows.map(
      (t): PaletteItem => ({
        kind: t.kind,
        title: t.title,
        hint: t.project_name,
        url: t.kind === "session" ? this.links.session(t.id) : this.links.chat(t.id),
      }),
    );
    if (mode === "sessions") return found;
    const projects =
      needle === "" ? [] : pick(await listProjects(this.core.sql), (p) => `${p.name} ${p.path}`, needle, false);
    return [
      ...found,
      ...projects
        .slice(0, 4)
        .map((p): PaletteItem => ({ kind: "project", title: p.name, hint: p.path, url: this.links.project(p.id) })),
    ];
  }

  /** Of the chat that has the keyboard; they go into its field. */
  private async commands(sessionId: string | null, needle: string): Promise<PaletteItem[]> {
    const chatId = sessionId === null ? null : await this.focusedChat(sessionId);
    const found = chatId ? await slashCommands(this.core, chatId, needle) : await slashEverywhere(this.core, needle);
    return found.slice(0, PALETTE_LIMIT * 2).map((command) => {
      const text = `/${command.name} `;
      const item = { kind: "command", title: `/${command.name}`, hint: command.description } as const;
      if (chatId === null) return { ...item, url: this.links.skills };
      return { ...item, url: this.links.chatDraft(chatId, text), insert: { chat_id: chatId, text } };
    });
  }

  private async focusedChat(sessionId: string): Promise<string | null> {
    if (!(await findSession(this.core.sql, sessionId))) return null;
    const { layout } = await readLayout(this.core.sql, sessionId);
    const active = paneOf(layout, layout.focus)?.active;
    const content = tabsOf(layout).find((tab) => tab.number === active)?.content;
    return content?.kind === "chat" ? content.chat_id : null;
  }

  private readTitles() {
    this.titles ??= readTitles(this.core.sql, TITLES_MAX).then(
      (rows) => ({ rows, names: namesOf(rows.map((t) => `${t.title} ${t.project_name}`)) }),
      (error) => {
        this.titles = null;
        throw error;
      },
    );
    return this.titles;
  }

  private async filesOf(sessionId: string | null, needle: string, limit: number): Promise<PaletteItem[]> {
    if (!sessionId || needle === "") return [];
    const session = await findSession(this.core.sql, sessionId);
    if (!session) return [];
    const project: Project = await projectOf(this.core, session.project_id);
    const names = await this.files.of(project);
    return fuzzyRank(names, needle, limit).map((at) => {
      const path = names.texts[at]!;
      const cut = path.lastIndexOf("/") + 1;
      return {
        kind: "file",
        title: path.slice(cut),
        hint: path.slice(0, cut),
        url: this.links.file(project.id, path),
        tab: { session_id: sessionId, path },
      };
    });
  }
}

const RENAMES = new Set([
  "session.changed",
  "session.deleted",
  "chat.changed",
  "chat.deleted",
  "project.changed",
  "project.deleted",
]);

/** What has every word as it was typed comes before what is only like it, whatever its sort. */
function writtenFirst(items: readonly PaletteItem[], needle: string): PaletteItem[] {
  const words = needle.toLowerCase().split(/\s+/);
  const isWritten = ({ title, hint }: PaletteItem) => {
    const name = `${hint}${title} ${hint}`.toLowerCase();
    return words.every((word) => name.includes(word));
  };
  return [...items.filter(isWritten), ...items.filter((item) => !isWritten(item))];
}

function pick<T>(all: readonly T[], name: (item: T) => string, needle: string, allWhenEmpty: boolean): T[] {
  if (needle === "") return allWhenEmpty ? all.slice(0, PALETTE_LIMIT * 2) : [];
  return fuzzyRank(all.map(name), needle, PALETTE_LIMIT).map((at) => all[at]!);
}
