/** What routes need beside the request: the engine, the stream hub, the assets, and how to draw a frame. */

import { urls } from "../../views/urls.ts";
import type { Frame } from "../domain/page.ts";
import type { Core } from "../engine/core.ts";
import type { At } from "../engine/pages.ts";
import type { Palette } from "../engine/palette.ts";
import type { Highlighter } from "../lib/highlighter.ts";
import type { Assets } from "./assets.ts";
import { identityOf } from "./request.ts";
import type { StreamHub } from "./stream/hub.ts";

export interface Web {
  core: Core;
  hub: StreamHub;
  palette: Palette;
  assets: Assets;
  /** Colours of whole files, made beside the event loop. */
  highlighter: Highlighter;
  /** Identifies code and assets; a page of another build loads itself again. */
  build: string;
  /** Facts of this server for onboarding and settings. */
  facts: ServerFacts;
}

export interface ServerFacts {
  version: string;
  /** e.g. "18.4" */
  postgres: string;
  embedded: boolean;
  tools: { name: string; version: string | null }[];
}

/** The frame of a page that was read at `at`; its stream goes on exactly there. */
export function frameFor(
  web: Web,
  request: Request,
  at: At,
  shown: { session?: string; chat?: string; page?: string } = {},
): Frame {
  const who = identityOf(request);
  return {
    nav: at.nav,
    stream: urls.stream({ ...shown, since: at.head, build: web.build }),
    asset: (name) => web.assets.url(name),
    who: who?.name ?? null,
    can_sign_out: who?.mode === "token",
    now: Date.now(),
    path: new URL(request.url).pathname,
    look: at.look,
  };
}
