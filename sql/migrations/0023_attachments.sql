-- Files that go with messages. A message names them by parts of kind attachment; contents are blobs, stored once.
create table attachments (
  id text primary key,
  sha256 text not null references blobs (sha256),
  name text not null,
  kind text not null check (kind in ('text', 'image', 'file')),
  type text not null,
  size integer not null,
  lines integer,
  width integer,
  height integer,
  project_id text references projects (id) on delete set null,
  path text,
  from_line integer,
  to_line integer,
  created_at timestamptz not null default now(),
  check ((kind = 'text') = (lines is not null)),
  check ((kind = 'image') = (width is not null)),
  check ((width is null) = (height is null)),
  check ((from_line is null) = (to_line is null))
);
comment on table attachments is 'What was attached, or waits in a draft to be. One that no part names is deleted after two weeks.';
comment on column attachments.type is 'Media type as its bytes say, never as it was claimed.';
comment on column attachments.path is 'In the project, of what was attached from there; from_line and to_line are the lines of it, null for all.';
create index attachments_of_blob on attachments (sha256);
create index attachments_by_age on attachments (created_at);
create index attachments_of_project on attachments (project_id);

alter table parts add column attachment_id text references attachments (id);
comment on column parts.attachment_id is 'Of kind attachment: what keeps it; what is shown of it stands in meta.';
create index parts_of_attachment on parts (attachment_id) where attachment_id is not null;
alter table parts drop constraint parts_kind_check;
alter table parts add constraint parts_kind_check
  check (kind in ('text', 'reasoning', 'tool', 'notice', 'compaction', 'artifact', 'attachment'));

alter table model_settings add column vision boolean;
comment on column model_settings.vision is 'Whether it takes images.';
