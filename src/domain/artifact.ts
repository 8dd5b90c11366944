/** An answer opened by itself: its Markdown, and the HTML document in it if it has exactly one. */
export interface Artifact {
  message_id: string;
  chat_id: string;
  project_id: string;
  title: string;
  markdown: string;
  /** Shown in a sandbox without our origin; null when the answer holds no single HTML document of at most 1 MB. */
  html: string | null;
  created_at: Date;
}
