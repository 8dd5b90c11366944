/** What the palette finds. */
export type PaletteKind = "session" | "chat" | "project" | "file" | "action" | "command";

export interface PaletteItem {
  kind: PaletteKind;
  title: string;
  /** Where it belongs: a project's name, a directory. */
  hint: string;
  url: string;
  /** A file that can open in a tab of this session instead of a page. */
  tab?: { session_id: string; path: string };
  /** What goes to the front of the field of this chat, where it is on the page. */
  insert?: { chat_id: string; text: string };
}

/** What the first character of the query asks for alone. */
export type PaletteMode = "all" | "actions" | "files" | "sessions" | "commands";
export const PALETTE_MODES: Record<string, PaletteMode> = {
  ">": "actions",
  "@": "files",
  "#": "sessions",
  "/": "commands",
};

export const PALETTE_LIMIT = 12;
