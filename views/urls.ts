/** The only place that builds URLs. A test walks the route table and fails on one that no route answers. */
type Value = string | number | undefined | null;
const q = (path: string, query: Readonly<Record<string, Value | readonly string[]>>) => {
  const pairs = Object.entries(query)
    .flatMap(([k, v]) => (Array.isArray(v) ? v.map((one): [string, Value] => [k, one]) : [[k, v] as [string, Value]]))
    .filter(([, v]) => v !== undefined && v !== null && v !== "");
  return pairs.length ? `${path}?${pairs.map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`).join("&")}` : path;
};
const encodePath = (path: string) => path.split("/").map(encodeURIComponent).join("/");

/** Lists stand for repeated names. */
export type SearchQuery = Partial<
  Record<"q" | "age" | "cursor", string | undefined> & Record<"kind" | "project" | "model" | "role", readonly string[]>
>;
export type AtMessage = { around: string; part?: string | undefined; line?: number | undefined };

export const urls = {
  desk: "/",
  onboarding: "/onboarding",
  login: "/login",
  logout: "/logout",
  settings: "/settings",
  usage: (days?: number) => q("/usage", { days }),
  budgets: "/budgets",
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
  /** With `chat`, as that chat's session has it: in its worktree. */
  file: (projectId: string, path: string, line?: number | null, chat?: string | null) =>
    q(`/projects/${projectId}/files/${encodePath(path)}`, { chat, line }) + (line ? `#L${line}` : ""),
  /** The part of a long file that starts at line `from`. */
  fileWindow: (projectId: string, path: string, query: { from: number; pane: boolean; chat: string | null }) =>
    q(`/projects/${projectId}/files/${encodePath(path)}`, {
      chat: query.chat,
      from: query.from > 1 ? query.from : undefined,
      pane: query.pane ? 1 : null,
    }),
  /** Where the form "go to line" leads: it adds the line as `goto`, and the chat. */
  fileLine: (projectId: string, path: string) => `/projects/${projectId}/files/${encodePath(path)}`,
  /** The same as a fragment for a pane. */
  filePane: (projectId: string, path: string, line?: number | null) =>
    q(`/projects/${projectId}/files/${encodePath(path)}`, { line, pane: 1 }),
  /** The bytes of a picture. */
  fileRaw: (projectId: string, path: string, chat?: string | null) =>
    q(`/projects/${projectId}/files/${encodePath(path)}`, { chat, raw: 1 }),
  tree: (projectId: string, query: { path?: string; filter?: string; ignored?: 1 } = {}) =>
    q(`/projects/${projectId}/tree`, query),
  /** The right rail beside a session, from now on with this panel. As a link it leads back to the session. */
  rail: (projectId: string, sessionId: string, panel: string) =>
    q(`/projects/${projectId}/rail`, { session: sessionId, panel }),
  git: (projectId: string) => `/projects/${projectId}/git`,
  gitDiff: (projectId: string, path: string, query: { staged?: 1 | undefined; all?: 1 | undefined } = {}) =>
    q(`/projects/${projectId}/git/diff`, { path, ...query }),
  gitStagings: (projectId: string) => `/projects/${projectId}/git/stagings`,
  gitUnstagings: (projectId: string) => `/projects/${projectId}/git/unstagings`,
  gitCommits: (projectId: string) => `/projects/${projectId}/git/commits`,
  gitDiscards: (projectId: string) => `/projects/${projectId}/git/discards`,
  gitUndo: (projectId: string, discardId: string) => `/projects/${projectId}/git/discards/${discardId}/undo`,
  /** Whether commits made here run the repository's hooks. */
  gitHooks: (projectId: string) => `/projects/${projectId}/git/hooks`,
  attachments: "/attachments",
  /** `from` is the first line shown of a text. */
  attachment: (id: string, from?: number) => q(`/attachments/${id}`, { from }),
  attachmentContent: (id: string) => `/attachments/${id}/content`,
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
  review: (
    sessionId: string,
    query: { from?: number | undefined; file?: string | undefined; pane?: 1; part?: "files" | "tree" } = {},
  ) => q(`/sessions/${sessionId}/review`, query),
  /** Leads to what a chat proposes for a file. */
  reviewOf: (chatId: string, path: string) => q(`/chats/${chatId}/review`, { path }),
  /** How lines are shown in this browser from now on. */
  reviewLook: (sessionId: string) => `/sessions/${sessionId}/review/look`,
  /** One file of the review: also a folded one with `all`, from its hunk number `from` on. */
  reviewFile: (
    changeId: string,
    query: { all?: 1 | undefined; from?: number | undefined; context?: number | undefined } = {},
  ) => q(`/changes/${changeId}/review`, query),
  /** Lines of it: those of a hunk from `skip` on, or unchanged ones beside it. */
  reviewLines: (
    changeId: string,
    query: { hunk: string; skip?: number; side?: "above" | "below"; shown?: number; all?: 1 },
  ) => q(`/changes/${changeId}/review/rows`, query),
  chat: (id: string) => `/chats/${id}`,
  /** The page of a chat with this text in its field. */
  chatDraft: (id: string, draft: string) => q(`/chats/${id}`, { draft }),
  chatMarkdown: (id: string) => `/chats/${id}.md`,
  chatModel: (id: string) => `/chats/${id}/model`,
  chatMode: (id: string) => `/chats/${id}/mode`,
  /** What a message may begin with: the menu of the composer. */
  chatCommands: (id: string) => `/chats/${id}/commands`,
  /** Files of its project to name in a message: the menu of the composer. */
  chatFileNames: (id: string) => `/chats/${id}/file-names`,
  /** Whom the model of a chat is told to be: the contract calls them agents. */
  personas: "/agents",
  chatPersona: (chatId: string) => `/chats/${chatId}/persona`,
  skills: "/skills",
  skill: (name: string, project?: string | null) => q(`/skills/${name}`, { project }),
  chatCompaction: (id: string) => `/chats/${id}/compaction`,
  /** A new chat with what stands before a boundary. */
  branchBefore: (partId: string) => `/parts/${partId}/branch`,
  chatMessages: (id: string, before?: number) => q(`/chats/${id}/messages`, { before }),
  /** What is proposed in a session, and one proposal; with `.patch` for `git apply`. */
  changes: (sessionId: string) => `/sessions/${sessionId}/changes`,
  changesPatch: (sessionId: string) => `/sessions/${sessionId}/changes.patch`,
  change: (id: string) => `/changes/${id}`,
  changePatch: (id: string) => `/changes/${id}.patch`,
  changeLines: (id: string, query: { side: "old" | "new"; from: number; count: number }) =>
    q(`/changes/${id}/lines`, query),
  changeVerdict: (id: string) => `/changes/${id}/verdict`,
  changeViewed: (id: string) => `/changes/${id}/viewed`,
  changeComments: (id: string) => `/changes/${id}/comments`,
  commentRemoval: (id: string) => `/comments/${id}/removal`,
  /** Everything that is undecided; and taking the newest decision back. */
  sessionVerdict: (id: string) => `/sessions/${id}/verdict`,
  applies: (sessionId: string) => `/sessions/${sessionId}/applies`,
  apply: (id: string) => `/applies/${id}`,
  rewind: (applyId: string) => `/applies/${applyId}/rewind`,
  /** Restore to here: before this message of a coder's chat. */
  restoration: (messageId: string) => `/messages/${messageId}/restoration`,
  verdictUndo: (sessionId: string) => `/sessions/${sessionId}/verdict/undo`,
  /** The messages that follow position `after`, as a page. */
  chatMessagesAfter: (id: string, after: number) => q(`/chats/${id}/messages`, { after }),
  /** The page of a chat, or of the older messages around one of them, with a part of it opened; `anchor` is its DOM id. */
  chatAt: (id: string, query: AtMessage, anchor: string) => `${q(`/chats/${id}`, query)}#${anchor}`,
  chatAround: (id: string, query: AtMessage, anchor: string) => `${q(`/chats/${id}/messages`, query)}#${anchor}`,
  run: (id: string) => `/runs/${id}`,
  cancellation: (runId: string) => `/runs/${runId}/cancellation`,
  continuation: (runId: string) => `/runs/${runId}/continuation`,
  /** Send now: stop what runs in the chat and start this queued run. */
  promotion: (runId: string) => `/runs/${runId}/promotion`,
  /** Take a queued run back (form post; DELETE /runs/:id for clients). */
  withdrawal: (runId: string) => `/runs/${runId}/withdrawal`,
  requests: "/requests",
  request: (id: string) => `/requests/${id}`,
  requestAnswer: (id: string) => `/requests/${id}/answer`,
  requestSnooze: (id: string) => `/requests/${id}/snooze`,
  /** Where a request stands in its chat. */
  requestInChat: (chatId: string, id: string) => `/chats/${chatId}#rq-${id}`,
  /** Terminals of all sessions, or, as a page, those of one and the form for another. */
  terminals: (sessionId?: string | null) => q("/terminals", { session: sessionId }),
  sessionTerminals: (id: string) => `/sessions/${id}/terminals`,
  terminal: (id: string) => `/terminals/${id}`,
  terminalPane: (id: string) => q(`/terminals/${id}`, { pane: 1 }),
  terminalSocket: (id: string) => `/terminals/${id}/socket`,
  terminalName: (id: string) => `/terminals/${id}/name`,
  terminalRestarts: (id: string) => `/terminals/${id}/restarts`,
  terminalRemoval: (id: string) => `/terminals/${id}/removal`,
  terminalClearings: (id: string) => `/terminals/${id}/clearings`,
  terminalSearches: (id: string) => `/terminals/${id}/searches`,
  terminalOpenings: (id: string) => `/terminals/${id}/openings`,
  terminalScrollback: (id: string) => `/terminals/${id}/scrollback`,
  /** The scrollback as a download. */
  terminalFile: (id: string) => `/terminals/${id}/file`,
  rules: "/rules",
  ruleRevocation: (id: string) => `/rules/${id}/revocation`,
  /** What a session may read beside its project. */
  sessionGrants: (id: string) => `/sessions/${id}/grants`,
  grantRevocation: (id: string) => `/grants/${id}/revocation`,
  endpoints: "/endpoints",
  endpointChecks: "/endpoints/checks",
  endpointRemoval: (id: string) => `/endpoints/${id}/removal`,
  /** What a human says about one of its models. */
  endpointModels: (id: string) => `/endpoints/${id}/models`,
  worktrees: "/worktrees",
  /** The same with what each takes on the disk, which takes a while. */
  worktreesWithSizes: "/worktrees?sizes=1",
  /** The finish of a session's worktree, and what a human does there. */
  sessionWorktree: (sessionId: string) => `/sessions/${sessionId}/worktree`,
  worktreeUncommitted: (sessionId: string) => `/sessions/${sessionId}/worktree/uncommitted`,
  worktreeCarryings: (sessionId: string) => `/sessions/${sessionId}/worktree/carryings`,
  worktreeBranches: (sessionId: string) => `/sessions/${sessionId}/worktree/branches`,
  worktreeCommits: (sessionId: string) => `/sessions/${sessionId}/worktree/commits`,
  worktreeMerges: (sessionId: string) => `/sessions/${sessionId}/worktree/merges`,
  worktreeResolutions: (sessionId: string) => `/sessions/${sessionId}/worktree/merges/resolutions`,
  worktreeMergeContinuation: (sessionId: string) => `/sessions/${sessionId}/worktree/merges/continuation`,
  worktreeMergeCancellation: (sessionId: string) => `/sessions/${sessionId}/worktree/merges/cancellation`,
  worktreePushes: (sessionId: string) => `/sessions/${sessionId}/worktree/pushes`,
  worktreeRetirement: (id: string) => `/worktrees/${id}/retirement`,
  worktreeRestoration: (id: string) => `/worktrees/${id}/restoration`,
  /** How a project's worktrees are made. */
  worktreeSettings: (projectId: string) => `/projects/${projectId}/worktrees`,
  worktreeSettingsSaved: (projectId: string) => `/projects/${projectId}/worktrees?saved=1`,
  processes: "/processes",
  processReaping: "/processes/reaping",
  processEnding: (id: string) => `/processes/${id}/ending`,
  /** Who answers the coming messages of a chat, and how. */
  chatAgent: (chatId: string) => `/chats/${chatId}/agent`,
  /** Conversations that an agent has on disk for a project's directory. */
  keptConversations: (projectId: string, provider?: string) => q(`/projects/${projectId}/conversations`, { provider }),
  providers: "/providers",
  providerProbes: "/providers/probes",
  provider: (id: string) => `/providers/${id}`,
  /** The twins of PATCH and DELETE for forms. */
  providerChange: (id: string) => `/providers/${id}/change`,
  providerRemoval: (id: string) => `/providers/${id}/removal`,
  providerLogins: (id: string) => `/providers/${id}/logins`,
  providerDiagnostic: (id: string) => `/providers/${id}/diagnostic`,
  /** The web for a session's chats, on or off. */
  sessionWeb: (id: string) => `/sessions/${id}/web`,
  mcpServers: "/mcp-servers",
  mcpChecks: "/mcp-servers/checks",
  mcpServer: (name: string) => `/mcp-servers/${encodeURIComponent(name)}`,
  /** The twins of PATCH and DELETE for forms. */
  mcpChange: (name: string) => `/mcp-servers/${encodeURIComponent(name)}/change`,
  mcpRemoval: (name: string) => `/mcp-servers/${encodeURIComponent(name)}/removal`,
  tokens: "/tokens",
  tokenRevocation: (id: string) => `/tokens/${id}/revocation`,
  output: (partId: string) => `/parts/${partId}/output`,
  /** An image in the result of a call, from 1. */
  partImage: (partId: string, number: number) => `/parts/${partId}/images/${number}`,
  palette: "/palette",
  search: (query: SearchQuery = {}) => q("/search", query),
  regeneration: (messageId: string) => `/messages/${messageId}/regeneration`,
  revision: (messageId: string) => `/messages/${messageId}/revision`,
  fork: (messageId: string) => `/messages/${messageId}/fork`,
  /** What was put aside for a message. */
  earlier: (messageId: string) => `/messages/${messageId}/earlier`,
  /** Where a message stands: in its chat's page or in a page of older messages, opened at this part of it. */
  message: (id: string, query: { part?: string | undefined; line?: number | undefined } = {}) =>
    q(`/messages/${id}`, query),
  health: "/health",
  openapi: "/openapi.json",
  reference: "/reference",
} as const;
