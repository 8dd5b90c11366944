/** A grant: the right of a session to read a directory beside its project, given by a human. */
export interface Grant {
  id: string;
  session_id: string;
  /** Real path of the directory. */
  path: string;
  /** Why the model asked for it. */
  reason: string;
  /** The request that was answered; null once that is gone. */
  request_id: string | null;
  created_at: Date;
}

/** What reading a path would take: nothing more, or a grant of the directory around it. */
export type Reach = { readable: true } | { readable: false; path: string; project_id: string | null };

export const REASON_LIMIT_CHARS = 300;
