/** Signing in with an access token (token mode). */
import { attr } from "../ui/attr.ts";
import { Icon } from "../ui/icons.tsx";
import { urls } from "../urls.ts";

interface ContentProps {
  /** Host the browser asked for. */
  host: string;
  error: string | null;
  /** Path to go back to after signing in; our own paths only, the server checks. */
  next?: string | undefined;
  /** How long a browser stays signed in, in days. */
  days?: number;
}

/** Everything inside `main` of a bare page. */
export function LoginContent({ host, error, next, days = 30 }: ContentProps) {
  return (
    <div class="center page">
      <form class="login" method="post" action={urls.login}>
        <h1 class="vh">Sign in to BooCode</h1>
        <p class="brandline">
          <Icon name="ghost" />
          <b>BooCode</b>
          <span class="dim cut" safe>
            {`on ${host}`}
          </span>
        </p>
        {next ? <input type="hidden" name="next" value={attr(next)} /> : ""}
        <label class="field">
          <span>Access token</span>
          <input
            class="input input-code"
            type="password"
            name="token"
            required
            autofocus
            autocomplete="current-password"
            aria-invalid={error ? "true" : undefined}
            aria-describedby={error ? "login-error" : "login-help"}
          />
        </label>
        {error ? (
          <p class="note-bad" id="login-error" role="alert" safe>
            {error}
          </p>
        ) : (
          ""
        )}
        <button type="submit" class="btn btn-go">
          Sign in
        </button>
        <p class="dim" id="login-help">
          No token? Run <code>bun src/main.ts token</code> on the server; it prints one. This browser stays signed in
          for <span safe>{`${days} days`}</span>. Runs go on while you are signed out.
        </p>
      </form>
    </div>
  );
}
