-- What can be searched: one row for each part that says something, each file that a call of an answer touched, and each
-- title. Written in the background after the rows it points to were committed (src/engine/search-index.ts), so that a
-- token, a closing part or a run never waits for an index and never fails because of one.
create extension if not exists pg_trgm;

create table search_entries (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('message', 'reasoning', 'tool', 'file', 'title')),
  project_id text not null,
  session_id text,
  chat_id text,
  part_id text references parts(id) on delete cascade,
  titled_project text references projects(id) on delete cascade,
  titled_session text references sessions(id) on delete cascade,
  titled_chat text references chats(id) on delete cascade,
  role text check (role in ('user', 'assistant')),
  model text,
  at timestamptz not null,
  label text,
  words tsvector not null,
  -- Exactly one thing owns a row, and with that it dies.
  check (num_nonnulls(part_id, titled_project, titled_session, titled_chat) = 1)
);
-- Rows over 2 kB keep their words elsewhere, uncompressed: what is counted and sorted is short, what is ranked is read as it is.
alter table search_entries set (toast_tuple_target = 128);
alter table search_entries alter column words set storage external;
-- Without a pending list: each search would have to read it whole, and whoever fills it up would have to wait.
create index search_words on search_entries using gin (words) with (fastupdate = off);
create index search_labels on search_entries using gin (label gin_trgm_ops) with (fastupdate = off) where label is not null;
create index search_of_part on search_entries (part_id);
create index search_by_time on search_entries (at);
create unique index search_of_project on search_entries (titled_project) where titled_project is not null;
create unique index search_of_session on search_entries (titled_session) where titled_session is not null;
create unique index search_of_chat on search_entries (titled_chat) where titled_chat is not null;
create index runs_by_model on runs (model);

comment on table search_entries is 'What a search looks through. Derived from parts and titles: may be emptied, the next start fills it again.';
comment on column search_entries.id is 'Later rows have greater ids; searches go through them from the newest on, slab by slab.';
comment on column search_entries.project_id is 'This and the ids that follow repeat what the owner says, so that filters and counts need no join.';
comment on column search_entries.model is 'Model of the run that wrote it; null for what a human wrote and for titles.';
comment on column search_entries.label is 'Titles, paths and what a call was asked: found by parts of words and with typing errors. Null for long texts.';
comment on column search_entries.words is 'Words by src/lib/words.ts, and facts as lexemes with "=", which no word has: k= kind, p= project, r= role, m= model, y= year, d= month, and the slabs a= to d= of ids (src/store/search-facts.ts).';
comment on index search_of_project is 'One row a title; also what the deletion of a project, session or chat looks up.';

-- A message that another one replaced is kept and not shown: it is not found either.
create function forget_superseded() returns trigger language plpgsql as $$
begin
  delete from search_entries e using parts p where p.message_id = new.id and e.part_id = p.id;
  return null;
end $$;
create trigger forget_superseded after update of superseded_at on messages
  for each row when (new.superseded_at is not null) execute function forget_superseded();
