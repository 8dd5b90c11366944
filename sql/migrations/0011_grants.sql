-- What a session may read beside its project.

create table grants (
  id text primary key,
  session_id text not null references sessions (id) on delete cascade,
  path text not null,
  reason text not null,
  request_id text references requests (id) on delete set null,
  created_at timestamptz not null default now(),
  unique (session_id, path)
);
comment on table grants is 'Directories that a session may read beside its project, each allowed by a human; they end with the session.';
comment on column grants.path is 'Real path. A directory that is something else meanwhile, or a link, opens nothing: what is read is judged by where it really is.';
