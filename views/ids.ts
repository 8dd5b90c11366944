/** The only place that builds DOM ids: the page and the stream must agree on every one of them. */
export const ids = {
  message: (id: string) => `m-${id}`,
  /** Time, model and endpoint beside an answer; known only once its run has begun. */
  margin: (messageId: string) => `mm-${messageId}`,
  /** Where an assistant message's parts are appended. */
  parts: (messageId: string) => `mp-${messageId}`,
  part: (id: string) => `p-${id}`,
  /** The line of its result that a reader was led to. */
  partLine: (id: string) => `pl-${id}`,
  /** Inside a text part: finished blocks, the open block, and the growing tail in it. */
  partDone: (id: string) => `pd-${id}`,
  partOpen: (id: string) => `po-${id}`,
  partTail: (id: string) => `pt-${id}`,
  /** A group of tool rows, its summary line and its rows, named by the group's first part. */
  tools: (groupId: string) => `tg-${groupId}`,
  toolsSummary: (groupId: string) => `ts-${groupId}`,
  toolRows: (groupId: string) => `tr-${groupId}`,
  /** Cards of what is asked: below the tool group that asks, or below the whole answer; a card, and where it says no. */
  asks: (groupId: string) => `qs-${groupId}`,
  messageAsks: (messageId: string) => `qm-${messageId}`,
  request: (id: string) => `rq-${id}`,
  requestError: (id: string) => `qe-${id}`,
  /** Facts below an answer, and the boundary row (stopped, interrupted, limit) after it. */
  evidence: (runId: string) => `ev-${runId}`,
  ending: (runId: string) => `end-${runId}`,
  log: (chatId: string) => `log-${chatId}`,
  /** Sentinel above the oldest message shown: asks for older ones. */
  older: (chatId: string) => `older-${chatId}`,
  composer: (chatId: string) => `composer-${chatId}`,
  queue: (chatId: string) => `queue-${chatId}`,
  /** The buttons of the composer (Send; Stop; Queue + Send now). */
  actions: (chatId: string) => `actions-${chatId}`,
  /** Where a refused message's reason is shown, the model picker's button and its list. */
  composerError: (chatId: string) => `ce-${chatId}`,
  /** In it, a refusal because of something that goes on. */
  composerPassing: (chatId: string) => `ce-${chatId} > .passing`,
  /** The menu over the field, whose options have it and a number. */
  completions: (chatId: string) => `cl-${chatId}`,
  modelPick: (chatId: string) => `pick-${chatId}`,
  modelList: (chatId: string) => `models-${chatId}`,
  /** The same for a coder's mode. */
  modePick: (chatId: string) => `mode-${chatId}`,
  modeList: (chatId: string) => `modes-${chatId}`,
  personaPick: (chatId: string) => `persona-${chatId}`,
  personaList: (chatId: string) => `personas-${chatId}`,
  sessionMenu: (sessionId: string) => `menu-${sessionId}`,
  sessionHead: (sessionId: string) => `head-${sessionId}`,
  /** Context meter and stop button in the session header, for the chat shown. */
  facts: (chatId: string) => `facts-${chatId}`,
  tabs: (sessionId: string) => `tabs-${sessionId}`,
  /** The workspace: what holds panes and views, the style element that places them, each pane's bar, each tab's content. */
  panes: (sessionId: string) => `panes-${sessionId}`,
  layoutStyle: (sessionId: string) => `layout-${sessionId}`,
  bars: (sessionId: string) => `bars-${sessionId}`,
  pane: (paneId: string) => `pane-${paneId}`,
  tab: (number: number) => `tab-${number}`,
  view: (number: number) => `view-${number}`,
  /** Facts of the chat that has the keyboard, in the session header. */
  headFacts: (sessionId: string) => `hf-${sessionId}`,
  navProjects: "nav-projects",
  navProject: (projectId: string) => `np-${projectId}`,
  navSession: (sessionId: string) => `ns-${sessionId}`,
  navRunning: "nav-running",
  navNeeds: "nav-needs",
  /** The same counts in the folded sidebar and in the phone's bottom bar. */
  /** A line of the file page. */
  line: (number: number) => `L${number}`,
  railNeeds: "rail-needs",
  railRunning: "rail-running",
  barNeeds: "bar-needs",
  deskNeeds: "desk-needs",
  deskRunning: "desk-running",
  deskRecent: "desk-recent",
  /** The reference page: a noun's operations and its heading, one operation, one resource. */
  apiNoun: (noun: string) => `api-${noun}`,
  apiHeading: (noun: string) => `api-${noun}-h`,
  apiOperation: (id: string) => `op-${id}`,
  apiResource: (name: string) => `res-${name}`,
  /** The right rail, what is swapped in it, and the dialog that shows a difference. */
  rightRail: "right-rail",
  rightRailBody: "right-rail-body",
  diffDialog: "diff-dialog",
  diffBody: "diff-body",
  /** The file tree's form, its list, and one directory in it (by a hash of its path: names hold anything). */
  treeForm: (projectId: string) => `tf-${projectId}`,
  treeList: (projectId: string) => `tl-${projectId}`,
  treeDirectory: (projectId: string, path: string) => `td-${projectId}-${Bun.hash(path).toString(36)}`,
  gitPanel: (projectId: string) => `git-${projectId}`,
  /** Changes with the last commit, so that a new form comes after it. */
  commitMessage: (projectId: string, head: string | null) => `gm-${projectId}-${head?.slice(0, 12) ?? "first"}`,
  searchResults: "search-results",
  searchBand: (kind: string) => `search-${kind}`,
  /** The review: the whole, its list of files and one line of it, its toolbar and footer. */
  review: (sessionId: string) => `review-${sessionId}`,
  reviewTree: (sessionId: string) => `rt-${sessionId}`,
  reviewRow: (changeId: string) => `rr-${changeId}`,
  reviewBar: (sessionId: string) => `rb-${sessionId}`,
  reviewFoot: (sessionId: string) => `ro-${sessionId}`,
  /** Above a chat's composer: what it proposes. */
  toReview: (chatId: string) => `cr-${chatId}`,
  /** A file of it, its heading, a hunk in it (hunks of two changes may have the same id), what was said beside that. */
  reviewFile: (changeId: string) => `rf-${changeId}`,
  reviewHead: (changeId: string) => `rh-${changeId}`,
  hunk: (changeId: string, hunkId: string) => `h-${changeId}-${hunkId}`,
  hunkBody: (changeId: string, hunkId: string) => `hb-${changeId}-${hunkId}`,
  hunkComments: (changeId: string, hunkId: string) => `hc-${changeId}-${hunkId}`,
  /** A terminal's pane, its menu, and where a question about it is asked. */
  terminal: (id: string) => `term-${id}`,
  terminalMenu: (id: string) => `tm-${id}`,
  terminalAsk: (id: string) => `ta-${id}`,
  conn: "conn",
  /** The last of what is drawn. */
  pageEnd: "page-end",
  /** Where an action that is refused on a page without a composer says why. */
  notice: "notice",
  directories: "directories",
  endpoints: "endpoints",
  providers: "provider-list",
  mcpServers: "mcp-list",
  /** The finish of a session's worktree, and its commit message: changes with the last commit, so that a new form comes after it. */
  finish: (sessionId: string) => `finish-${sessionId}`,
  finishMessage: (sessionId: string, head: string) => `fm-${sessionId}-${head.slice(0, 12)}`,
  processes: "processes",
  /** Above a coder's composer: what an agent will not see of the checkout. */
  uncommitted: (chatId: string) => `uc-${chatId}`,
  /** Who answers a coder's messages: the button and its list; what the agent plans. */
  agentPick: (chatId: string) => `agent-${chatId}`,
  agentList: (chatId: string) => `agents-${chatId}`,
  plan: (chatId: string) => `plan-${chatId}`,
} as const;
