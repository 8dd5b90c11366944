/** Agents of chats: who answers, in which mode, with which model. */
import { Elysia } from "elysia";
import { z } from "zod";
import { urls } from "../../../views/urls.ts";
import { agentOfChat, changeAgent } from "../../engine/dispatch/picks.ts";
import { notFound } from "../../lib/errors.ts";
import { findChat } from "../../store/chats.ts";
import { parseBody } from "../body.ts";
import { describing } from "../describe.ts";
import { answerPost, jsonAnswer, seeOther, wants } from "../respond.ts";
import type { Web } from "../web.ts";

const aboutChat = describing("chats");
const pick = z.string().max(300).optional();
const Picks = z.object({
  provider: z.string().max(40).optional(),
  mode: pick.describe("plan, ask, bypass, or the agent's own; empty: what it begins with."),
  model: pick.describe("Empty: what it begins with."),
  thinking: pick,
});
const AGENT = { chat: "Chat", provider: "Provider|null", picks: "AgentSession|null" } as const;

export function agentRoutes(web: Web) {
  return new Elysia()
    .get(
      "/chats/:id/agent",
      ({ request, params }) => show(web, request, params.id),
      aboutChat({ summary: "Who answers the coming messages, and what was picked for it.", answers: { 200: AGENT } }),
    )
    .put(
      "/chats/:id/agent",
      async ({ request, params }) => jsonAnswer(request, await change(web, request, params.id)),
      aboutChat({
        summary: "Picks who answers the coming messages of a coder's chat, in which mode, with which model.",
        body: Picks,
        answers: { 200: AGENT },
      }),
    )
    .post(
      "/chats/:id/agent",
      async ({ request, params }) => {
        const changed = await change(web, request, params.id);
        return answerPost(request, { json: () => Response.json(changed), url: urls.chat(params.id) });
      },
      aboutChat({
        summary: "Picks who answers.",
        body: Picks,
        answers: { 200: AGENT },
        form_of: "PUT /chats/:id/agent",
      }),
    );
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const chat = await findChat(web.core.sql, id);
  if (!chat) throw notFound("chat");
  if (wants(request) === "page") return seeOther(urls.chat(id));
  const { provider, picks } = await agentOfChat(web.core, web.core.sql, chat);
  return jsonAnswer(request, { chat, provider, picks });
}

async function change(web: Web, request: Request, id: string) {
  const { chat, agent } = await changeAgent(web.core, id, await parseBody(request, Picks));
  return { chat, provider: agent.provider, picks: agent.picks };
}
