-- Agents from outside: which provider a chat uses, its conversation there, the processes that run, and where they write.

alter table chats add column provider text not null default 'boocode';
comment on column chats.provider is 'Who answers the coming messages; only chats of kind coder may name another than boocode.';

alter table runs add column agent_mode text;
alter table runs add column thinking text;
comment on column runs.agent_mode is 'Mode of an outside agent, by its own name; null leaves it as it is.';

create table agent_sessions (
  id text primary key,
  chat_id text not null references chats (id) on delete cascade,
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
  unique (chat_id, provider)
);
comment on table agent_sessions is 'A chat''s conversation with one provider, and what was picked for it.';
comment on column agent_sessions.agent_id is 'Name of the conversation on the agent''s side; null until it is opened.';
comment on column agent_sessions.mode is 'Picked by a human, as are model and thinking; null takes what the agent begins with.';
comment on column agent_sessions.current is 'Mode, model and thinking that the agent said it has.';
comment on column agent_sessions.told_position is 'Position of the last answer that this agent wrote or was told of; what others said after it is sent along.';

create table plans (
  run_id text primary key references runs (id) on delete cascade,
  chat_id text not null references chats (id) on delete cascade,
  entries jsonb not null default '[]',
  changed_at timestamptz not null default now()
);
create index plans_of_chat on plans (chat_id);
comment on table plans is 'What an agent said it is going to do, with its progress.';

create table processes (
  id text primary key,
  provider text not null,
  chat_id text references chats (id) on delete set null,
  command text not null,
  pid integer,
  started text,
  process_group integer,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  ended text
);
create index processes_of_chat on processes (chat_id);
create index processes_alive on processes (id) where ended_at is null;
comment on table processes is 'Agents that were started. The row is there before the process is trusted; its id is part of the marker in the process''s environment.';
comment on column processes.started is 'Clock ticks of its start: with the pid it names a process for good.';
comment on column processes.ended is 'How: its exit code, a signal, or found gone at a start.';

create table worktrees (
  id text primary key,
  session_id text references sessions (id) on delete set null,
  project_id text not null references projects (id) on delete cascade,
  path text not null,
  prefix text not null default '',
  branch text,
  base text,
  state text not null default 'creating' check (state in ('creating', 'ready', 'lost', 'retired')),
  note text,
  snapshot_ref text,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
create unique index worktrees_one_a_session on worktrees (session_id) where state <> 'retired';
create index worktrees_of_session on worktrees (session_id);
create index worktrees_of_project on worktrees (project_id);
comment on table worktrees is 'Where the agents of a session write. A row outlives its session until the worktree is retired.';
comment on column worktrees.branch is 'Null where the project is no git repository and agents work in its directory itself.';
comment on column worktrees.base is 'The commit it began at; what was applied since is in refs/boocode/base/<session>.';

create table worktree_settings (
  project_id text primary key references projects (id) on delete cascade,
  in_place boolean not null default false,
  copy_files text not null default '',
  setup_command text not null default '',
  changed_at timestamptz not null default now()
);
comment on table worktree_settings is 'How a project''s worktrees are made; no row is none of it.';
comment on column worktree_settings.in_place is 'A project without git: agents may work in its directory itself.';
comment on column worktree_settings.copy_files is 'Untracked files that a new worktree gets a copy of, one a line.';
comment on column worktree_settings.setup_command is 'Runs once in a new worktree; written here by a human, who thereby approves it.';
