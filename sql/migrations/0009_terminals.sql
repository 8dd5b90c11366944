-- Terminals: shells in tmux, which outlive us; the row says what we know of one and what came of it.
create table terminals (
  id text primary key,
  session_id text not null references sessions (id) on delete cascade,
  number integer not null check (number > 0),
  name text,
  target text,
  argv text[],
  directory text not null,
  state text not null default 'open' check (state in ('open', 'exited', 'closed')),
  title text,
  command text,
  exit_code integer,
  exit_signal text,
  output_at timestamptz,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (session_id, number),
  check ((state = 'open') = (ended_at is null))
);
comment on table terminals is 'Shells in BooCode''s own tmux server, each the tmux session bc-<id>.';
comment on column terminals.number is 'Number on the tab: taken from the session''s numbers, never reused.';
comment on column terminals.name is 'Given by a human; null shows what runs.';
comment on column terminals.target is 'Host of the settings'' ssh targets it connects to; null is a shell of this machine.';
comment on column terminals.argv is 'What runs in it instead of the shell; null for a shell and for ssh.';
comment on column terminals.title is 'What a program in it called itself, at most 80 characters.';
comment on column terminals.command is 'Command line that was seen last in its foreground.';
comment on column terminals.exit_code is 'Null while open, and when nobody saw the end.';
comment on column terminals.ended_at is 'When it exited or was closed; closed ones are kept for a while and never shown.';
create index terminals_open on terminals (session_id) where state <> 'closed';
