-- Commands that models ran, each allowed by a human.

create table commands (
  id text primary key,
  run_id text not null references runs (id) on delete cascade,
  part_id text not null references parts (id) on delete cascade,
  command text not null,
  cwd text not null,
  pid integer,
  started text,
  exit_code integer,
  ended text check (ended in ('exit', 'signal', 'time', 'stopped', 'restart', 'failed')),
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index commands_of_run on commands (run_id);
create index commands_of_part on commands (part_id);
create index commands_alive on commands (id) where ended_at is null;
comment on table commands is 'Commands of the native coder. The row is there before the process is; its id is part of the marker in the process''s environment.';
comment on column commands.started is 'Clock ticks of its start: with the pid it names a process for good.';
comment on column commands.ended is 'How: by itself, by a signal, its time was up, stopped with its run, found after a restart, or it never began.';
