-- What runs ask a human, and what humans allowed once and for all.

create table requests (
  id text primary key,
  run_id text not null references runs (id) on delete cascade,
  chat_id text not null references chats (id) on delete cascade,
  session_id text not null references sessions (id) on delete cascade,
  project_id text not null references projects (id) on delete cascade,
  message_id text not null references messages (id) on delete cascade,
  part_id text references parts (id) on delete cascade,
  provider text not null,
  kind text not null check (kind in ('permission', 'question', 'read_access')),
  state text not null default 'open' check (state in ('open', 'answered', 'denied', 'cancelled', 'expired')),
  title text not null,
  detail jsonb not null,
  options jsonb not null default '[]',
  answer jsonb,
  via text check (via in ('browser', 'api', 'cli', 'mcp', 'rule')),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  snoozed_until timestamptz,
  ended_at timestamptz
);
create index requests_open on requests (created_at) where state = 'open';
create index requests_of_run on requests (run_id);
create index requests_of_message on requests (message_id);
comment on table requests is 'What runs ask a human: permissions, questions, read access. A row is there before anybody waits for it.';
comment on column requests.part_id is 'The tool call that asks; null when none stands behind it.';
comment on column requests.detail is 'By kind: what the card shows and what the answer is held against (src/domain/request.ts).';
comment on column requests.options is 'Of a permission: {id, kind, name} as the provider sent them.';
comment on column requests.via is 'How the answer came in; rule: nobody was asked, because of an earlier "always".';
comment on column requests.expires_at is 'Without an answer by then it counts as a refusal; null waits as long as it takes.';
comment on column requests.snoozed_until is 'Until then it is not listed under "Needs you"; it can be answered all the same.';

create table rules (
  id text primary key,
  provider text not null,
  project_id text not null references projects (id) on delete cascade,
  tool_kind text not null,
  subject text not null,
  effect text not null check (effect in ('allow', 'deny')),
  request_id text references requests (id) on delete set null,
  created_at timestamptz not null default now(),
  unique (provider, project_id, tool_kind, subject)
);
comment on table rules is 'Answers that were given for always. A rule fits one provider in one project, and exactly this subject.';
comment on column rules.subject is 'The normalised command or path; never a pattern.';
