export interface Session {
  id: string;
  project_id: string;
  title: string;
  /** A human's title is never overwritten. */
  titled_by: "auto" | "human";
  provider: string;
  model: string | null;
  web_tools: boolean;
  archived_at: Date | null;
  created_at: Date;
  /** Last message or run; the sidebar's order. */
  active_at: Date;
}
export const TITLE_LIMIT_CHARS = 200;
