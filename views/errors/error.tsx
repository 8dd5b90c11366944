/** Error pages: what happened, what was kept, what to do, and the request's id to find it in the log. */
import type { Children } from "@kitajs/html";
import { MenuButton } from "../layout/header.tsx";
import { Glyph, Icon, StatusWord } from "../ui/icons.tsx";
import { Clock } from "../ui/time.tsx";
import { urls } from "../urls.ts";

export interface ErrorAction {
  label: string;
  href: string;
}
export interface ErrorProps {
  status: number;
  /** Derived from the status when left out. */
  title?: string;
  message: string;
  request_id: string;
  at: Date;
  /** What survived, a sentence each. */
  kept?: string[];
  /** Ways forward; the first is the primary one. The desk is offered by itself. */
  actions?: ErrorAction[];
}

/** Inside `main` of a page with the sidebar. */
export function ErrorContent(props: ErrorProps) {
  return (
    <>
      <header class="bar">
        <MenuButton />
        <b class="cut" safe>
          {SHORT[props.status] ?? "Failed"}
        </b>
        <span class="grow"></span>
        <StatusWord status="failed" word={String(props.status)} />
      </header>
      <ErrorBody {...props} />
    </>
  );
}

/** Inside `main` of a bare page: when there is no sidebar to show, as while the database is away. */
export function BareErrorContent(props: ErrorProps) {
  return <ErrorBody {...props} />;
}

/** Seconds after which the page shown while the database is away loads itself again. */
export const AWAY_REFRESH_S = 5;

/** The database does not answer: everything else waits for it. For a bare page with refresh_s={AWAY_REFRESH_S}. */
export function DatabaseAwayContent({ request_id, at }: Pick<ErrorProps, "request_id" | "at">) {
  return (
    <ErrorBody
      status={503}
      title="The database is away"
      message={`BooCode runs, but its database does not answer. This page tries again by itself every ${AWAY_REFRESH_S} s.`}
      request_id={request_id}
      at={at}
      kept={[
        "Everything stored before is in the database and comes back with it.",
        "A draft you were writing is kept in this browser.",
      ]}
      actions={[]}
      again
    />
  );
}

/** Fragment for a refused htmx action. One that only `passing` things stand in the way of goes when they have passed. */
export function ErrorNote({ message, passing }: { message: string; passing: boolean }) {
  return (
    <p class={`note-bad${passing ? " passing" : ""}`} safe>
      {message}
    </p>
  );
}

const SHORT: Record<number, string> = {
  401: "Signed out",
  403: "Refused",
  404: "Not found",
  409: "Changed meanwhile",
  413: "Too large",
  422: "Not accepted",
  429: "Too many",
  500: "Failed",
  503: "Away",
};
const TITLES: Record<number, string> = {
  401: "You are not signed in",
  403: "This was refused",
  404: "There is nothing at this address",
  409: "Somebody changed this meanwhile",
  413: "That is too large",
  422: "That could not be taken",
  429: "Too many requests",
  500: "This page could not be made",
  503: "Something BooCode needs is away",
};
const ADVICE: Record<number, string> = {
  403: "If you came from another site, open BooCode from its own address. If a proxy stands before it, its host name must be allowed (BOOCODE_ALLOWED_HOSTS).",
  404: "It may have been deleted, or the address was cut when it was copied.",
  409: "Load the page again: it shows the state as it is now.",
  422: "Go back: your browser keeps what you typed.",
  500: "The cause is in the server's log under the request's id. Loading the page again is safe.",
  503: "It is tried again with the next request; nothing needs to be restarted by hand.",
};

function ErrorBody(props: ErrorProps & { again?: boolean }) {
  const { status, request_id, at, message } = props;
  const title = props.title ?? TITLES[status] ?? "Something went wrong";
  return (
    <div class="center page">
      <div class="first">
        <p class="code-no">
          <span class="no" safe>
            {String(status)}
          </span>
          <span class="when">
            <Clock at={at} />, request <span safe>{request_id}</span>
          </span>
        </p>
        <h1 safe>{title}</h1>
        <p class="lead" safe>
          {message}
        </p>
        {props.kept?.length ? <Kept kept={props.kept} /> : ""}
        <section class="band" aria-labelledby="error-do-h">
          <header>
            <h2 id="error-do-h">What you can do</h2>
          </header>
          {ADVICE[status] && !props.again ? <p safe>{ADVICE[status] ?? ""}</p> : ""}
          <Actions {...props} />
        </section>
      </div>
    </div>
  );
}

function Kept({ kept }: { kept: string[] }) {
  return (
    <section class="band" aria-labelledby="error-kept-h">
      <header>
        <h2 id="error-kept-h">What was kept</h2>
      </header>
      <ul class="checks one">
        {kept.map((line) => (
          <li>
            <Glyph status="done" label="Kept" />
            <span safe>{line}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Actions({ actions = [], status, again }: ErrorProps & { again?: boolean }) {
  return (
    <div class="btns">
      {actions.map((action, index) => (
        <Button href={action.href} primary={index === 0}>
          <span safe>{action.label}</span>
        </Button>
      ))}
      {again || (status === 500 && actions.length === 0) ? (
        <Button href="" primary>
          <Icon name="refresh" />
          Load again
        </Button>
      ) : (
        ""
      )}
      {again ? (
        ""
      ) : status === 401 ? (
        <Button href={urls.login}>Sign in</Button>
      ) : (
        <Button href={urls.desk}>Go to the desk</Button>
      )}
    </div>
  );
}

/** An empty href is the address of this very page. */
function Button({ href, primary, children }: { href: string; primary?: boolean; children?: Children }) {
  return (
    <a class={primary ? "btn btn-go" : "btn"} href={href}>
      {children}
    </a>
  );
}
