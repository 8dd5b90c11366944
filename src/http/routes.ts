/** All routes of the server, in one place, so that a test can walk them. */
import type { AnyElysia } from "elysia";
import { agentRoutes } from "./routes/agents.ts";
import { applyRoutes } from "./routes/applies.ts";
import { artifactRoutes } from "./routes/artifacts.tsx";
import { assetRoutes } from "./routes/assets.ts";
import { attachmentRoutes } from "./routes/attachments.tsx";
import { changeRoutes } from "./routes/changes.tsx";
import { chatRoutes } from "./routes/chats.tsx";
import { deskRoutes } from "./routes/desk.tsx";
import { fileRoutes } from "./routes/files.tsx";
import { finishRoutes } from "./routes/finish.tsx";
import { gitRoutes } from "./routes/git.tsx";
import { healthRoutes } from "./routes/health.ts";
import { keptRoutes } from "./routes/kept.tsx";
import { loginRoutes } from "./routes/login.ts";
import { mcpRoutes } from "./routes/mcp.tsx";
import { messageRoutes } from "./routes/messages.tsx";
import { openapiRoutes } from "./routes/openapi.tsx";
import { paletteRoutes } from "./routes/palette.tsx";
import { permitRoutes } from "./routes/permits.ts";
import { personaRoutes } from "./routes/personas.ts";
import { processRoutes } from "./routes/processes.tsx";
import { projectRoutes } from "./routes/projects.tsx";
import { providerRoutes } from "./routes/providers.tsx";
import { railRoutes } from "./routes/rail.tsx";
import { requestRoutes } from "./routes/requests.tsx";
import { reviewRoutes } from "./routes/review.tsx";
import { runRoutes } from "./routes/runs.ts";
import { searchRoutes } from "./routes/search.tsx";
import { sessionRoutes } from "./routes/sessions.tsx";
import { drawSettings, settingsRoutes } from "./routes/settings.tsx";
import { skillRoutes } from "./routes/skills.tsx";
import { streamRoutes } from "./routes/stream.ts";
import { terminalRoutes } from "./routes/terminals.tsx";
import { tokenRoutes } from "./routes/tokens.ts";
import { treeRoutes } from "./routes/tree.tsx";
import { usageRoutes } from "./routes/usage.tsx";
import { workspaceRoutes } from "./routes/workspace.tsx";
import { worktreeRoutes } from "./routes/worktrees.tsx";
import type { Web } from "./web.ts";

export function addRoutes(app: AnyElysia, web: Web, login: Parameters<typeof loginRoutes>[0]): AnyElysia {
  const tokensPage: Parameters<typeof tokenRoutes>[0]["page"] = ({ secret }, request) =>
    drawSettings(web, request, secret ? { made: { label: "", token: secret } } : {});
  return app
    .use(assetRoutes(web.assets))
    .use(loginRoutes(login))
    .use(tokenRoutes({ core: web.core, page: tokensPage }))
    .use(deskRoutes(web))
    .use(projectRoutes(web))
    .use(fileRoutes(web))
    .use(treeRoutes(web))
    .use(gitRoutes(web))
    .use(railRoutes(web))
    .use(sessionRoutes(web))
    .use(workspaceRoutes(web))
    .use(artifactRoutes(web))
    .use(attachmentRoutes(web))
    .use(chatRoutes(web))
    .use(changeRoutes(web))
    .use(applyRoutes(web))
    .use(messageRoutes(web))
    .use(terminalRoutes(web))
    .use(paletteRoutes(web))
    .use(searchRoutes(web))
    .use(usageRoutes(web))
    .use(skillRoutes(web))
    .use(personaRoutes(web))
    .use(reviewRoutes(web))
    .use(runRoutes(web))
    .use(requestRoutes(web))
    .use(permitRoutes(web))
    .use(settingsRoutes(web))
    .use(providerRoutes(web))
    .use(mcpRoutes(web))
    .use(worktreeRoutes(web))
    .use(finishRoutes(web))
    .use(processRoutes(web))
    .use(agentRoutes(web))
    .use(streamRoutes(web))
    .use(healthRoutes(web))
    .use(keptRoutes(web))
    .use(openapiRoutes(web, app)) as unknown as AnyElysia;
}
