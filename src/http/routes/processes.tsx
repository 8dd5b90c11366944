/** Agents' processes: what runs, evidence that it lives, ending one, and what was left behind. */
import { Elysia } from "elysia";
import { Page } from "../../../views/layout/page.tsx";
import { ProcessesContent, ProcessesView } from "../../../views/processes/processes.tsx";
import { urls } from "../../../views/urls.ts";
import { agentProcesses, countStrays, endAgent, reapStrays } from "../../engine/dispatch/orphans.ts";
import { framePage } from "../../engine/pages.ts";
import { counted } from "../../lib/format.ts";
import { chatTitles } from "../../store/chats.ts";
import { describing } from "../describe.ts";
import { htmlAnswer, jsonAnswer, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

const about = describing("worktrees");

export function processRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.processes,
      ({ request }) => show(web, request),
      about({
        summary:
          "Live agents, with memory and processor time of everything each started, and when it said something last.",
        answers: { 200: { processes: "AgentProcess[]", strays: "integer" } },
      }),
    )
    .post(
      urls.processReaping,
      async ({ request }) => {
        const reaped = await reapStrays(web.core);
        const said = reaped === 0 ? "Nothing was left behind." : `Ended ${counted(reaped, "process", "processes")}.`;
        return answer(web, request, said, { reaped });
      },
      about({
        summary: "Ends what agents left behind: processes that bear our marker and are nobody's any more.",
        answers: { 200: { reaped: "integer" } },
      }),
    )
    .post(
      "/processes/:id/ending",
      async ({ request, params }) => {
        await endAgent(web.core, params.id);
        return answer(web, request, "Ended, with everything it started.", { ended: true });
      },
      about({
        summary:
          "Ends one agent with everything it started. A run that uses it is stopped first, and what came is kept.",
        answers: { 200: { ended: "boolean" } },
      }),
    );
}

async function factsOf(web: Web, said: string | null = null) {
  const processes = await agentProcesses(web.core);
  const chats = await chatTitles(
    web.core.sql,
    processes.map((one) => one.chat_id),
  );
  const strays = await countStrays(web.core);
  return { processes, chats, strays, most: web.core.config.agents_max, now: Date.now(), said };
}

async function show(web: Web, request: Request): Promise<Response> {
  const facts = await factsOf(web);
  return respond(request, {
    fragment: () => ProcessesView(facts) as string,
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return (
        <Page frame={frame} title="Processes">
          {ProcessesContent({ ...facts, now: frame.now }) as "safe"}
        </Page>
      ) as string;
    },
    json: () => ({ processes: facts.processes, strays: facts.strays }),
  });
}

async function answer(web: Web, request: Request, said: string, json: object): Promise<Response> {
  const form = wants(request);
  if (form === "page") return seeOther(urls.processes);
  if (form !== "fragment") return jsonAnswer(request, json);
  return htmlAnswer(request, ProcessesView(await factsOf(web, said)) as string);
}
