/** Conversations that agents have on disk for a project: listed, and adopted as chats. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { KeptContent } from "../../../views/projects/kept.tsx";
import { urls } from "../../../views/urls.ts";
import type { KeptList } from "../../domain/kept.ts";
import { adoptConversation, keptConversations } from "../../engine/dispatch/adopt.ts";
import { framePage } from "../../engine/pages.ts";
import { projectOf } from "../../engine/projects.ts";
import { listProviders } from "../../engine/providers/registry.ts";
import { AppError, invalid } from "../../lib/errors.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { answerPost, created, respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

const about = describing("projects");
const provider = z.string().max(40);
const Which = z.object({
  provider: provider.optional().describe("Whose. It is started, so this takes a few seconds."),
});
const Adopt = z.object({
  provider,
  conversation: z.string().min(1).max(500).describe("Its `id` in the list."),
  title: z.string().max(400).optional().describe("What the agent calls it by default."),
});

export function keptRoutes(web: Web) {
  return new Elysia()
    .get(
      "/projects/:id/conversations",
      ({ request, params }) => list(web, request, params.id),
      about({
        summary: "Conversations that an agent has on disk for the project's directory.",
        query: Which,
        answers: { 200: { kept: "KeptList" } },
      }),
    )
    .post(
      "/projects/:id/conversations",
      async ({ request, params }) => {
        const input = await parseBody(request, Adopt);
        const made = await adoptConversation(web.core, { ...input, project_id: params.id });
        const url = urls.chat(made.chat.id);
        return answerPost(request, {
          json: () => created(url, made),
          url: urls.session(made.session.id),
          navigate: true,
        });
      },
      about({
        summary: "Opens one as a coder's chat whose history is what the agent tells again.",
        body: Adopt,
        answers: { 201: { session: "Session", chat: "Chat" } },
      }),
    );
}

async function list(web: Web, request: Request, id: string): Promise<Response> {
  const { provider } = parseQuery(request, Which);
  const project = await projectOf(web.core, id);
  return respond(request, {
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      const providers = (await listProviders(web.core)).filter((p) => p.enabled && p.way === "acp");
      const { kept, problem } = provider ? await tried(web, id, provider) : { kept: null, problem: null };
      const children = KeptContent({ project, providers, provider: provider ?? null, kept, problem, now: frame.now });
      return Page({ frame, title: `Conversations of ${project.name}`, children }) as string;
    },
    json: async () => {
      if (!provider) throw invalid("Say whose conversations: ?provider=claude.", "provider");
      return { kept: await keptConversations(web.core, id, provider) };
    },
  });
}

/** An agent that cannot is a sentence on the page, where another one can be chosen. */
async function tried(
  web: Web,
  id: string,
  provider: string,
): Promise<{ kept: KeptList | null; problem: string | null }> {
  try {
    return { kept: await keptConversations(web.core, id, provider), problem: null };
  } catch (error) {
    if (error instanceof AppError && error.code !== "internal") return { kept: null, problem: error.message };
    throw error;
  }
}
