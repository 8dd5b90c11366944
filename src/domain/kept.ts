/** Conversations that an agent keeps on disk by itself. */

export interface Kept {
  /** Its name on the agent's side. */
  id: string;
  title: string | null;
  cwd: string;
  updated_at: Date | null;
  /** The chat that it is already. */
  chat_id: string | null;
}

export interface KeptList {
  provider: string;
  label: string;
  /** What the agent offers: without `list` there is nothing to see, without `load` nothing to adopt. */
  can: { list: boolean; load: boolean };
  conversations: Kept[];
}
