/** Artifacts: an answer as a document, and the HTML page in it, in a sandbox that cannot reach our origin. */
import { Elysia } from "elysia";
import { z } from "zod";
import { ArtifactContent, ArtifactPane } from "../../../views/artifacts/artifact.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { readArtifact } from "../../engine/artifacts.ts";
import { framePage } from "../../engine/pages.ts";
import { notFound } from "../../lib/errors.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { foreignBytes } from "../headers.ts";
import { respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";

const about = describing("artifacts");
const Query = z.object({
  pane: flag.default(false).describe("Pages: without the frame."),
  source: flag.default(false).describe("Pages: the HTML as text."),
});

/** Scripts of the document run, with an origin of their own that is nobody's: no cookies, no storage, no network, no forms. */
const FRAME_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
  "x-frame-options": "SAMEORIGIN",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

export function artifactRoutes(web: Web) {
  return new Elysia()
    .get(
      "/artifacts/:id",
      ({ request, params }) => show(web, request, params.id),
      about({ summary: "An answer as a document.", query: Query, answers: { 200: { artifact: "Artifact" } } }),
    )
    .get(
      "/artifacts/:id/frame",
      async ({ params }) => {
        const { html } = await readArtifact(web.core, params.id);
        if (html === null) throw notFound("HTML document in this answer");
        return new Response(html, { headers: FRAME_HEADERS });
      },
      about({ summary: "The HTML document in it, sandboxed.", answers: {}, also: { "text/html": "The document." } }),
    )
    .get(
      "/artifacts/:id/file",
      async ({ params }) => {
        const { html, markdown, title } = await readArtifact(web.core, params.id);
        const stem = title.replace(/[^\p{L}\p{N} ._-]/gu, "").replace(/^[ .]+|[ .]+$/g, "") || "artifact";
        const name = `${stem}.${html === null ? "md" : "html"}`;
        return foreignBytes(html ?? markdown, { type: html === null ? "text/markdown" : "text/html", name });
      },
      about({
        summary: "It as a download.",
        answers: {},
        also: { "text/html": "The document.", "text/markdown": "The answer, when it holds none." },
      }),
    );
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const { pane, source } = parseQuery(request, Query);
  const artifact = await readArtifact(web.core, id);
  await loadHighlighter();
  return respond(request, {
    page: async () => {
      if (pane) return ArtifactPane({ artifact, source }) as string;
      const frame = frameFor(web, request, await framePage(web.core));
      return (
        <Page frame={frame} title={artifact.title} current={{ project_id: artifact.project_id }}>
          {ArtifactContent({ artifact, source }) as "safe"}
        </Page>
      ) as string;
    },
    json: () => ({ artifact }),
  });
}
