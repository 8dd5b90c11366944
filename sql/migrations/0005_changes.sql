-- What coders propose, what became of it, and what was written to disk.

alter table chats add column mode text not null default 'ask' check (mode in ('plan', 'ask', 'bypass'));
comment on column chats.mode is 'Of the coming messages, in a chat of kind coder: plan (no writes), ask (proposals wait), bypass (applied at the end of the run).';
alter table runs add column mode text not null default 'ask' check (mode in ('plan', 'ask', 'bypass'));

create table blobs (
  sha256 text primary key,
  size integer not null,
  bytes bytea not null,
  created_at timestamptz not null default now()
);
comment on table blobs is 'Contents of files, once each; what nothing names any more is deleted after a day.';
alter table blobs alter column bytes set storage external;

create table changes (
  id text primary key,
  session_id text not null references sessions (id) on delete cascade,
  chat_id text not null references chats (id) on delete cascade,
  project_id text not null references projects (id) on delete cascade,
  run_id text references runs (id) on delete set null,
  producer text not null default 'native' check (producer in ('native', 'worktree')),
  provider text not null default 'boocode',
  path text not null,
  kind text not null check (kind in ('create', 'edit', 'delete')),
  base_sha text references blobs (sha256),
  new_sha text references blobs (sha256),
  base_mode integer,
  new_mode integer,
  base_ref text,
  theirs_sha text references blobs (sha256),
  is_binary boolean not null default false,
  generated boolean not null default false,
  error text,
  rest_of text references changes (id) on delete set null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  closed_at timestamptz,
  discarded_at timestamptz,
  check (kind <> 'create' or base_sha is null),
  check ((kind = 'delete') = (new_sha is null))
);
comment on table changes is 'What one chat proposes for one file. Whole by itself: base and proposed content are blobs.';
comment on column changes.path is 'Relative to the project, without symbolic links.';
comment on column changes.theirs_sha is 'Of a stale change: the file as it was found when it did not merge.';
comment on column changes.rest_of is 'The change whose accepted hunks were applied; this one holds the others, on top of what was written.';
comment on column changes.closed_at is 'Waits for nobody any more: applied, rewound, rejected and told, or given up.';
comment on column changes.discarded_at is 'Given up by a restore: kept, not shown.';
create unique index changes_one_open_a_file on changes (chat_id, path) where closed_at is null;
comment on index changes_one_open_a_file is 'Proposals of one chat on one file compose into one change.';
create index changes_of_session on changes (session_id, generated, path, id);
create index changes_of_chat on changes (chat_id);
create index changes_of_run on changes (run_id);
create index changes_base on changes (base_sha);
create index changes_new on changes (new_sha);
create index changes_theirs on changes (theirs_sha);

create table edits (
  id text primary key,
  change_id text not null references changes (id) on delete cascade,
  run_id text references runs (id) on delete set null,
  part_id text references parts (id) on delete set null,
  turn integer,
  tool text,
  provider text not null,
  model text,
  said text not null default '',
  at timestamptz not null default now()
);
create index edits_of_change on edits (change_id);
create index edits_of_run on edits (run_id);
create index edits_of_part on edits (part_id);
comment on table edits is 'Calls that shaped a change, oldest first by at.';

create table hunks (
  change_id text not null references changes (id) on delete cascade,
  id text not null,
  position integer not null,
  current boolean not null default true,
  kind text not null default 'lines' check (kind in ('lines', 'whole')),
  state text not null default 'pending' check (state in ('pending', 'accepted', 'rejected', 'applied', 'stale', 'reverted')),
  old_start integer not null,
  old_count integer not null,
  new_start integer not null,
  new_count integer not null,
  added integer not null,
  removed integer not null,
  section text not null default '',
  edit_ids text[] not null default '{}',
  decided_at timestamptz,
  told text,
  primary key (change_id, id)
);
comment on table hunks is 'Parts of a change that are decided one by one; their lines are computed of the blobs.';
comment on column hunks.id is 'Hash of path, old lines, new lines and occurrence.';
comment on column hunks.current is 'False for one that the proposal no longer has; kept while it is rejected, so that it stays so when it comes again.';
comment on column hunks.told is 'The state that the model was told last; null when none.';

create table verdicts (
  id text primary key,
  session_id text not null references sessions (id) on delete cascade,
  batch text not null,
  change_id text not null references changes (id) on delete cascade,
  hunk_id text not null,
  from_state text not null,
  to_state text not null,
  via text not null,
  at timestamptz not null default now(),
  undone_at timestamptz
);
create index verdicts_of_session on verdicts (session_id, at desc);
create index verdicts_of_batch on verdicts (batch);
create index verdicts_of_change on verdicts (change_id);
comment on table verdicts is 'What was decided, in order; rows of one batch are undone together.';

create table comments (
  id text primary key,
  session_id text not null references sessions (id) on delete cascade,
  change_id text not null references changes (id) on delete cascade,
  hunk_id text,
  line integer,
  side text not null default 'new' check (side in ('old', 'new')),
  text text not null,
  message_id text references messages (id) on delete set null,
  created_at timestamptz not null default now()
);
create index comments_of_change on comments (change_id);
create index comments_of_session on comments (session_id);
create index comments_of_message on comments (message_id);
comment on table comments is 'What a human wrote beside a change; goes to the agent with the next message.';

create table viewed (
  session_id text not null references sessions (id) on delete cascade,
  hunk_id text not null,
  at timestamptz not null default now(),
  primary key (session_id, hunk_id)
);
comment on table viewed is 'Hunks that somebody has seen. Their ids are hashes of what they hold: a hunk that changes is unseen again.';

create table applies (
  id text primary key,
  session_id text not null references sessions (id) on delete cascade,
  project_id text not null references projects (id) on delete cascade,
  chat_id text references chats (id) on delete set null,
  run_id text references runs (id) on delete set null,
  state text not null default 'writing' check (state in ('writing', 'done', 'undone', 'failed')),
  via text not null,
  error text,
  hunks integer not null default 0,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index applies_of_session on applies (session_id, created_at desc);
create index applies_of_project on applies (project_id, created_at desc);
create index applies_of_chat on applies (chat_id);
create index applies_of_run on applies (run_id);
create index applies_writing on applies (id) where state = 'writing';
comment on table applies is 'Accepted hunks written to disk. The row and its files are there before the first file is touched.';

create table apply_files (
  apply_id text not null references applies (id) on delete cascade,
  position integer not null,
  change_id text references changes (id) on delete set null,
  path text not null,
  state text not null default 'pending' check (state in ('pending', 'written', 'stale', 'failed', 'undone')),
  old_sha text references blobs (sha256),
  new_sha text references blobs (sha256),
  old_mode integer,
  new_mode integer,
  error text,
  primary key (apply_id, position)
);
create index apply_files_of_change on apply_files (change_id);
create index apply_files_of_path on apply_files (path);
create index apply_files_old on apply_files (old_sha);
create index apply_files_new on apply_files (new_sha);
comment on table apply_files is 'Files of an apply with what they held before and hold after: enough to finish or undo it after a crash, and to rewind it.';

create table checkpoints (
  id text primary key,
  session_id text not null references sessions (id) on delete cascade,
  chat_id text not null references chats (id) on delete cascade,
  message_id text not null references messages (id) on delete cascade,
  run_id text references runs (id) on delete set null,
  ref text,
  created_at timestamptz not null default now(),
  unique (message_id)
);
create index checkpoints_of_session on checkpoints (session_id);
create index checkpoints_of_chat on checkpoints (chat_id);
create index checkpoints_of_run on checkpoints (run_id);
comment on table checkpoints is 'How things stood before a message of a coder was answered.';
comment on column checkpoints.ref is 'Hidden git ref with the state of a worktree, where there is one.';

create table checkpoint_changes (
  checkpoint_id text not null references checkpoints (id) on delete cascade,
  change_id text not null references changes (id) on delete cascade,
  base_sha text references blobs (sha256),
  new_sha text references blobs (sha256),
  kind text not null,
  base_mode integer,
  new_mode integer,
  primary key (checkpoint_id, change_id)
);
create index checkpoint_changes_of_change on checkpoint_changes (change_id);
create index checkpoint_changes_base on checkpoint_changes (base_sha);
create index checkpoint_changes_new on checkpoint_changes (new_sha);
comment on table checkpoint_changes is 'Changes that were open at a checkpoint, as they were.';
