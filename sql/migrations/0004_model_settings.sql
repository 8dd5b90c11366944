-- What a human says about models: window and prices; and what a run cost by them.

create table model_settings (
  endpoint_id text not null references endpoints (id) on delete cascade,
  model text not null,
  context_window integer check (context_window > 0),
  price_in double precision check (price_in >= 0),
  price_out double precision check (price_out >= 0),
  changed_at timestamptz not null default now(),
  primary key (endpoint_id, model)
);
comment on table model_settings is 'Facts about a model that its endpoint does not tell, or tells wrong; null leaves what the endpoint says.';
comment on column model_settings.price_in is 'US dollars for a million tokens of prompt.';
comment on column model_settings.price_out is 'US dollars for a million tokens of answer.';

alter table turns add column cost_usd double precision;
alter table runs add column cost_usd double precision;
comment on column turns.cost_usd is 'By the prices of the moment; null where no price is known.';
comment on column runs.cost_usd is 'Sum over the turns whose price was known; null when none was.';
