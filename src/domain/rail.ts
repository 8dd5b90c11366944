/** What the rail beside a session's panes shows; "off" folds it to its buttons. */
export const RAIL_PANELS = ["files", "git"] as const;
export type RailPanel = (typeof RAIL_PANELS)[number] | "off";

export const railPanel = (value: string | null | undefined): RailPanel | null =>
  value === "files" || value === "git" || value === "off" ? value : null;
