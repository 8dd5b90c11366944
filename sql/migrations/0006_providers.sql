-- What was learned of outside agents: the last probe of each, one row a provider. Which there are is data in the source
-- and in providers.json; a row of a provider that is gone is only not read any more.

create table providers (
  id text primary key,
  state text not null default 'unknown' check (state in ('unknown', 'probing', 'ready', 'unavailable', 'error')),
  error text,
  hint text,
  way text check (way in ('acp', 'json', 'terminal')),
  binary_path text,
  binary_stamp text,
  version text,
  facts jsonb not null default '{}',
  steps jsonb not null default '[]',
  stderr text not null default '',
  checked_at timestamptz,
  probed_at timestamptz,
  probe_ms integer
);
comment on table providers is 'Snapshots of outside agents: what the last probe, or the last conversation, said.';
comment on column providers.binary_stamp is 'Of the program when its version was asked: path, size and time; another stamp means asking again.';
comment on column providers.facts is 'Modes, models, levels of thinking, commands and features as the agent announced them.';
comment on column providers.steps is 'The probe line by line, for the page that says what is wrong.';
