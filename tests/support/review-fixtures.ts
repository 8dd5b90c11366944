/** A review with every kind of state, as views get it. */
import type { Change, Comment, Hunk, HunkState } from "../../src/domain/change.ts";
import { markOf, type ReviewEntry, type ReviewPage, type ShownFile } from "../../src/domain/review.ts";
import { hunksOf } from "../../src/lib/hunks.ts";
import { NOW, project, session } from "./chat-fixtures.ts";

const at = new Date(NOW);
const before = Array.from({ length: 90 }, (_, i) => `  const value${i} = claim(${i}, "due");`).join("\n");
const after = before
  .replace('claim(3, "due")', 'claim(3, "due", { timeout: LEASE_MS })')
  .replace("  const value30", "    const value30")
  .replace('claim(60, "due");', 'claim(60, "late");\n  log(value60);');
const STATES: HunkState[] = ["accepted", "pending", "stale"];

function change(path: string, more: Partial<Change> = {}): Change {
  return {
    id: `c${path.length}`,
    session_id: session.id,
    chat_id: "c1",
    project_id: project.id,
    run_id: null,
    producer: "native",
    provider: "boocode",
    path,
    kind: "edit",
    state: "pending",
    base_sha: "a",
    new_sha: "b",
    base_mode: 0o644,
    new_mode: 0o644,
    base_ref: null,
    binary: false,
    generated: false,
    added: 4,
    removed: 3,
    hunks: [],
    comments: 1,
    error: null,
    created_at: at,
    changed_at: at,
    closed_at: null,
    ...more,
  };
}

const named = hunksOf("src/worker/claim.ts", before, after);
const hunks: Hunk[] = named.map(({ lines: _, ...hunk }, i) => ({
  ...hunk,
  kind: "lines",
  state: STATES[i] ?? "pending",
  viewed: i === 0,
  decided_at: null,
  sources: [
    {
      part_id: "p1",
      run_id: "r1",
      turn: 6,
      tool: "edit_file",
      provider: "boocode",
      model: "qwen3-coder-30b",
      said: "One statement, so lease and lock agree.",
      at,
      tokens_in: 2_100,
      tokens_out: 310,
      cost_usd: 0.031,
    },
  ],
}));
const claim = change("src/worker/claim.ts", { hunks, state: "stale" });
const lock = change("pnpm-lock.yaml", {
  generated: true,
  added: 4_812,
  removed: 3_977,
  hunks: [{ ...hunks[1]!, id: "lock" }],
});
const made = change("db/migrations/0031_lease.sql", { kind: "create", hunks: [{ ...hunks[1]!, id: "made" }] });

const entry = (c: Change): ReviewEntry => ({ ...c, marks: c.hunks.map(markOf), closed: c.closed_at !== null });
const comment: Comment = {
  id: "k1",
  change_id: claim.id,
  hunk_id: hunks[1]!.id,
  line: null,
  side: "new",
  text: "Does returning keep the order? The old query did.",
  created_at: at,
  message_id: null,
};
const file: ShownFile = {
  change: claim,
  hunks: hunks.map((hunk, i) => ({
    hunk,
    number: i + 1,
    lines: i === 0 ? null : named[i]!.lines,
    more: 0,
    above: 12,
    below: 0,
  })),
  left: 0,
  comments: [comment],
  clashes: [
    {
      line: 61,
      base: ["a"],
      theirs: ['  const value60 = claim(60, "mine");'],
      ours: ['  const value60 = claim(60, "late");'],
    },
  ],
  bytes: 4_096,
  folded: false,
};

export const reviewPage: ReviewPage = {
  project,
  session,
  index: {
    entries: [made, claim, lock].map(entry),
    totals: {
      files: 3,
      hunks: 5,
      added: 4_820,
      removed: 3_983,
      pending: 3,
      accepted: 1,
      rejected: 0,
      stale: 1,
      unseen: 4,
    },
    left: 0,
  },
  look: { split: false, blanks: true },
  from: 0,
  files: new Map([
    [claim.id, file],
    [lock.id, { ...file, change: lock, hunks: [], comments: [], clashes: [], bytes: 214_000, folded: true }],
  ]),
  applies: [
    {
      id: "a1",
      session_id: session.id,
      project_id: project.id,
      chat_id: "c1",
      run_id: null,
      state: "done",
      via: "browser",
      error: null,
      files: [{ change_id: null, path: "src/config.ts", state: "written", old_sha: "a", new_sha: "b", error: null }],
      hunks: 2,
      rewinds: [],
      created_at: at,
      ended_at: at,
    },
  ],
  undo: true,
  chat_id: "c1",
};

export const emptyReview: ReviewPage = {
  ...reviewPage,
  index: {
    entries: [],
    totals: { files: 0, hunks: 0, added: 0, removed: 0, pending: 0, accepted: 0, rejected: 0, stale: 0, unseen: 0 },
    left: 0,
  },
  files: new Map(),
  applies: [],
  undo: false,
};
