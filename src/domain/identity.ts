/** Who calls, and how the call came in. */
import type { Via } from "./run.ts";

export type AuthMode = "loopback" | "token" | "proxy";

export interface Identity {
  mode: AuthMode;
  /** The proxy's user, or the label of the token; null in loopback mode, where any local caller is the developer. */
  name: string | null;
  /** Token that was shown, or that the browser signed in with; null in the other modes. */
  token_id: string | null;
  /** Stored with every answer and apply. */
  via: Via;
}

/** An access token as it is listed; the secret itself is shown once and never stored. */
export interface AccessToken {
  id: string;
  label: string;
  created_at: Date;
  /** Exact to about a minute. */
  last_used_at: Date | null;
  revoked_at: Date | null;
}
export const TOKEN_LABEL_CHARS = 80;
