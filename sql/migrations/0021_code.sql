-- Code intelligence: what the parser made of source files, by their content, and which file of which tree has which content.
-- All of it is derived from the disk, therefore not logged: it costs no WAL, and is empty after a crash of Postgres, when
-- the next call that needs it makes it anew.

create unlogged table code_trees (
  id bigint generated always as identity primary key,
  project_id text not null references projects(id) on delete cascade,
  root text not null,
  extractor integer not null,
  revision bigint not null default 0,
  files integer not null default 0,
  truncated boolean not null default false,
  indexed_at timestamptz,
  used_at timestamptz not null default now(),
  unique (project_id, root)
);
comment on table code_trees is 'A directory that is indexed: a project, or what a session of it may read beside.';
comment on column code_trees.extractor is 'Version of what made it (src/domain/code.ts); another one makes it anew.';
comment on column code_trees.revision is 'Of the last update that found a change and was stored whole.';
comment on column code_trees.indexed_at is 'When all of it was read for the first time; null until then.';

create unlogged table code_blobs (
  id bigint generated always as identity primary key,
  sha text not null,
  language text not null,
  extractor integer not null,
  lines integer not null,
  bytes integer not null,
  state text not null check (state in ('parsed', 'partial', 'skipped')),
  note text not null,
  seen_at timestamptz not null default now(),
  unique (sha, language, extractor)
);
comment on table code_blobs is 'One content that was read, whatever files have it.';
comment on column code_blobs.seen_at is 'When a file with it was last found; those that no file has are kept a day longer.';

create unlogged table code_symbols (
  blob_id bigint not null references code_blobs(id) on delete cascade,
  position integer not null,
  name text not null,
  kind text not null,
  container text not null,
  line integer not null,
  end_line integer not null,
  exported boolean not null,
  signature text not null,
  primary key (blob_id, position)
);
create index code_symbols_name on code_symbols (lower(name) text_pattern_ops);
create index code_symbols_part on code_symbols using gin (lower(name) gin_trgm_ops);

comment on table code_symbols is 'Definitions in a content, in the order of its text.';

create unlogged table code_imports (
  blob_id bigint not null references code_blobs(id) on delete cascade,
  position integer not null,
  spec text not null,
  names text[] not null,
  keys text[] not null,
  how text not null,
  line integer not null,
  primary key (blob_id, position)
);
create index code_imports_keys on code_imports using gin (keys);
comment on table code_imports is 'What a content imports, as it is written there.';
comment on column code_imports.keys is 'What a file that it means may be known by (src/domain/code-keys.ts).';

create unlogged table code_files (
  tree_id bigint not null references code_trees(id) on delete cascade,
  path text not null,
  key text not null,
  bytes bigint not null,
  stamp text not null,
  note text not null default '',
  blob_id bigint references code_blobs(id),
  primary key (tree_id, path)
);
create index code_files_key on code_files (tree_id, key);
create index code_files_blob on code_files (blob_id);
comment on table code_files is 'Files of a tree, as they were when they were last read.';
comment on column code_files.key is 'What it is imported as (src/domain/code-keys.ts).';
comment on column code_files.stamp is 'Size and times: as long as they are the same it is not read again.';
comment on column code_files.blob_id is 'Null for what is not parsed: another language, no text, or not readable; note says why.';

create unlogged table code_changes (
  tree_id bigint not null references code_trees(id) on delete cascade,
  revision bigint not null,
  path text not null,
  kind text not null check (kind in ('added', 'changed', 'removed')),
  was_blob bigint,
  blob_id bigint,
  at timestamptz not null default now(),
  primary key (tree_id, revision, path)
);
comment on table code_changes is 'What updates found after a tree was read for the first time; the last ones of each tree.';
