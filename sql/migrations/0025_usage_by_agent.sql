-- Which persona a call was made as, kept like the rest of what a call was.
alter table turns add column agent text;
update turns t set agent = r.agent from runs r where r.id = t.run_id and r.agent is not null;
comment on column turns.agent is 'Id of the persona of its run; null for none.';
