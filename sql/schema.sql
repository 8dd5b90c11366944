-- The schema after all migrations, for reading. Written by `bun run schema`; do not edit, write a migration.
create extension pg_trgm;

create table access_tokens (
  id text not null,
  label text not null,
  hash text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (id),
  unique (hash)
);
comment on table access_tokens is 'Who may call in token mode; only hashes are stored.';
comment on column access_tokens.hash is 'SHA-256 of the token, hex; the token has 256 bits of randomness and is shown once.';

create table agent_sessions (
  id text not null,
  chat_id text not null,
  provider text not null,
  agent_id text,
  cwd text,
  mode text,
  model text,
  thinking text,
  current jsonb not null default '{}',
  commands jsonb not null default '[]',
  told_position bigint not null default 0,
  created_at timestamptz not null default now(),
  used_at timestamptz not null default now(),
  terminal_id text,
  primary key (id),
  unique (chat_id, provider),
  foreign key (chat_id) references chats(id) on delete cascade,
  foreign key (terminal_id) references terminals(id) on delete set null
);
create index agent_sessions_of_terminal on agent_sessions (terminal_id);
comment on table agent_sessions is 'A chat''s conversation with one provider, and what was picked for it.';
comment on column agent_sessions.agent_id is 'Name of the conversation on the agent''s side; null until it is opened.';
comment on column agent_sessions.current is 'Mode, model and thinking that the agent said it has.';
comment on column agent_sessions.mode is 'Picked by a human, as are model and thinking; null takes what the agent begins with.';
comment on column agent_sessions.terminal_id is 'Where it runs, of an agent without a protocol; null until it did.';
comment on column agent_sessions.told_position is 'Position of the last answer that this agent wrote or was told of; what others said after it is sent along.';

create table applies (
  id text not null,
  session_id text not null,
  project_id text not null,
  chat_id text,
  run_id text,
  state text not null default 'writing',
  via text not null,
  error text,
  hunks integer not null default 0,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  rewinds text[] not null default '{}',
  checkpoint_id text,
  in_base text,
  primary key (id),
  check (in_base in ('done', 'undone')),
  check (state in ('writing', 'done', 'undone', 'failed')),
  foreign key (chat_id) references chats(id) on delete set null,
  foreign key (checkpoint_id) references checkpoints(id) on delete set null,
  foreign key (project_id) references projects(id) on delete cascade,
  foreign key (run_id) references runs(id) on delete set null,
  foreign key (session_id) references sessions(id) on delete cascade
);
create index applies_not_in_base on applies (session_id) where (state in ('done', 'undone') and (rewinds = '{}') and (in_base is DISTINCT FROM state));
create index applies_of_chat on applies (chat_id);
create index applies_of_checkpoint on applies (checkpoint_id);
create index applies_of_project on applies (project_id, created_at desc);
create index applies_of_run on applies (run_id);
create index applies_of_session on applies (session_id, created_at desc);
create index applies_writing on applies (id) where (state = 'writing');
comment on table applies is 'Accepted hunks written to disk. The row and its files are there before the first file is touched.';
comment on column applies.checkpoint_id is 'The checkpoint that is restored when all files are back.';
comment on column applies.in_base is 'The state that the base of the session''s difference has taken in; behind after a crash, and caught up before the next difference.';
comment on column applies.rewinds is 'Applies that this one takes back; none for one that writes accepted hunks.';

create table apply_files (
  apply_id text not null,
  "position" integer not null,
  change_id text,
  path text not null,
  state text not null default 'pending',
  old_sha text,
  new_sha text,
  old_mode integer,
  new_mode integer,
  error text,
  made text[] not null default '{}',
  primary key (apply_id, "position"),
  check (state in ('pending', 'written', 'stale', 'failed', 'undone')),
  foreign key (apply_id) references applies(id) on delete cascade,
  foreign key (change_id) references changes(id) on delete set null,
  foreign key (new_sha) references blobs(sha256),
  foreign key (old_sha) references blobs(sha256)
);
create index apply_files_new on apply_files (new_sha);
create index apply_files_of_change on apply_files (change_id);
create index apply_files_of_path on apply_files (path);
create index apply_files_old on apply_files (old_sha);
comment on table apply_files is 'Files of an apply with what they held before and hold after: enough to finish or undo it after a crash, and to rewind it.';
comment on column apply_files.made is 'Directories that were made for the file; they go with it when it is taken back.';

create table attachments (
  id text not null,
  sha256 text not null,
  name text not null,
  kind text not null,
  type text not null,
  size integer not null,
  lines integer,
  width integer,
  height integer,
  project_id text,
  path text,
  from_line integer,
  to_line integer,
  created_at timestamptz not null default now(),
  primary key (id),
  check (((kind = 'text') = (lines is not null))),
  check (((kind = 'image') = (width is not null))),
  check (((width is null) = (height is null))),
  check (((from_line is null) = (to_line is null))),
  check (kind in ('text', 'image', 'file')),
  foreign key (project_id) references projects(id) on delete set null,
  foreign key (sha256) references blobs(sha256)
);
create index attachments_by_age on attachments (created_at);
create index attachments_of_blob on attachments (sha256);
create index attachments_of_project on attachments (project_id);
comment on table attachments is 'What was attached, or waits in a draft to be. One that no part names is deleted after two weeks.';
comment on column attachments.path is 'In the project, of what was attached from there; from_line and to_line are the lines of it, null for all.';
comment on column attachments.type is 'Media type as its bytes say, never as it was claimed.';

create table blobs (
  sha256 text not null,
  size integer not null,
  bytes bytea not null,
  created_at timestamptz not null default now(),
  primary key (sha256)
);
comment on table blobs is 'Contents of files, once each; what nothing names any more is deleted after a day.';

create table budgets (
  scope text not null,
  usd double precision,
  tokens bigint,
  changed_at timestamptz not null default now(),
  primary key (scope),
  check (((usd is not null) or (tokens is not null))),
  check (((tokens is null) or (tokens > 0))),
  check (((usd is null) or (usd > (0)::double precision)))
);
comment on table budgets is 'What may be spent before a human is asked; the next model call waits for the answer.';
comment on column budgets.scope is '"run": each run; "day": all of them, by the day of the server; "project:<id>": a project, by the month.';

create table changes (
  id text not null,
  session_id text not null,
  chat_id text not null,
  project_id text not null,
  run_id text,
  producer text not null default 'native',
  provider text not null default 'boocode',
  path text not null,
  kind text not null,
  base_sha text,
  new_sha text,
  base_mode integer,
  new_mode integer,
  base_ref text,
  theirs_sha text,
  is_binary boolean not null default false,
  generated boolean not null default false,
  error text,
  rest_of text,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  closed_at timestamptz,
  discarded_at timestamptz,
  primary key (id),
  check (((kind <> 'create') or (base_sha is null))),
  check (((kind = 'delete') = (new_sha is null))),
  check (kind in ('create', 'edit', 'delete')),
  check (producer in ('native', 'worktree')),
  foreign key (base_sha) references blobs(sha256),
  foreign key (chat_id) references chats(id) on delete cascade,
  foreign key (new_sha) references blobs(sha256),
  foreign key (project_id) references projects(id) on delete cascade,
  foreign key (rest_of) references changes(id) on delete set null,
  foreign key (run_id) references runs(id) on delete set null,
  foreign key (session_id) references sessions(id) on delete cascade,
  foreign key (theirs_sha) references blobs(sha256)
);
create index changes_base on changes (base_sha);
create index changes_new on changes (new_sha);
create index changes_of_chat on changes (chat_id);
create index changes_of_run on changes (run_id);
create index changes_of_session on changes (session_id, generated, path, id);
create unique index changes_one_open_a_file on changes (chat_id, path) where (closed_at is null);
create index changes_theirs on changes (theirs_sha);
comment on table changes is 'What one chat proposes for one file. Whole by itself: base and proposed content are blobs.';
comment on column changes.closed_at is 'Waits for nobody any more: applied, rewound, rejected and told, or given up.';
comment on column changes.discarded_at is 'Given up by a restore: kept, not shown.';
comment on column changes.path is 'Relative to the project, without symbolic links.';
comment on column changes.rest_of is 'The change whose accepted hunks were applied; this one holds the others, on top of what was written.';
comment on column changes.theirs_sha is 'Of a stale change: the file as it was found when it did not merge.';
comment on index changes_one_open_a_file is 'Proposals of one chat on one file compose into one change.';

create table chats (
  id text not null,
  session_id text not null,
  kind text not null default 'chat',
  title text not null,
  titled_by text not null default 'auto',
  number integer not null,
  endpoint_id text,
  model text,
  next_position bigint not null default 1,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  mode text not null default 'ask',
  forked_from text,
  provider text not null default 'boocode',
  agent text,
  primary key (id),
  unique (session_id, number),
  check (kind in ('chat', 'coder')),
  check (mode in ('plan', 'ask', 'bypass')),
  check (titled_by in ('auto', 'human')),
  foreign key (endpoint_id) references endpoints(id) on delete set null,
  foreign key (forked_from) references messages(id) on delete set null,
  foreign key (session_id) references sessions(id) on delete cascade
);
comment on table chats is 'Tabs of conversation in a session.';
comment on column chats.agent is 'Id of the persona of the coming messages; null for none. It may name one that is not there any more.';
comment on column chats.forked_from is 'Last message that was copied from another chat of the session; null for a chat of its own.';
comment on column chats.mode is 'Of the coming messages, in a chat of kind coder: plan (no writes), ask (proposals wait), bypass (applied at the end of the run).';
comment on column chats.provider is 'Who answers the coming messages; only chats of kind coder may name another than boocode.';

create table checkpoint_changes (
  checkpoint_id text not null,
  change_id text not null,
  base_sha text,
  new_sha text,
  kind text not null,
  base_mode integer,
  new_mode integer,
  primary key (checkpoint_id, change_id),
  foreign key (base_sha) references blobs(sha256),
  foreign key (change_id) references changes(id) on delete cascade,
  foreign key (checkpoint_id) references checkpoints(id) on delete cascade,
  foreign key (new_sha) references blobs(sha256)
);
create index checkpoint_changes_base on checkpoint_changes (base_sha);
create index checkpoint_changes_new on checkpoint_changes (new_sha);
create index checkpoint_changes_of_change on checkpoint_changes (change_id);
comment on table checkpoint_changes is 'Changes that were open at a checkpoint, as they were.';

create table checkpoints (
  id text not null,
  session_id text not null,
  chat_id text not null,
  message_id text not null,
  run_id text,
  ref text,
  created_at timestamptz not null default now(),
  primary key (id),
  unique (message_id),
  foreign key (chat_id) references chats(id) on delete cascade,
  foreign key (message_id) references messages(id) on delete cascade,
  foreign key (run_id) references runs(id) on delete set null,
  foreign key (session_id) references sessions(id) on delete cascade
);
create index checkpoints_of_chat on checkpoints (chat_id);
create index checkpoints_of_run on checkpoints (run_id);
create index checkpoints_of_session on checkpoints (session_id);
comment on table checkpoints is 'How things stood before a message of a coder was answered.';
comment on column checkpoints.ref is 'Hidden git ref with the state of a worktree, where there is one.';

create unlogged table code_blobs (
  id bigint not null generated always as identity,
  sha text not null,
  language text not null,
  extractor integer not null,
  lines integer not null,
  bytes integer not null,
  state text not null,
  note text not null,
  seen_at timestamptz not null default now(),
  primary key (id),
  unique (sha, language, extractor),
  check (state in ('parsed', 'partial', 'skipped'))
);
comment on table code_blobs is 'One content that was read, whatever files have it.';
comment on column code_blobs.seen_at is 'When a file with it was last found; those that no file has are kept a day longer.';

create unlogged table code_changes (
  tree_id bigint not null,
  revision bigint not null,
  path text not null,
  kind text not null,
  was_blob bigint,
  blob_id bigint,
  at timestamptz not null default now(),
  primary key (tree_id, revision, path),
  check (kind in ('added', 'changed', 'removed')),
  foreign key (tree_id) references code_trees(id) on delete cascade
);
comment on table code_changes is 'What updates found after a tree was read for the first time; the last ones of each tree.';

create unlogged table code_files (
  tree_id bigint not null,
  path text not null,
  key text not null,
  bytes bigint not null,
  stamp text not null,
  note text not null default '',
  blob_id bigint,
  primary key (tree_id, path),
  foreign key (blob_id) references code_blobs(id),
  foreign key (tree_id) references code_trees(id) on delete cascade
);
create index code_files_blob on code_files (blob_id);
create index code_files_key on code_files (tree_id, key);
comment on table code_files is 'Files of a tree, as they were when they were last read.';
comment on column code_files.blob_id is 'Null for what is not parsed: another language, no text, or not readable; note says why.';
comment on column code_files.key is 'What it is imported as (src/domain/code-keys.ts).';
comment on column code_files.stamp is 'Size and times: as long as they are the same it is not read again.';

create unlogged table code_imports (
  blob_id bigint not null,
  "position" integer not null,
  spec text not null,
  names text[] not null,
  keys text[] not null,
  how text not null,
  line integer not null,
  primary key (blob_id, "position"),
  foreign key (blob_id) references code_blobs(id) on delete cascade
);
create index code_imports_keys on code_imports using gin (keys);
comment on table code_imports is 'What a content imports, as it is written there.';
comment on column code_imports.keys is 'What a file that it means may be known by (src/domain/code-keys.ts).';

create unlogged table code_symbols (
  blob_id bigint not null,
  "position" integer not null,
  name text not null,
  kind text not null,
  container text not null,
  line integer not null,
  end_line integer not null,
  exported boolean not null,
  signature text not null,
  primary key (blob_id, "position"),
  foreign key (blob_id) references code_blobs(id) on delete cascade
);
create index code_symbols_name on code_symbols (lower(name) text_pattern_ops);
create index code_symbols_part on code_symbols using gin (lower(name) gin_trgm_ops);
comment on table code_symbols is 'Definitions in a content, in the order of its text.';

create unlogged table code_trees (
  id bigint not null generated always as identity,
  project_id text not null,
  root text not null,
  extractor integer not null,
  revision bigint not null default 0,
  files integer not null default 0,
  truncated boolean not null default false,
  indexed_at timestamptz,
  used_at timestamptz not null default now(),
  primary key (id),
  unique (project_id, root),
  foreign key (project_id) references projects(id) on delete cascade
);
comment on table code_trees is 'A directory that is indexed: a project, or what a session of it may read beside.';
comment on column code_trees.extractor is 'Version of what made it (src/domain/code.ts); another one makes it anew.';
comment on column code_trees.indexed_at is 'When all of it was read for the first time; null until then.';
comment on column code_trees.revision is 'Of the last update that found a change and was stored whole.';

create table commands (
  id text not null,
  run_id text not null,
  part_id text not null,
  command text not null,
  cwd text not null,
  pid integer,
  started text,
  exit_code integer,
  ended text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (id),
  check (ended in ('exit', 'signal', 'time', 'stopped', 'restart', 'failed')),
  foreign key (part_id) references parts(id) on delete cascade,
  foreign key (run_id) references runs(id) on delete cascade
);
create index commands_alive on commands (id) where (ended_at is null);
create index commands_of_part on commands (part_id);
create index commands_of_run on commands (run_id);
comment on table commands is 'Commands of the native coder. The row is there before the process is; its id is part of the marker in the process''s environment.';
comment on column commands.ended is 'How: by itself, by a signal, its time was up, stopped with its run, found after a restart, or it never began.';
comment on column commands.started is 'Clock ticks of its start: with the pid it names a process for good.';

create table comments (
  id text not null,
  session_id text not null,
  change_id text not null,
  hunk_id text,
  line integer,
  side text not null default 'new',
  text text not null,
  message_id text,
  created_at timestamptz not null default now(),
  primary key (id),
  check (side in ('old', 'new')),
  foreign key (change_id) references changes(id) on delete cascade,
  foreign key (message_id) references messages(id) on delete set null,
  foreign key (session_id) references sessions(id) on delete cascade
);
create index comments_of_change on comments (change_id);
create index comments_of_message on comments (message_id);
create index comments_of_session on comments (session_id);
comment on table comments is 'What a human wrote beside a change; goes to the agent with the next message.';

create table edits (
  id text not null,
  change_id text not null,
  run_id text,
  part_id text,
  turn integer,
  tool text,
  provider text not null,
  model text,
  said text not null default '',
  at timestamptz not null default now(),
  primary key (id),
  foreign key (change_id) references changes(id) on delete cascade,
  foreign key (part_id) references parts(id) on delete set null,
  foreign key (run_id) references runs(id) on delete set null
);
create index edits_of_change on edits (change_id);
create index edits_of_part on edits (part_id);
create index edits_of_run on edits (run_id);
comment on table edits is 'Calls that shaped a change, oldest first by at.';

create table endpoints (
  id text not null,
  label text not null,
  url text not null,
  source text not null,
  kind text not null default 'unknown',
  api_key text,
  enabled boolean not null default true,
  state text not null default 'unknown',
  error text,
  models jsonb not null default '[]',
  checked_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (id),
  unique (url),
  check (source in ('environment', 'setting', 'found', 'builtin')),
  check (state in ('unknown', 'ready', 'unavailable', 'error'))
);
comment on table endpoints is 'OpenAI-compatible servers: configured, found on this machine, or the built-in demo model.';
comment on column endpoints.api_key is 'A key, or {env:NAME}. Never leaves the server: pages and JSON only say that there is one.';

create table grants (
  id text not null,
  session_id text not null,
  path text not null,
  reason text not null,
  request_id text,
  created_at timestamptz not null default now(),
  primary key (id),
  unique (session_id, path),
  foreign key (request_id) references requests(id) on delete set null,
  foreign key (session_id) references sessions(id) on delete cascade
);
comment on table grants is 'Directories that a session may read beside its project, each allowed by a human; they end with the session.';
comment on column grants.path is 'Real path. A directory that is something else meanwhile, or a link, opens nothing: what is read is judged by where it really is.';

create table hunks (
  change_id text not null,
  id text not null,
  "position" integer not null,
  current boolean not null default true,
  kind text not null default 'lines',
  state text not null default 'pending',
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
  primary key (change_id, id),
  check (kind in ('lines', 'whole')),
  check (state in ('pending', 'accepted', 'rejected', 'applied', 'stale', 'reverted')),
  foreign key (change_id) references changes(id) on delete cascade
);
comment on table hunks is 'Parts of a change that are decided one by one; their lines are computed of the blobs.';
comment on column hunks.current is 'False for one that the proposal no longer has; kept while it is rejected, so that it stays so when it comes again.';
comment on column hunks.id is 'Hash of path, old lines, new lines and occurrence.';
comment on column hunks.told is 'The state that the model was told last; null when none.';

create table instance (
  only_row boolean not null default true,
  id text not null,
  created_at timestamptz not null default now(),
  primary key (only_row),
  check (only_row)
);
comment on table instance is 'Marks the environment of every child process; only what bears this id is ever reaped.';

create table journal (
  seq bigint not null,
  topic text,
  kind text not null,
  payload jsonb,
  at timestamptz,
  part_ids text[],
  offsets integer[],
  texts text[],
  primary key (seq)
);
comment on table journal is 'The ordered notice of what changed; kept ten minutes or 50,000 rows. seq is gap-free and in commit order.';
comment on column journal.at is 'Null for deltas, to keep them small; retention looks at the neighbours.';
comment on column journal.offsets is 'UTF-16 offset of each text in its part.';
comment on column journal.part_ids is 'part.delta only: what one flush wrote, all parts together; offsets and texts have the same length.';
comment on column journal.seq is 'Of a row of deltas: the number of its last one; those before it have the numbers before.';
comment on column journal.topic is 'Null for deltas: the topic is that of their part''s session.';

create table journal_head (
  only_row boolean not null default true,
  seq bigint not null,
  floor bigint not null,
  epoch text not null,
  flushes bigint not null default 0,
  primary key (only_row),
  check (only_row)
);
comment on table journal_head is 'The last number given; its row lock puts transactions in order.';
comment on column journal_head.epoch is 'Changes when the database is made or restored; a cursor of another epoch is told to reset.';
comment on column journal_head.floor is 'Highest seq that was deleted; a cursor below it cannot catch up and is told to reset.';
comment on column journal_head.flushes is 'Number of the delta writer''s last flush; one whose acknowledgement was lost is repeated under its number and refused if it was stored.';

create table login_sessions (
  hash text not null,
  token_id text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (hash),
  foreign key (token_id) references access_tokens(id) on delete cascade
);
comment on table login_sessions is 'Browser cookies made by the login page; the cookie is random, its SHA-256 is stored; it dies with its token.';

create table mcp_servers (
  name text not null,
  stamp text not null,
  state text not null,
  error text,
  version text,
  tools jsonb not null default '[]',
  problems jsonb not null default '[]',
  complaints text not null default '',
  start_ms integer,
  checked_at timestamptz not null,
  primary key (name),
  check (state in ('unknown', 'ready', 'error'))
);
comment on table mcp_servers is 'What the servers of mcp.json offered when they were asked last: a start tells models of their tools without starting them.';
comment on column mcp_servers.complaints is 'The end of what it wrote to standard error.';
comment on column mcp_servers.stamp is 'Of the entry in mcp.json that the row was made with; of another entry the row says nothing.';

create table messages (
  id text not null,
  chat_id text not null,
  role text not null,
  "position" bigint not null,
  client_id text,
  created_at timestamptz not null default now(),
  superseded_at timestamptz,
  superseded_by text,
  primary key (id),
  unique (chat_id, client_id),
  unique (chat_id, "position"),
  check (role in ('user', 'assistant')),
  foreign key (chat_id) references chats(id) on delete cascade,
  foreign key (superseded_by) references runs(id) on delete set null
);
create index messages_superseded on messages (chat_id, "position") where (superseded_at is not null);
create index messages_superseded_by on messages (superseded_by) where (superseded_by is not null);
comment on table messages is 'What was said, in order; the contents are parts.';
comment on column messages.client_id is 'Made by the client, so that a send repeated after a lost answer is the same message.';
comment on column messages.superseded_at is 'Set when a later edit or regeneration stands in its place; kept, not shown.';
comment on column messages.superseded_by is 'The run that answers instead; taken back while it is queued, its messages come back. Null after a restore.';

create table migrations (
  number integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now(),
  primary key (number),
  unique (name)
);
comment on table migrations is 'What was applied; checksum is the SHA-256 of the file, an edited file stops the start.';

create table model_settings (
  endpoint_id text not null,
  model text not null,
  context_window integer,
  price_in double precision,
  price_out double precision,
  changed_at timestamptz not null default now(),
  vision boolean,
  primary key (endpoint_id, model),
  check ((context_window > 0)),
  check ((price_in >= (0)::double precision)),
  check ((price_out >= (0)::double precision)),
  foreign key (endpoint_id) references endpoints(id) on delete cascade
);
comment on table model_settings is 'Facts about a model that its endpoint does not tell, or tells wrong; null leaves what the endpoint says.';
comment on column model_settings.price_in is 'US dollars for a million tokens of prompt.';
comment on column model_settings.price_out is 'US dollars for a million tokens of answer.';
comment on column model_settings.vision is 'Whether it takes images.';

create table outputs (
  id text not null,
  chat_id text not null,
  text text not null,
  created_at timestamptz not null default now(),
  primary key (id),
  foreign key (chat_id) references chats(id) on delete cascade
);
create index outputs_of_chat on outputs (chat_id);
comment on table outputs is 'Whole results of tool calls whose part was cut; read_output pages them.';

create table part_images (
  part_id text not null,
  "position" integer not null,
  mime text not null,
  sha256 text not null,
  primary key (part_id, "position"),
  foreign key (part_id) references parts(id) on delete cascade,
  foreign key (sha256) references blobs(sha256)
);
create index part_images_of_blob on part_images (sha256);
comment on table part_images is 'Images in the result of a tool call, by their place in it, from 1.';

create table parts (
  id text not null,
  message_id text not null,
  chat_id text not null,
  "position" integer not null,
  turn integer not null default 0,
  kind text not null,
  state text not null default 'open',
  text text not null default '',
  folded_to integer not null default 0,
  meta jsonb not null default '{}',
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  journal_after bigint not null default 0,
  searched boolean not null default false,
  attachment_id text,
  primary key (id),
  unique (message_id, "position"),
  check (kind in ('text', 'reasoning', 'tool', 'notice', 'compaction', 'artifact', 'attachment')),
  check (state in ('open', 'closed', 'failed', 'cancelled')),
  foreign key (attachment_id) references attachments(id),
  foreign key (chat_id) references chats(id) on delete cascade,
  foreign key (message_id) references messages(id) on delete cascade
);
create index parts_of_attachment on parts (attachment_id) where (attachment_id is not null);
create index parts_of_chat on parts (chat_id);
create index parts_of_prompt on parts (chat_id) where kind in ('compaction', 'notice');
create index parts_of_tool on parts (((meta ->> 'name')), opened_at desc) where (kind = 'tool');
create index parts_open on parts (id) where (state = 'open');
create index parts_to_search on parts (id) where ((not searched) and (state <> 'open'));
comment on table parts is 'What a message is made of, in order: text, reasoning, tool calls, notices.';
comment on column parts.attachment_id is 'Of kind attachment: what keeps it; what is shown of it stands in meta.';
comment on column parts.folded_to is 'Characters (UTF-16 units) of text already in this row; what came later is in journal deltas until it is folded.';
comment on column parts.journal_after is 'Deltas that are not folded yet have greater numbers than this in the journal.';
comment on column parts.searched is 'Its words are in search_rows; set once, after it was closed.';
comment on column parts.turn is 'Model call of the run that made this part; keeps calls of different turns apart when the history is rebuilt.';

create table plans (
  run_id text not null,
  chat_id text not null,
  entries jsonb not null default '[]',
  changed_at timestamptz not null default now(),
  primary key (run_id),
  foreign key (chat_id) references chats(id) on delete cascade,
  foreign key (run_id) references runs(id) on delete cascade
);
create index plans_of_chat on plans (chat_id);
comment on table plans is 'What an agent said it is going to do, with its progress.';

create table processes (
  id text not null,
  provider text not null,
  chat_id text,
  command text not null,
  pid integer,
  started text,
  process_group integer,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  ended text,
  primary key (id),
  foreign key (chat_id) references chats(id) on delete set null
);
create index processes_alive on processes (id) where (ended_at is null);
create index processes_of_chat on processes (chat_id);
comment on table processes is 'Agents that were started. The row is there before the process is trusted; its id is part of the marker in the process''s environment.';
comment on column processes.ended is 'How: its exit code, a signal, or found gone at a start.';
comment on column processes.started is 'Clock ticks of its start: with the pid it names a process for good.';

create table projects (
  id text not null,
  path text not null,
  name text not null,
  created_at timestamptz not null default now(),
  primary key (id),
  unique (path)
);
comment on table projects is 'Directories that BooCode knows.';
comment on column projects.path is 'Real path; the same directory cannot be registered twice through a symlink.';

create table providers (
  id text not null,
  state text not null default 'unknown',
  error text,
  hint text,
  way text,
  binary_path text,
  binary_stamp text,
  version text,
  facts jsonb not null default '{}',
  steps jsonb not null default '[]',
  stderr text not null default '',
  checked_at timestamptz,
  probed_at timestamptz,
  probe_ms integer,
  primary key (id),
  check (state in ('unknown', 'probing', 'ready', 'unavailable', 'error')),
  check (way in ('acp', 'json', 'terminal'))
);
comment on table providers is 'Snapshots of outside agents: what the last probe, or the last conversation, said.';
comment on column providers.binary_stamp is 'Of the program when its version was asked: path, size and time; another stamp means asking again.';
comment on column providers.facts is 'Modes, models, levels of thinking, commands and features as the agent announced them.';
comment on column providers.steps is 'The probe line by line, for the page that says what is wrong.';

create table requests (
  id text not null,
  run_id text not null,
  chat_id text not null,
  session_id text not null,
  project_id text not null,
  message_id text not null,
  part_id text,
  provider text not null,
  kind text not null,
  state text not null default 'open',
  title text not null,
  detail jsonb not null,
  options jsonb not null default '[]',
  answer jsonb,
  via text,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  snoozed_until timestamptz,
  ended_at timestamptz,
  primary key (id),
  check (kind in ('permission', 'question', 'read_access')),
  check (state in ('open', 'answered', 'denied', 'cancelled', 'expired')),
  check (via in ('browser', 'api', 'cli', 'mcp', 'rule')),
  foreign key (chat_id) references chats(id) on delete cascade,
  foreign key (message_id) references messages(id) on delete cascade,
  foreign key (part_id) references parts(id) on delete cascade,
  foreign key (project_id) references projects(id) on delete cascade,
  foreign key (run_id) references runs(id) on delete cascade,
  foreign key (session_id) references sessions(id) on delete cascade
);
create index requests_of_budgets on requests (((detail ->> 'subject'))) where ((kind = 'permission') and ((detail ->> 'tool_kind') = 'budget'));
create index requests_of_message on requests (message_id);
create index requests_of_run on requests (run_id);
create index requests_open on requests (created_at) where (state = 'open');
comment on table requests is 'What runs ask a human: permissions, questions, read access. A row is there before anybody waits for it.';
comment on column requests.detail is 'By kind: what the card shows and what the answer is held against (src/domain/request.ts).';
comment on column requests.expires_at is 'Without an answer by then it counts as a refusal; null waits as long as it takes.';
comment on column requests.options is 'Of a permission: {id, kind, name} as the provider sent them.';
comment on column requests.part_id is 'The tool call that asks; null when none stands behind it.';
comment on column requests.snoozed_until is 'Until then it is not listed under "Needs you"; it can be answered all the same.';
comment on column requests.via is 'How the answer came in; rule: nobody was asked, because of an earlier "always".';

create table rules (
  id text not null,
  provider text not null,
  project_id text not null,
  tool_kind text not null,
  subject text not null,
  effect text not null,
  request_id text,
  created_at timestamptz not null default now(),
  primary key (id),
  unique (provider, project_id, tool_kind, subject),
  check (effect in ('allow', 'deny')),
  foreign key (project_id) references projects(id) on delete cascade,
  foreign key (request_id) references requests(id) on delete set null
);
comment on table rules is 'Answers that were given for always. A rule fits one provider in one project, and exactly this subject.';
comment on column rules.subject is 'The normalised command or path; never a pattern.';

create table runs (
  id text not null,
  chat_id text not null,
  session_id text not null,
  project_id text not null,
  question_id text not null,
  answer_id text not null,
  state text not null default 'queued',
  reason text,
  error text,
  provider text not null default 'boocode',
  endpoint_id text,
  model text,
  via text not null default 'browser',
  turns integer not null default 0,
  tool_calls integer not null default 0,
  tokens_in bigint not null default 0,
  tokens_out bigint not null default 0,
  tokens_cached bigint not null default 0,
  ttft_ms integer,
  generation_ms integer not null default 0,
  context_used integer,
  context_window integer,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  cost_usd double precision,
  mode text not null default 'ask',
  agent_mode text,
  thinking text,
  agent text,
  primary key (id),
  check (mode in ('plan', 'ask', 'bypass')),
  check (state in ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'limited', 'interrupted')),
  check (via in ('browser', 'api', 'cli', 'mcp')),
  foreign key (answer_id) references messages(id) on delete cascade,
  foreign key (chat_id) references chats(id) on delete cascade,
  foreign key (endpoint_id) references endpoints(id) on delete set null,
  foreign key (project_id) references projects(id) on delete cascade,
  foreign key (question_id) references messages(id) on delete cascade,
  foreign key (session_id) references sessions(id) on delete cascade
);
create index runs_live on runs (state) where state in ('queued', 'running', 'waiting');
create index runs_never_begun on runs (question_id, answer_id) where (started_at is null);
create index runs_of_answer on runs (answer_id);
create index runs_of_chat on runs (chat_id, created_at);
create index runs_of_question on runs (question_id);
create index runs_of_session on runs (session_id, created_at desc);
create unique index runs_one_at_a_time on runs (chat_id) where state in ('running', 'waiting');
create index runs_stopped on runs (ended_at) where state in ('limited', 'failed', 'interrupted');
comment on table runs is 'Executions, each answering one message. A row is there before anything runs.';
comment on column runs.agent is 'Id of the persona it was asked with; only of our own loop.';
comment on column runs.agent_mode is 'Mode of an outside agent, by its own name; null leaves it as it is.';
comment on column runs.cost_usd is 'Sum over the turns whose price was known; null when none was.';
comment on column runs.reason is 'Why it ended: done, step_cap, tool_cap, repeated_call, token_limit, stalled, endpoint, cancelled, superseded, restart, internal.';
comment on index runs_one_at_a_time is 'One run at a time per chat; a second claim fails here, whoever tries.';

create unlogged table search_fill (
  only_row boolean not null default true,
  done_to text,
  primary key (only_row),
  check (only_row)
);
comment on table search_fill is 'How far search_rows was filled again. Emptied with it; without a row the filling begins.';
comment on column search_fill.done_to is 'Parts up to this id that were searched before are in again; null when all are.';

create unlogged table search_rows (
  id bigint not null generated by default as identity,
  kind text not null,
  project_id text not null,
  session_id text,
  chat_id text,
  message_id text,
  part_id text,
  titled_project text,
  titled_session text,
  titled_chat text,
  role text,
  model text,
  at timestamptz not null,
  label text,
  words tsvector not null,
  primary key (id),
  check ((num_nonnulls(part_id, titled_project, titled_session, titled_chat) = 1)),
  check (kind in ('title', 'message', 'reasoning', 'tool', 'file')),
  check (role in ('user', 'assistant')),
  foreign key (part_id) references parts(id) on delete cascade,
  foreign key (titled_chat) references chats(id) on delete cascade,
  foreign key (titled_project) references projects(id) on delete cascade,
  foreign key (titled_session) references sessions(id) on delete cascade
);
create unique index search_files on search_rows (message_id, label) where (kind = 'file');
create unique index search_of_chat on search_rows (titled_chat) where (titled_chat is not null);
create index search_of_part on search_rows (part_id) where (part_id is not null);
create unique index search_of_project on search_rows (titled_project) where (titled_project is not null);
create unique index search_of_session on search_rows (titled_session) where (titled_session is not null);
create index search_words on search_rows using gin (words, label gin_trgm_ops) with (fastupdate='on', gin_pending_list_limit='1024');
comment on table search_rows is 'What a search looks through. Derived, and not logged: after a crash of Postgres it is empty, and is filled again (search_fill).';
comment on column search_rows.id is 'Later rows have greater ids; a search goes through them from the newest on, slab by slab.';
comment on column search_rows.label is 'Titles, paths and what a call was asked: found by any part of a word, and with typing errors. Null for long texts.';
comment on column search_rows.model is 'Model of the run that wrote it; null for what a human wrote, and for titles.';
comment on column search_rows.project_id is 'This and what follows repeats what the owner says, so that filters and counts need no join.';
comment on column search_rows.words is 'Words by src/lib/words.ts, and facts as lexemes with "=", which no word has (src/store/search-facts.ts).';

create table sessions (
  id text not null,
  project_id text not null,
  title text not null,
  titled_by text not null default 'auto',
  provider text not null default 'boocode',
  model text,
  web_tools boolean not null default false,
  next_number integer not null default 1,
  layout jsonb,
  layout_version integer not null default 0,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  active_at timestamptz not null default now(),
  primary key (id),
  check (titled_by in ('auto', 'human')),
  foreign key (project_id) references projects(id) on delete cascade
);
create index sessions_by_activity on sessions (active_at desc) where (archived_at is null);
create index sessions_by_project on sessions (project_id, active_at desc) where (archived_at is null);
comment on table sessions is 'Pieces of work in a project; each owns its chats.';
comment on column sessions.layout is 'Tree of panes and tabs (src/domain/pane.ts); null until the page was arranged, then checked at every read.';
comment on column sessions.next_number is 'Next tab number; numbers are never reused in a session.';

create table settings (
  key text not null,
  value jsonb not null,
  changed_at timestamptz not null default now(),
  primary key (key)
);
comment on table settings is 'Settings made in the page; those from the environment are not stored.';

create table terminals (
  id text not null,
  session_id text not null,
  number integer not null,
  name text,
  target text,
  argv text[],
  directory text not null,
  state text not null default 'open',
  title text,
  command text,
  exit_code integer,
  exit_signal text,
  output_at timestamptz,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (id),
  unique (session_id, number),
  check (((state = 'open') = (ended_at is null))),
  check ((number > 0)),
  check (state in ('open', 'exited', 'closed')),
  foreign key (session_id) references sessions(id) on delete cascade
);
create index terminals_open on terminals (session_id) where (state <> 'closed');
comment on table terminals is 'Shells in BooCode''s own tmux server, each the tmux session bc-<id>.';
comment on column terminals.argv is 'What runs in it instead of the shell; null for a shell and for ssh.';
comment on column terminals.command is 'Command line that was seen last in its foreground.';
comment on column terminals.ended_at is 'When it exited or was closed; closed ones are kept for a while and never shown.';
comment on column terminals.exit_code is 'Null while open, and when nobody saw the end.';
comment on column terminals.name is 'Given by a human; null shows what runs.';
comment on column terminals.number is 'Number on the tab: taken from the session''s numbers, never reused.';
comment on column terminals.target is 'Host of the settings'' ssh targets it connects to; null is a shell of this machine.';
comment on column terminals.title is 'What a program in it called itself, at most 80 characters.';

create table turns (
  id text not null,
  run_id text,
  number integer not null,
  endpoint_id text,
  model text not null,
  tokens_in bigint,
  tokens_out bigint,
  tokens_cached bigint,
  tool_calls integer not null default 0,
  ttft_ms integer,
  duration_ms integer not null,
  stop text not null,
  created_at timestamptz not null default now(),
  cost_usd double precision,
  purpose text not null default 'turn',
  estimated_in bigint,
  project_id text,
  provider text not null default 'boocode',
  agent text,
  primary key (id),
  unique (run_id, purpose, number),
  check (purpose in ('turn', 'title', 'summary')),
  foreign key (project_id) references projects(id) on delete set null,
  foreign key (run_id) references runs(id) on delete set null
);
create index turns_by_time on turns (created_at);
create index turns_of_model on turns (model, created_at desc) where ((tokens_in is not null) and (estimated_in is not null));
create index turns_of_run on turns (run_id);
comment on table turns is 'One row per model call; costs and usage roll up from here. Token columns are null when the endpoint did not say.';
comment on column turns.agent is 'Id of the persona of its run; null for none.';
comment on column turns.cost_usd is 'By the prices of the moment; null where no price is known.';
comment on column turns.estimated_in is 'Tokens of the prompt as BooCode estimates them; what the endpoint counted beside it corrects the next estimate.';
comment on column turns.project_id is 'Whose work it was; null when the project was removed.';
comment on column turns.provider is 'Who made the call: our own loop, or an outside agent.';
comment on column turns.purpose is 'What the call was for: a turn of the loop, a title for the chat, a summary of what came before.';

create table verdicts (
  id text not null,
  session_id text not null,
  batch text not null,
  change_id text not null,
  hunk_id text not null,
  from_state text not null,
  to_state text not null,
  via text not null,
  at timestamptz not null default now(),
  undone_at timestamptz,
  primary key (id),
  foreign key (change_id) references changes(id) on delete cascade,
  foreign key (session_id) references sessions(id) on delete cascade
);
create index verdicts_of_batch on verdicts (batch);
create index verdicts_of_change on verdicts (change_id);
create index verdicts_of_session on verdicts (session_id, at desc);
comment on table verdicts is 'What was decided, in order; rows of one batch are undone together.';

create table viewed (
  session_id text not null,
  hunk_id text not null,
  at timestamptz not null default now(),
  primary key (session_id, hunk_id),
  foreign key (session_id) references sessions(id) on delete cascade
);
comment on table viewed is 'Hunks that somebody has seen. Their ids are hashes of what they hold: a hunk that changes is unseen again.';

create table worktree_settings (
  project_id text not null,
  in_place boolean not null default false,
  copy_files text not null default '',
  setup_command text not null default '',
  changed_at timestamptz not null default now(),
  primary key (project_id),
  foreign key (project_id) references projects(id) on delete cascade
);
comment on table worktree_settings is 'How a project''s worktrees are made; no row is none of it.';
comment on column worktree_settings.copy_files is 'Untracked files that a new worktree gets a copy of, one a line.';
comment on column worktree_settings.in_place is 'A project without git: agents may work in its directory itself.';
comment on column worktree_settings.setup_command is 'Runs once in a new worktree; written here by a human, who thereby approves it.';

create table worktrees (
  id text not null,
  session_id text,
  project_id text not null,
  path text not null,
  prefix text not null default '',
  branch text,
  base text,
  state text not null default 'creating',
  note text,
  snapshot_ref text,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  base_branch text,
  primary key (id),
  check (state in ('creating', 'ready', 'lost', 'retired')),
  foreign key (project_id) references projects(id) on delete cascade,
  foreign key (session_id) references sessions(id) on delete set null
);
create index worktrees_of_project on worktrees (project_id);
create index worktrees_of_session on worktrees (session_id);
create unique index worktrees_one_a_session on worktrees (session_id) where (state <> 'retired');
comment on table worktrees is 'Where the agents of a session write. A row outlives its session until the worktree is retired.';
comment on column worktrees.base is 'The commit it began at; what was applied since is in refs/boocode/base/<session>.';
comment on column worktrees.base_branch is 'Branch of the checkout it was made from, which is brought in at the finish; null where HEAD was detached.';
comment on column worktrees.branch is 'Null where the project is no git repository and agents work in its directory itself.';
