/** A conversation with something of everything, in the states a reader meets: writing, running tools, stopped, limited. */

import type { Part } from "../../src/domain/message.ts";
import type { ChatView } from "../../src/domain/page.ts";
import {
  aChat,
  ago,
  answered,
  aProgress,
  aRun,
  asked,
  aView,
  away,
  compactionPart,
  demo,
  local,
  NOW,
  queued,
  reasoningPart,
  textPart,
  toolPart,
} from "./chat-fixtures.ts";
import { aPermission, aQuestion, aReadAccess, endedRequests, twoQuestions } from "./request-fixtures.ts";

const QUESTION =
  "After a deploy some customers get the same webhook twice, within a minute of the restart. Where is the claim, and what does each crash point cost us?";

const ANSWER = `The row lock ends before the request starts. \`claimDue()\` selects due rows with \`for update skip locked\`, then commits. From that moment nothing in the row says that a worker is on it (src/worker/claim.ts:46), so a restarted worker picks the same rows again.

\`\`\`ts
export async function claimDue(db: Sql, limit = 50) {
  return db.begin(tx => tx<Delivery[]>\`
    select * from deliveries
    where state = 'due' and due_at <= now()
    order by due_at limit \${limit}
    for update skip locked\`)   // commit: the lock is gone here
}
\`\`\`

| Crash after | Row says | Sent again | In your log |
| --- | --- | --- | ---: |
| claim, before send | \`due\` | yes, correctly | 5 |
| send, before response | \`due\` | yes, a duplicate | 17 |
| response, before mark | \`due\` | yes, a duplicate | 9 |
| mark | \`done\` | no | 0 |

`;
const TAIL =
  "The smallest safe change is a lease: set `claimed_until` in the statement that selects the row, and treat an expired lease as due. That removes the third case entirely and shrinks the second to requests longer than the";

const tools = (): Part[] => [
  toolPart("t1", {
    name: "grep",
    shown: "for update  src/",
    note: "3 matches in 2 files",
    duration_ms: 110,
    arguments: { pattern: "for update", path: "src/" },
  }),
  toolPart("t2", { shown: "src/worker/claim.ts", note: "96 lines", arguments: { path: "src/worker/claim.ts" } }),
  toolPart("t3", {
    shown: "src/worker/deliver.ts 20–140",
    note: "121 lines",
    arguments: { path: "src/worker/deliver.ts", from: 20, to: 140 },
  }),
  toolPart("t4", {
    name: "git_log",
    shown: "src/worker",
    note: "12 commits",
    duration_ms: 1700,
    arguments: { path: "src/worker" },
  }),
  toolPart(
    "t5",
    {
      shown: "src/queue/schema.sql",
      note: "no such file, did you mean db/schema.sql",
      duration_ms: 10,
      arguments: { path: "src/queue/schema.sql" },
    },
    { state: "failed" },
  ),
  toolPart("t6", {
    shown: "db/schema.sql 112–148",
    note: "37 lines",
    arguments: { path: "db/schema.sql", from: 112, to: 148 },
  }),
];

const tabs = [
  aChat(),
  aChat({ id: "c2", number: 2, title: "SDK retry audit" }),
  aChat({ id: "c4", number: 4, title: "Throughput notes" }),
];
const frame = {
  chats: tabs,
  statuses: { c1: "running", c2: "needs", c4: "stopped" } as const,
  endpoints: [local, away, demo],
};

/** While the answer is written, with one message queued. */
export function writing(): ChatView {
  const live = aRun({ state: "running", reason: null, ended_at: null });
  const parts = [
    reasoningPart(
      "x1",
      "The symptom clusters around restarts, so look at what survives one. A row lock does not: it ends with the transaction. Check whether anything durable marks a row as taken…",
    ),
    ...tools(),
    textPart("x2", ANSWER + TAIL, { state: "open", closed_at: null }),
  ];
  return aView({
    ...frame,
    entries: [asked(QUESTION), answered(parts, live)],
    live,
    progress: aProgress(),
    queue: [queued("r9", "Then draft the migration, reversible, with a partial index.")],
  });
}

/** Tools under way, a failed and a running one among them. */
export function running(): ChatView {
  const live = aRun({ state: "running", reason: null, ended_at: null });
  const open = toolPart(
    "t7",
    { name: "git_show", shown: "HEAD~2", duration_ms: null },
    { state: "open", closed_at: null, opened_at: ago(4000) },
  );
  return aView({
    ...frame,
    entries: [asked(QUESTION), answered([reasoningPart("x1", "Look at the claim first."), ...tools(), open], live)],
    live,
    progress: aProgress({
      phase: "tools",
      detail: "git_show",
      tokens_out: 212,
      last_byte_at: NOW - 64_000,
      since: NOW - 64_000,
    }),
  });
}

/** Every state of a compaction, and notes that were told. */
export function compacted(): ChatView {
  const notes = {
    ...textPart("n1", "Use bun. Tests with `bun test`."),
    kind: "notice",
    meta: { notice: "notes", file: "AGENTS.md" },
  };
  const question = asked(QUESTION);
  question.parts.push(notes as Part);
  const live = aRun({ id: "r2", state: "running", reason: null, ended_at: null });
  const first = [
    compactionPart("b1"),
    ...tools(),
    compactionPart(
      "b2",
      { tier: "results", stands_for: 23, tokens_before: 112_000, tokens_after: 84_300, from_part: "t1", by: null },
      { text: "" },
    ),
    textPart("x2", "The lease is the claim."),
    compactionPart(
      "b3",
      { cause: "refused", by: "program" },
      { text: "## What the developer asked\n- Where is the claim?" },
    ),
    compactionPart(
      "b4",
      { error: "127.0.0.1:8401 closed the connection without an answer." },
      { state: "failed", text: "" },
    ),
    compactionPart("b5", {}, { state: "cancelled", text: "" }),
  ];
  const last = answered(
    [compactionPart("b6", { tokens_after: null }, { state: "open", text: "", closed_at: null })],
    live,
  );
  return aView({
    ...frame,
    entries: [question, answered(first, aRun()), { ...last, message: { ...last.message, id: "m4" } }],
    live,
    progress: aProgress({ phase: "compacting", detail: "part 2 of 3", tokens_out: 212 }),
  });
}

/** Every boundary row. */
export function endings(): ChatView {
  const say = (id: string, over: Parameters<typeof aRun>[0]) => [
    asked("Where does the time go between enqueue and first byte? Use the code and the three profiles in docs/perf.", {
      id: `q${id}`,
    }),
    answered(
      [
        textPart(
          `x${id}`,
          "What I know so far: signing takes 0.2 ms and is not the problem; 71 % of the wait is the poll interval.",
        ),
      ],
      aRun({ id, answer_id: `a${id}`, ...over }),
    ),
  ];
  const limited = aRun({
    id: "r4",
    answer_id: "a4",
    state: "limited",
    reason: "tool_cap",
    tool_calls: 100,
    tokens_out: 1204,
  });
  return aView({
    ...frame,
    statuses: { c1: "needs", c2: "done", c4: "idle" },
    entries: [
      ...say("r1", { state: "cancelled", reason: "cancelled", tokens_out: 402 }),
      ...say("r2", { state: "interrupted", reason: "restart", tokens_out: 2114 }),
      ...say("r3", {
        state: "failed",
        reason: "endpoint",
        error: "The endpoint answered 429 too often.",
        tokens_out: 12,
      }),
      asked("And now the connection pool?", { id: "q4" }),
      answered([...tools(), textPart("x4", "I had not reached the connection pool.")], limited),
    ],
    last: limited,
  });
}

/** Nothing asked yet, and only the built-in model to ask. */
export function empty(): ChatView {
  return aView({ endpoints: [demo], pick: { endpoint: demo, model: "demo" } });
}

/** A run that waits for a human, with one card of each kind, below what was answered before. */
export const waiting = (): ChatView => {
  const calls = ["w1", "w2", "w3", "w4"].map((id) =>
    toolPart(
      id,
      { name: "ask_user_input", shown: "…", group_id: "w1", note: null, duration_ms: null },
      { state: "open" },
    ),
  );
  const open = [aReadAccess(), aQuestion(), aPermission(), twoQuestions()].map((request, i) => ({
    ...request,
    part_id: calls[i]!.id,
  }));
  const live = aRun({ id: "rw", answer_id: "m2", state: "waiting", reason: null, ended_at: null });
  const before = answered([textPart("b1", "What was asked before:")], aRun({ id: "rb", answer_id: "m0" }));
  return aView({
    entries: [
      { ...before, requests: endedRequests() },
      asked("Does the SDK retry on its own? If it does, two layers retry and the customer sees four attempts."),
      {
        ...answered(
          [textPart("w0", "The SDK lives in another repository, so I need two things first."), ...calls],
          live,
        ),
        requests: open,
      },
    ],
    live,
  });
};
