/** A rule's subject is at most this long, so that it fits an index; what is longer is asked every time. */
export const SUBJECT_LIMIT_CHARS = 800;

/** A rule: an answer given for always. It fits one provider in one project, and exactly one command or path. */
export interface Rule {
  id: string;
  provider: string;
  project_id: string;
  tool_kind: string;
  /** The normalised command or path; never a pattern. */
  subject: string;
  effect: "allow" | "deny";
  /** The request whose answer made it; null once that is gone. */
  request_id: string | null;
  created_at: Date;
}
