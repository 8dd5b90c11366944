-- What model calls cost is kept when the chat they were made in is deleted: money that was spent stays spent.
alter table turns alter column run_id drop not null;
alter table turns drop constraint turns_run_id_fkey;
alter table turns add foreign key (run_id) references runs (id) on delete set null;
create index turns_of_run on turns (run_id);

alter table turns add column project_id text references projects (id) on delete set null;
alter table turns add column provider text not null default 'boocode';
update turns t set project_id = r.project_id, provider = r.provider from runs r where r.id = t.run_id;
comment on column turns.project_id is 'Whose work it was; null when the project was removed.';
comment on column turns.provider is 'Who made the call: our own loop, or an outside agent.';
create index turns_by_time on turns (created_at);

-- A tool's newest calls, for what it costs.
create index parts_of_tool on parts ((meta ->> 'name'), opened_at desc) where kind = 'tool';

create table budgets (
  scope text primary key,
  usd double precision,
  tokens bigint,
  changed_at timestamptz not null default now(),
  check (usd is null or usd > 0), check (tokens is null or tokens > 0), check (usd is not null or tokens is not null)
);
comment on table budgets is 'What may be spent before a human is asked; the next model call waits for the answer.';
comment on column budgets.scope is '"run": each run; "day": all of them, by the day of the server; "project:<id>": a project, by the month.';

create index requests_of_budgets on requests ((detail ->> 'subject')) where kind = 'permission' and detail ->> 'tool_kind' = 'budget';
