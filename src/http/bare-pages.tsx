/** Pages outside the frame: signing in, and errors, which must not need the database to be drawn. */
import { AWAY_REFRESH_S, BareErrorContent, DatabaseAwayContent, ErrorNote } from "../../views/errors/error.tsx";
import { BarePage } from "../../views/layout/page.tsx";
import { LoginContent } from "../../views/login/login.tsx";
import type { Frame } from "../domain/page.ts";
import { LOGIN_DAYS } from "../engine/access.ts";
import type { Assets } from "./assets.ts";
import { DATABASE_AWAY, type ErrorInfo, type ErrorViews } from "./errors.ts";
import type { LoginProps } from "./routes/login.ts";

/** A frame with nothing in it, for pages without sidebar and stream. */
export function bareFrame(assets: Assets, path: string): Frame {
  return {
    nav: { projects: [], running: [], needs: 0 },
    stream: null,
    asset: (name) => assets.url(name),
    who: null,
    can_sign_out: false,
    now: Date.now(),
    path,
  };
}

/** Error pages and notes of createServer. */
export function bareErrorViews(assets: Assets): ErrorViews {
  return {
    page: (info) => errorPage(bareFrame(assets, "/"), info),
    fragment: (info) => String(<ErrorNote message={info.message} passing={info.status === 409} />),
  };
}

/** The page of loginRoutes. */
export function loginPage(assets: Assets): (props: LoginProps) => string {
  return ({ next, error, host }) =>
    (
      <BarePage frame={bareFrame(assets, "/login")} title="Sign in">
        <LoginContent host={host} error={error} next={next} days={LOGIN_DAYS} />
      </BarePage>
    ) as string;
}

function errorPage(frame: Frame, info: ErrorInfo): string {
  const at = new Date(frame.now);
  if (info.message === DATABASE_AWAY)
    return (
      <BarePage frame={frame} title="The database is away" refresh_s={AWAY_REFRESH_S}>
        <DatabaseAwayContent request_id={info.request_id} at={at} />
      </BarePage>
    ) as string;
  return (
    <BarePage frame={frame} title={`Error ${info.status}`}>
      <BareErrorContent status={info.status} message={info.message} request_id={info.request_id} at={at} />
    </BarePage>
  ) as string;
}
