/** Requests in every state, as the store would give them. */
import type {
  PermissionRequest,
  QuestionRequest,
  ReadAccessRequest,
  RequestOption,
  RunRequest,
} from "../../src/domain/request.ts";
import { ago } from "./chat-fixtures.ts";

const MINUTE = 60_000;
const base = (id: string) => ({
  id,
  run_id: "r1",
  chat_id: "c1",
  session_id: "s1",
  project_id: "p1",
  message_id: "m2",
  part_id: null,
  provider: "boocode",
  state: "open" as const,
  options: [],
  via: null,
  created_at: ago(4 * MINUTE),
  expires_at: null,
  snoozed_until: null,
  ended_at: null,
});

export const aQuestion = (over: Partial<QuestionRequest> = {}): QuestionRequest => ({
  ...base("q1"),
  kind: "question",
  title: "Which side should own the retries?",
  detail: {
    questions: [
      {
        question: "Which side should own the retries?",
        select: "one",
        options: ["Server only", "SDK only", "Both, server after 5 minutes"],
      },
    ],
  },
  answer: null,
  ...over,
});

export const twoQuestions = (over: Partial<QuestionRequest> = {}): QuestionRequest =>
  aQuestion({
    id: "q2",
    detail: {
      questions: [
        ...aQuestion().detail.questions,
        {
          question: "Which crash points need a test?",
          select: "many",
          options: ["before send", "before response", "before mark"],
        },
      ],
    },
    ...over,
  });

export const OPTIONS: RequestOption[] = [
  { id: "once", kind: "allow_once", name: "Allow once" },
  { id: "always", kind: "allow_always", name: "Always allow pnpm db:* here" },
  { id: "reject", kind: "reject_once", name: "Reject" },
];

export const aPermission = (over: Partial<PermissionRequest> = {}): PermissionRequest => ({
  ...base("q3"),
  kind: "permission",
  provider: "claude",
  title: "pnpm db:migrate --to 0031",
  detail: {
    tool_kind: "execute",
    text: "pnpm db:migrate --to 0031",
    facts: [
      { label: "In", value: "/srv/code/wt/lease-claims" },
      { label: "Touches", value: "database relay_test on :5432" },
    ],
    subject: "pnpm db:migrate --to 0031",
  },
  options: OPTIONS,
  answer: null,
  expires_at: ago(-5 * MINUTE),
  ...over,
});

export const aReadAccess = (over: Partial<ReadAccessRequest> = {}): ReadAccessRequest => ({
  ...base("q4"),
  kind: "read_access",
  title: "/srv/code/relay-sdk",
  detail: {
    path: "/srv/code/relay-sdk",
    asked: "/srv/code/relay-sdk/src/client.ts",
    reason: "Compare the retry loop in src/client.ts with the server’s",
    project_id: null,
  },
  answer: null,
  ...over,
});

const ended = { ended_at: ago(MINUTE), via: "browser" as const };

/** One of each end. */
export const endedRequests = (): RunRequest[] => [
  aQuestion({
    ...ended,
    id: "e1",
    state: "answered",
    via: "api",
    answer: { replies: [{ selected: ["Server only"], text: "but keep the SDK’s first one" }] },
  }),
  twoQuestions({
    ...ended,
    id: "e2",
    state: "answered",
    answer: {
      replies: [
        { selected: ["SDK only"], text: "" },
        { selected: ["before send", "before mark"], text: "" },
      ],
    },
  }),
  aQuestion({ ...ended, id: "e3", state: "denied", answer: { replies: [] } }),
  aPermission({
    ...ended,
    id: "e4",
    state: "answered",
    answer: { option_id: "once", kind: "allow_once", comment: null },
  }),
  aPermission({
    ...ended,
    id: "e5",
    state: "denied",
    answer: { option_id: "reject", kind: "reject_once", comment: "use the copy of the database" },
  }),
  aPermission({ ...ended, id: "e6", via: null, state: "expired", expires_at: ago(MINUTE), ended_at: ago(MINUTE) }),
  aPermission({ ...ended, id: "e7", via: null, state: "expired", expires_at: null }),
  aQuestion({ ...ended, id: "e8", via: null, state: "cancelled" }),
  aReadAccess({ ...ended, id: "e9", state: "answered", answer: { allow: true } }),
  aReadAccess({ ...ended, id: "e10", state: "denied", answer: { allow: false } }),
];

export const RULES = [
  {
    id: "u1",
    provider: "boocode",
    project_id: "p1",
    project_name: "relay",
    tool_kind: "execute",
    subject: "pnpm vitest run worker",
    effect: "allow" as const,
    request_id: "q3",
    created_at: ago(40 * MINUTE),
  },
  {
    id: "u2",
    provider: "claude",
    project_id: "p1",
    project_name: "relay",
    tool_kind: "execute",
    subject: "git push --force",
    effect: "deny" as const,
    request_id: null,
    created_at: ago(3000 * MINUTE),
  },
];

export const GRANTS = [
  {
    id: "g1",
    session_id: "s1",
    path: "/srv/code/relay-sdk",
    reason: "Compare the retry loop in src/client.ts with the server’s",
    request_id: "q4",
    created_at: ago(MINUTE),
  },
];
