/** The only place that builds URLs. A test walks the route table and fails on one that no route answers. */
const q = (path: string, query: Record<string, string | number | undefined | null>) => {
  const pairs = Object.entries(query).filter(([, v]) => v !== undefined && v !== null && v !== "");
  return pairs.length ? `${path}?${pairs.map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`).join("&")}` : path;
};
const encodePath = (path: string) => path.split("/").map(encodeURIComponent).join("/");

export const urls = {
  desk: "/",
  onboarding: "/onboarding",
  login: "/login",
  logout: "/logout",
  settings: "/settings",
  /** `chat` names the chats whose transcripts the page shows; the others only send their status. */
  stream: (query: { session?: string; chat?: string; since: number; page?: string; build: string }) =>
    q("/stream", query),
  projects: "/projects",
  newProject: "/projects/new",
  project: (id: string) => `/projects/${id}`,
  /** The project's page with its archived sessions. */
  projectArchived: (id: string) => q(`/projects/${id}`, { archived: 1 }),
  projectName: (id: string) => `/projects/${id}/name`,
  projectRemoval: (id: string) => `/projects/${id}/removal`,
  projectSessions: (id: string) => `/projects/${id}/sessions`,
  /** A new session in the project that the form names. */
  sessions: "/sessions",
  newSession: (projectId?: string) => q("/sessions/new", { project: projectId }),
  directories: (path?: string) => q("/directories", { path }),
  file: (projectId: string, path: string, line?: number | null) =>
    `/projects/${projectId}/files/${encodePath(path)}${line ? `?line=${line}#L${line}` : ""}`,
  /** The part of a long file that starts at line `from`. */
  fileWindow: (projectId: string, path: string, from: number) =>
    q(`/projects/${projectId}/files/${encodePath(path)}`, { from: from > 1 ? from : undefined }),
  /** The same as a fragment for a pane. */
  filePane: (projectId: string, path: string, line?: number | null) =>
    q(`/projects/${projectId}/files/${encodePath(path)}`, { line, pane: 1 }),
  artifact: (messageId: string) => `/artifacts/${messageId}`,
  artifactPane: (messageId: string, source = false) =>
    q(`/artifacts/${messageId}`, { pane: 1, source: source ? 1 : null }),
  artifactSource: (messageId: string, source: boolean) => q(`/artifacts/${messageId}`, { source: source ? 1 : null }),
  /** The sandboxed document itself. */
  artifactFrame: (messageId: string) => `/artifacts/${messageId}/frame`,
  artifactFile: (messageId: string) => `/artifacts/${messageId}/file`,
  /** `tab` comes to the front on that page, without changing what is stored. */
  session: (id: string, tab?: number) => q(`/sessions/${id}`, { tab }),
  layout: (id: string) => `/sessions/${id}/layout`,
  layoutChanges: (id: string) => `/sessions/${id}/layout/changes`,
  sessionEdit: (id: string) => `/sessions/${id}/edit`,
  sessionTitle: (id: string) => `/sessions/${id}/title`,
  sessionArchive: (id: string) => `/sessions/${id}/archive`,
  sessionRemoval: (id: string) => `/sessions/${id}/removal`,
  sessionChats: (id: string) => `/sessions/${id}/chats`,
  chat: (id: string) => `/chats/${id}`,
  chatMarkdown: (id: string) => `/chats/${id}.md`,
  chatModel: (id: string) => `/chats/${id}/model`,
  chatMessages: (id: string, before?: number) => q(`/chats/${id}/messages`, { before }),
  run: (id: string) => `/runs/${id}`,
  cancellation: (runId: string) => `/runs/${runId}/cancellation`,
  continuation: (runId: string) => `/runs/${runId}/continuation`,
  /** Send now: stop what runs in the chat and start this queued run. */
  promotion: (runId: string) => `/runs/${runId}/promotion`,
  /** Take a queued run back (form post; DELETE /runs/:id for clients). */
  withdrawal: (runId: string) => `/runs/${runId}/withdrawal`,
  endpoints: "/endpoints",
  endpointChecks: "/endpoints/checks",
  endpointRemoval: (id: string) => `/endpoints/${id}/removal`,
  tokens: "/tokens",
  tokenRevocation: (id: string) => `/tokens/${id}/revocation`,
  output: (partId: string) => `/parts/${partId}/output`,
  palette: "/palette",
  health: "/health",
  openapi: "/openapi.json",
  reference: "/reference",
} as const;
