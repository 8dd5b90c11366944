-- The spine: projects, sessions, chats, messages, parts, runs, endpoints, access tokens, and the journal.

create table instance (
  only_row boolean primary key default true check (only_row),
  id text not null,
  created_at timestamptz not null default now()
);
comment on table instance is 'Marks the environment of every child process; only what bears this id is ever reaped.';

create table settings (
  key text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);
comment on table settings is 'Settings made in the page; those from the environment are not stored.';

create table access_tokens (
  id text primary key,
  label text not null,
  hash text not null unique,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
comment on table access_tokens is 'Who may call in token mode; only hashes are stored.';
comment on column access_tokens.hash is 'SHA-256 of the token, hex; the token has 256 bits of randomness and is shown once.';

create table login_sessions (
  hash text primary key,
  token_id text not null references access_tokens (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
comment on table login_sessions is 'Browser cookies made by the login page; the cookie is random, its SHA-256 is stored; it dies with its token.';

create table projects (
  id text primary key,
  path text not null unique,
  name text not null,
  created_at timestamptz not null default now()
);
comment on table projects is 'Directories that BooCode knows.';
comment on column projects.path is 'Real path; the same directory cannot be registered twice through a symlink.';

create table sessions (
  id text primary key,
  project_id text not null references projects (id) on delete cascade,
  title text not null,
  titled_by text not null default 'auto' check (titled_by in ('auto', 'human')),
  provider text not null default 'boocode',
  model text,
  web_tools boolean not null default false,
  next_number integer not null default 1,
  layout jsonb,
  layout_version integer not null default 0,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  active_at timestamptz not null default now()
);
comment on table sessions is 'Pieces of work in a project; each owns its chats.';
create index sessions_by_project on sessions (project_id, active_at desc) where archived_at is null;
create index sessions_by_activity on sessions (active_at desc) where archived_at is null;
comment on column sessions.layout is 'Tree of panes and tabs (src/domain/pane.ts); null until the page was arranged, then checked at every read.';
comment on column sessions.next_number is 'Next tab number; numbers are never reused in a session.';

create table endpoints (
  id text primary key,
  label text not null,
  url text not null unique,
  source text not null check (source in ('environment', 'setting', 'found', 'builtin')),
  kind text not null default 'unknown',
  api_key text,
  enabled boolean not null default true,
  state text not null default 'unknown' check (state in ('unknown', 'ready', 'unavailable', 'error')),
  error text,
  models jsonb not null default '[]',
  checked_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table endpoints is 'OpenAI-compatible servers: configured, found on this machine, or the built-in demo model.';
comment on column endpoints.api_key is 'A key, or {env:NAME}. Never leaves the server: pages and JSON only say that there is one.';

create table chats (
  id text primary key,
  session_id text not null references sessions (id) on delete cascade,
  kind text not null default 'chat' check (kind in ('chat', 'coder')),
  title text not null,
  titled_by text not null default 'auto' check (titled_by in ('auto', 'human')),
  number integer not null,
  endpoint_id text references endpoints (id) on delete set null,
  model text,
  next_position bigint not null default 1,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  unique (session_id, number)
);
comment on table chats is 'Tabs of conversation in a session.';

create table messages (
  id text primary key,
  chat_id text not null references chats (id) on delete cascade,
  role text not null check (role in ('user', 'assistant')),
  position bigint not null,
  client_id text,
  created_at timestamptz not null default now(),
  superseded_at timestamptz,
  unique (chat_id, position),
  unique (chat_id, client_id)
);
comment on table messages is 'What was said, in order; the contents are parts.';
comment on column messages.client_id is 'Made by the client, so that a send repeated after a lost answer is the same message.';
comment on column messages.superseded_at is 'Set when a later edit or regeneration stands in its place; kept, not shown.';

create table runs (
  id text primary key,
  chat_id text not null references chats (id) on delete cascade,
  session_id text not null references sessions (id) on delete cascade,
  project_id text not null references projects (id) on delete cascade,
  question_id text not null references messages (id) on delete cascade,
  answer_id text not null references messages (id) on delete cascade,
  state text not null default 'queued'
    check (state in ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'limited', 'interrupted')),
  reason text,
  error text,
  provider text not null default 'boocode',
  endpoint_id text references endpoints (id) on delete set null,
  model text,
  via text not null default 'browser' check (via in ('browser', 'api', 'cli', 'mcp')),
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
  ended_at timestamptz
);
comment on table runs is 'Executions, each answering one message. A row is there before anything runs.';
create unique index runs_one_at_a_time on runs (chat_id) where state in ('running', 'waiting');
create index runs_of_chat on runs (chat_id, created_at);
create index runs_of_session on runs (session_id, created_at desc);
create index runs_live on runs (state) where state in ('queued', 'running', 'waiting');
create index runs_of_answer on runs (answer_id);
create index runs_of_question on runs (question_id);
comment on index runs_one_at_a_time is 'One run at a time per chat; a second claim fails here, whoever tries.';
comment on column runs.reason is 'Why it ended: done, step_cap, tool_cap, repeated_call, token_limit, stalled, endpoint, cancelled, superseded, restart, internal.';

create table parts (
  id text primary key,
  message_id text not null references messages (id) on delete cascade,
  chat_id text not null references chats (id) on delete cascade,
  position integer not null,
  turn integer not null default 0,
  kind text not null check (kind in ('text', 'reasoning', 'tool', 'notice', 'compaction', 'artifact')),
  state text not null default 'open' check (state in ('open', 'closed', 'failed', 'cancelled')),
  text text not null default '',
  folded_to integer not null default 0,
  meta jsonb not null default '{}',
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  unique (message_id, position)
);
comment on table parts is 'What a message is made of, in order: text, reasoning, tool calls, notices.';
create index parts_open on parts (id) where state = 'open';
create index parts_of_chat on parts (chat_id);
comment on column parts.turn is 'Model call of the run that made this part; keeps calls of different turns apart when the history is rebuilt.';
comment on column parts.folded_to is 'Characters (UTF-16 units) of text already in this row; what came later is in journal deltas until it is folded.';

create table turns (
  id text primary key,
  run_id text not null references runs (id) on delete cascade,
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
  unique (run_id, number)
);
comment on table turns is 'One row per model call; costs and usage roll up from here. Token columns are null when the endpoint did not say.';

create table outputs (
  id text primary key,
  chat_id text not null references chats (id) on delete cascade,
  text text not null,
  created_at timestamptz not null default now()
);
create index outputs_of_chat on outputs (chat_id);
comment on table outputs is 'Whole results of tool calls whose part was cut; read_output pages them.';

create table journal (
  seq bigint primary key,
  topic text not null,
  kind text not null,
  payload jsonb,
  part_id text,
  "offset" integer,
  text text,
  at timestamptz
);
create index journal_deltas on journal (part_id, "offset") where part_id is not null;
comment on table journal is 'The ordered notice of what changed; kept ten minutes or 50,000 rows. seq is gap-free and in commit order.';
comment on column journal.part_id is 'part.delta only: plain columns instead of payload, because a token costs one of these rows.';
comment on column journal.at is 'Null for deltas, to keep them small; retention looks at the neighbours.';

create table journal_head (
  only_row boolean primary key default true check (only_row),
  seq bigint not null,
  floor bigint not null,
  epoch text not null
);
comment on table journal_head is 'The last number given; its row lock puts transactions in order.';
comment on column journal_head.floor is 'Highest seq that was deleted; a cursor below it cannot catch up and is told to reset.';
comment on column journal_head.epoch is 'Changes when the database is made or restored; a cursor of another epoch is told to reset.';
