-- Taking applies back, alone or down to a checkpoint.

alter table applies add column rewinds text[] not null default '{}';
alter table applies add column checkpoint_id text references checkpoints (id) on delete set null;
comment on column applies.rewinds is 'Applies that this one takes back; none for one that writes accepted hunks.';
comment on column applies.checkpoint_id is 'The checkpoint that is restored when all files are back.';
create index applies_of_checkpoint on applies (checkpoint_id);
alter table apply_files add column made text[] not null default '{}';
comment on column apply_files.made is 'Directories that were made for the file; they go with it when it is taken back.';
